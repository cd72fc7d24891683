/** What if, and one training step on the photo. */

import { some } from "./plural.js";

export const whatif = {
  title: "What if?",
  show: "Show",
  original: "original",
  changed: "changed",
  training: { reference: "before training", candidate: "after training" },
  difference: "difference",
  sideBySide: "side by side",
  yourPhoto: "your photo",
  openedByLink: "a photo opened by its link",
  points: (/** @type {string} */ points) => `${points} points`,
  noSample: (/** @type {string} */ id) => ({ title: "There is no such sample", detail: `No sample is called “${id}”. Choose another photo.` }),
  noPhoto: {
    title: "The photo itself is not here",
    detail: "The server keeps no photo, so one that was opened by its link cannot be shown to another network. Choose the photo again.",
  },
  again: "Try again",
  matchedLayer: (/** @type {string} */ layer, /** @type {string} */ network) => `${layer} beside, in ${network},`,
  stage: {
    difference: (/** @type {string} */ layer) => `What changed in the maps of ${layer}`,
    beside: (/** @type {string} */ layer) => `${layer}, before and after`,
    key: (/** @type {string} */ one, /** @type {string} */ other) =>
      `${one} | ${other} | difference, the largest first. Its percentage is relative to the first map: more than 100 % is larger than that.`,
    tile: (/** @type {string} */ map, /** @type {string} */ share, /** @type {string} */ most) =>
      `${map}, changed by ${share}, at most by ${most}`,
    sheet: (/** @type {string} */ what, /** @type {string} */ side, /** @type {string} */ low, /** @type {string} */ high,
      /** @type {string} */ mean) => `${what}, ${side}: from ${low} to ${high}, mean ${mean}`,
    reading: (/** @type {string} */ one, /** @type {string} */ other) => `${one} → ${other}`,
    valueAt: (/** @type {string} */ place, /** @type {string} */ value) => `${place}: ${value}`,
  },
  scores: {
    title: "Prediction before and after",
    points: "points",
    row: (/** @type {string} */ name, /** @type {string} */ before, /** @type {string} */ after, /** @type {string} */ points) =>
      `${name}: ${before} before, ${after} after, ${points}`,
  },
  photo: {
    title: "The photo",
    right: "Shift right",
    down: "Shift down",
    rotate: "Rotate",
    blur: "Blur",
    pixels: (/** @type {string} */ n) => `${n} px`,
    degrees: (/** @type {string} */ n) => `${n}°`,
  },
  brush: {
    title: "Cover a part",
    hint: "Draw on the input of the network. With the keyboard: arrows move the brush, Space covers, Backspace uncovers.",
    label: (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ covered) =>
      `The input of the network, to be covered in parts. The brush is at x ${x}, y ${y}; ${covered} % is covered.`,
    size: "Brush",
    clear: "Uncover all",
  },
  network: {
    title: "The network",
    none: (/** @type {string} */ layer) => `${layer} has no parameters, so there is nothing to switch off or to edit in it.`,
    before: (/** @type {string} */ layer) => `Go to ${layer}, the previous layer with parameters`,
    elsewhere: "The layer on the stage is not one of the network that is changed.",
    filter: (/** @type {string} */ what, /** @type {string} */ layer) => `${what} of ${layer}`,
    off: "Switch off",
    scale: "Scale",
    times: (/** @type {string} */ n) => `× ${n}`,
    edit: "Edit its weights",
    channel: "Weights on",
    input: "Weight on input",
    weight: (/** @type {number} */ y, /** @type {number} */ x) => `Weight at row ${y}, column ${x}`,
    single: "Weight",
    reset: "As trained",
    unit: (/** @type {number} */ n) => `unit ${n}`,
    hint: "Choose another map on the stage to change that one.",
  },
  list: {
    title: "Changes",
    nothing: "Nothing yet.",
    undo: (/** @type {string} */ what) => `Undo: ${what}`,
    undoAll: "Undo all",
    resting: "Not in force while two photos or two networks are compared.",
    unknown: (/** @type {string} */ what) => `${what}: this network has no such layer or filter, so it is left out`,
    shift: (/** @type {number} */ right, /** @type {number} */ down) =>
      `photo shifted ${[
        right && `${Math.abs(right)} px to the ${right > 0 ? "right" : "left"}`,
        down && `${Math.abs(down)} px ${down > 0 ? "down" : "up"}`,
      ].filter(Boolean).join(" and ")}`,
    rotate: (/** @type {string} */ degrees, /** @type {boolean} */ clockwise) => `photo rotated by ${degrees}° ${clockwise ? "clockwise" : "anticlockwise"}`,
    blur: (/** @type {string} */ sigma) => `photo blurred by ${sigma} px`,
    cover: (/** @type {number} */ pixels) => `${pixels} pixels covered`,
    off: (/** @type {string} */ filter, /** @type {string} */ layer) => `${filter} of ${layer} switched off`,
    scale: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {string} */ scale) =>
      `${filter} of ${layer} × ${scale}`,
    weight: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {string} */ place, /** @type {string} */ weight) =>
      `${filter} of ${layer}: weight ${place} set to ${weight}`,
  },
  compareWith: {
    title: "Compare with",
    nothing: "the changes below",
    photos: "Another photo",
    networks: "Another network",
    uploaded: "the uploaded photo",
    trained: "this network after training on the photo",
    choose: "Choose a photo to compare with",
  },
  chart: {
    title: "Relative change per layer",
    label: "How far the change reaches: difference of each layer, relative to what it was",
    bar: (/** @type {string} */ layer, /** @type {string} */ share) => `${layer}: ${share} different`,
    nothing: "Nothing is changed yet, so the relative change is 0 in every layer.",
    networks: "These two networks have no layer of the same name and shape, so there is no difference layer by layer; set them side by side on the stage.",
    unmatched: (/** @type {string} */ network, /** @type {number} */ n, /** @type {string} */ names) =>
      `Not compared, because only ${network} has ${n === 1 ? "it" : "them"} in this shape: ${names}${n > 8 ? ` and ${n - 8} more` : ""}.`,
    beyond: (/** @type {string} */ layer, /** @type {string} */ times) =>
      `More than 100 %: in ${layer}, the difference is ${times} times as large as the values themselves were.`,
    zero: "was all zero",
    photos: "The other photo",
    change: "The change",
    shift: (/** @type {string} */ pixels) => `A shift by ${pixels} px`,
    trained: "Training",
    story: (/** @type {string} */ what) => (/** @type {string} */ layer, /** @type {string} */ share) => `${what} changes ${layer} by ${share}`,
    differ: (/** @type {string} */ layer, /** @type {string} */ share) => `The two networks differ by ${share} in ${layer}`,
    same: "The two networks hold the same values in every layer",
    unchanged: (/** @type {string} */ what) => `${what} changes nothing in any layer`,
    left: (/** @type {string} */ pool, /** @type {string} */ share) => `after ${pool} ${share} is left`,
    answers: (/** @type {string} */ name, /** @type {string} */ points) => `the probability of “${name}” differs by ${points} points`,
    answer: (/** @type {string} */ name, /** @type {string} */ points) => `the probability of “${name}” changes by ${points} points`,
    invariance: "Translation invariance",
    pools: "What each pooling lets through, relative to its input",
    survives: (/** @type {string} */ before, /** @type {string} */ after, /** @type {string} */ share) =>
      `${before} → ${after}: ${share} survives`,
    nothingLeft: "nothing to let through",
  },
};

export const trainingStep = {
  title: "Train one step on this photo",
  lead: "Say what the photo shows, and let the network learn from it, once: forward, loss, backward, update. The network itself stays as it is.",
  label: "Label: the photo shows",
  optimiser: "Optimiser",
  rate: "Learning rate",
  run: "Run step",
  more: "Run another step",
  running: "Training on the photo …",
  undo: "Undo",
  sideBySide: "Before and after, side by side",
  stepInspector: "Open the step inspector",
  /** @type {(label: string, before: string, after: string) => string} */
  score: (label, before, after) => `${label}: ${before} → ${after}`,
  loss: (/** @type {string} */ before, /** @type {string} */ after) => `Loss ${before} → ${after}`,
  steps: (/** @type {number} */ n) => `after ${some(n, "step", "steps")}`,
  largestUpdates: "Largest updates",
  /** @type {(layer: string, filter: number) => string} */
  filter: (layer, filter) => `${layer}, filter ${filter}`,
  undone: "Undone: the network is as it was.",
};
