/** The stage: maps, kernels, legend. */

import { byPointer } from "../by-pointer.js";

export const stage = {
  empty: "The maps of each layer appear here as soon as there is a photo.",
  mapBefore: "Previous map",
  nextMap: "Next map",
  allMaps: "all maps",
  order: "Sorted by",
  orders: { number: "channel", mean: "mean", max: "maximum", spread: "standard deviation" },
  ordersTitle: "Mean, maximum and standard deviation over the positions of a map",
  /** @type {(own: string, shown: string) => string} */
  nativeShape: (own, shown) => `${own}, shown as ${shown}`,
  maps: (/** @type {string} */ layer) => `Activations of ${layer}`,
  numbers: (/** @type {string} */ layer) => `Values of ${layer}`,
  zero: (/** @type {string} */ name) => `${name}, zero everywhere`,
  heatmap: "heatmap",
  /** @type {(layer: string, map: string, figures: string) => string} */
  open: (layer, map, figures) => `${layer}, ${map}, ${figures}. Arrow keys move from value to value.`,
  /** @type {(layer: string, count: number, figures: string) => string} */
  cells: (layer, count, figures) => `${layer}: ${count} values, ${figures}`,
  goTo: (/** @type {string} */ name) => `Go to ${name}`,
};

export const legend = {
  same: (/** @type {string} */ value) => `All values are ${value}.`,
  allButZero: (/** @type {string} */ most) => `All values are all but zero: none is further from it than ${most}.`,
  /** @type {(least: string, by: string) => string} */
  close: (least, by) => `All values are about ${least}: they differ by no more than ${by}, too little for the colours to show.`,
  title: "Colour scale per",
  map: "map",
  layer: "layer",
  network: "network",
};

export const mapDetail = {
  windowAnimation: {
    title: "Sliding window",
    play: "Play: the window slides",
    pause: "Pause",
    back: "One value back",
    forward: "One value on",
    speed: "Speed",
    pace: (/** @type {string} */ numbers) => `${numbers} / s`,
    end: "whole map",
  },
  windowDetail: {
    title: "One window, value by value",
    choose: "Show these values",
    window: "window",
    kernel: "× kernel",
    products: "= products",
    sum: "sum",
    photo: "the photo",
    colourKernel: "kernel in colour",
    howColoured: "The weights for red, green and blue mixed into one colour, all three on one scale; grey is zero.",
    outside: "padding, counted as 0",
    hint: byPointer("Point at a cell for its exact values.", "Tap a cell for its exact values."),
    hatched: "Hatched: padding, counted as 0.",
  },
  /** Call-outs at the picture of a sum. */
  sum: {
    slide: "Slide the kernel over the channel",
    paint: "Each value paints its kernel",
    add: "Add them all up, and the bias",
    others: "each times its own kernel",
  },
  kernels: {
    maps: "activations",
    numbers: "units",
    kernels: "kernels",
    show: "What the stage shows",
    all: (/** @type {string} */ layer) => `Kernels of ${layer}`,
    /** @type {(filter: string, low: string, high: string) => string} */
    inWords: (filter, low, high) => `Kernel of ${filter}, weights from ${low} to ${high}`,
    /** @type {(filter: string, slices: string) => string} */
    slices: (filter, slices) => `The kernel of ${filter}, one image for each of ${slices} input channels, the largest first`,
    open: (/** @type {string} */ filter) => `Open ${filter}`,
    colour: "in colour: grey is zero, one scale for red, green and blue",
    wait: "The weights are on their way.",
    /** @type {(from: string, to: string, all: string) => string} */
    page: (from, to, all) => `${from} to ${to} of ${all}`,
    before: "Larger ones",
    next: "Smaller ones",
  },
  terms: {
    all: "Show all",
    beyond: "longer than the scale",
    others: (/** @type {string} */ n) => `${n} others`,
    larger: (/** @type {string} */ n) => `${n} larger`,
    smaller: (/** @type {string} */ n) => `${n} smaller`,
    maps: (/** @type {string} */ sum, /** @type {string} */ bias, /** @type {string} */ value) => `Input maps ${sum}, bias ${bias}: sum ${value}.`,
    off: { relu: "Zero (switched off)", leaky_relu: "Negative (turned down)", clip: "At a limit", sigmoid: "Saturated (below 0.05)", tanh: "Saturated (beyond ±0.95)" },
    /** @type {(map: string, share: string, n: string, all: string) => string} */
    inMap: (map, share, n, all) => `${map}: ${share} (${n} of ${all})`,
    /** @type {(share: string, n: string, all: string) => string} */
    inAll: (share, n, all) => `all maps: ${share} (${n} of ${all})`,
    mask: "Mask: dark is zero",
    perMap: "Fraction per map; this one is marked",
    /**
     * @type {(before: string, after: string, from: string, to: string, fewer: string) => string}
     */
    sizes: (before, after, from, to, fewer) => `Each map: ${before} → ${after}, ${from} → ${to} values, ${fewer} fewer.`,
    row: (/** @type {number} */ y) => `row ${y}`,
    /** @type {(formula: string) => string} */
    counted: (formula) => `Counted map by map, row by row: ${formula}`,
    choosePlace: byPointer("The map that it comes from. Click a cell to go to its index in the vector.", "The map that it comes from. Tap a cell to go to its index in the vector."),
    list: "The vector: one section for each map, this one's marked",
    line: "The linear function of this map, at this value",
    stack: "Which maps come from which layer; this one is marked",
    /** @type {(from: number, to: number) => string} */
    range: (from, to) => `maps ${from}–${to}`,
    groupBy: "Grouped by",
    byMap: "map",
    byPlace: "position",
    unit: "Contributions to",
    /** @type {(y: number, x: number) => string} */
    place: (y, x) => `y ${y}, x ${x}`,
    pick: byPointer("Click a position to go to its largest contribution.", "Tap a position to go to its largest contribution."),
    temperature: "Temperature",
    temperatureWhatIf: "What if the logits were divided by a temperature first? Only these bars change, nothing else on the page.",
    temperatureReset: "back to 1",
    /** @type {(share: string) => string} */
    instead: (share) => `${share} instead`,
    score: "logit",
    power: "e^(logit − highest)",
    share: "probability",
  },
};
