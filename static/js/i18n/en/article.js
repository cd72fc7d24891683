/** The article. */

import { some } from "./plural.js";

export const article = {
  cue: "How it works ↓",
  title: "How a network sees",
  lead: "A few small ideas, shown on this very photo and this very network. The figures are drawn from its real activations; another photo draws them anew.",
  more: "More about this",
  show: (/** @type {string} */ layer) => `Show me: ${layer}`,
  shift: (/** @type {number} */ pixels) => `What if the photo is shifted by ${pixels} pixels?`,
  scale: { signed: "blue: below zero, orange: above", positive: "from zero up" },
  chapters: {
    pixels: {
      title: "Pixels: all it gets is numbers",
      text: [
        "A network has no eyes. Its input is the photo made small, and of each pixel three numbers, one for each channel: how much red, how much green, how much blue. Everything that follows is computed from them.",
      ],
    },
    detective: {
      title: "The detective: convolution",
      text: [
        "A detective with a small magnifying glass goes over the picture, always looking for one and the same pattern: an edge, a corner, a patch of colour. The pattern is written down as a few weights, the {kernel|kernel}. At each position, the values in the window are multiplied by the weights, one by one, and added up.",
        "Where the pattern fits, the sum is large. All the sums together are the {map|activation map}: where the pattern is.",
      ],
    },
    deeper: {
      title: "From edges to wheels: deeper layers",
      text: [
        "Early detectives see a few pixels and find edges. Later ones look at the maps of earlier ones, and so find patterns of patterns: corners, wheels, ears, faces. Each layer also sees a larger part of the photo, its {receptive-field|receptive field}.",
      ],
    },
    switch: {
      title: "The light switch: ReLU",
      text: [
        "After each detective comes a row of light switches, the {activation-function|activation function}. A positive value passes unchanged; a negative one is switched off, to zero. That is all, and yet without it the whole network could do no more than a single layer can.",
      ],
    },
    summariser: {
      title: "The summariser: pooling",
      text: [
        "Squint, and details go while the main things stay. The summariser looks at small windows and keeps one value of each. The maps get smaller, and it matters less where exactly something was: a photo that is shifted by two pixels gives much the same answer. This is {translation-invariance|translation invariance}.",
      ],
    },
    jury: {
      title: "The jury: fully connected",
      text: [
        "At the end sits a jury. Every value that is left is a piece of evidence, and for every class each piece has a weight: some speak for it, some against. All of it added up is the {logit|logit} of the class.",
      ],
    },
    answer: {
      title: "The answer: softmax and probabilities",
      text: [
        "Logits can be any numbers. To make them comparable, the {softmax|softmax} raises e to the power of each and divides each result by the sum of all. These are the probabilities that the page shows. They say how the network divides its confidence among the classes it knows, not how often it is right.",
      ],
    },
    learning: {
      title: "And how did it learn?",
      text: [
        "Nobody wrote the weights down. They began as random numbers; then the network was shown thousands of photos with their labels, and after each batch every weight was nudged a little against its gradient, in the direction that makes the loss smaller. After enough such steps the detectives look for what helps.",
      ],
    },
  },
  figures: {
    /** @type {(y: number, x: number, values: string[]) => string} */
    pixels: (y, x, [red = "", green = "", blue = ""]) =>
      `The input of the network, and its three channels: how much red, green and blue there is. The pixel marked, at row ${y} and column ${x}, is red ${red}, green ${green}, blue ${blue} of 255.`,
    /** @type {(told: { layer: string, window: string, product: string, others: number, bias: string, value: string }) => string} */
    detective: ({ layer, window, product, others, bias, value }) =>
      `The magnifying glass: one ${window} window × one kernel of ${layer} = ${product}. With ${others ? `${some(others, "other map")} and ` : ""}the bias ${bias} the sum is ${value}, the value marked in the map on the right.`,
    /** @type {(told: { early: string, small: string, deep: string, large: string }) => string} */
    deeper: ({ early, small, deep, large }) =>
      `What the largest value of a layer is computed from, framed on the photo: ${small} pixels in ${early}, ${large} in ${deep}.`,
    /** @type {(told: { map: string, layer: string, off: string, before: string, after: string }) => string} */
    switch: ({ map, layer, off, before, after }) =>
      `The same map before and after ${layer}, on one scale. In ${map}, ${off} of the values are switched off; the one that is marked goes from ${before} to ${after}.`,
    /** @type {(told: { layer: string, window: number, value: string, before: string, after: string, fewer: string }) => string} */
    summariser: ({ layer, window, value, before, after, fewer }) =>
      `The same map before and after ${layer}: of the ${window} values in the window that is marked, one is left, ${value}. ${before} become ${after}, ${fewer} fewer values.`,
    /** @type {(told: { label: string, layer: string, contributions: string, pro: string, contra: string, named: number, share: string }) => string} */
    jury: ({ label, layer, contributions, pro, contra, named, share }) =>
      `The evidence for “${label}” in ${layer}: ${contributions} contributions (weight × input), added up by map. For: ${pro}. Against: ${contra}. The ${named} largest, named here, carry ${share} of the sum.`,
    othersFor: (/** @type {number} */ n) => `${n} others for`,
    othersAgainst: (/** @type {number} */ n) => `${n} others against`,
    answer: "The first five of all classes: logit and probability.",
  },
};
