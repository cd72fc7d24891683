/** What the network answers. */

import { some } from "./plural.js";

export const answer = {
  title: "Prediction",
  unsure: (/** @type {number} */ classes) =>
    `It is not sure. It can only choose among the ${some(classes, "class", "classes")} that it knows.`,
  classes: "Classes and accuracy",
  allNumbers: "All values: ",
  knows: (/** @type {string} */ network) => `${network}: classes and accuracy`,
  classesOf: (/** @type {string} */ network) => `${network}: classes`,
  search: "Search the classes",
  found: (/** @type {number} */ n) => some(n, "class", "classes"),
  singleLabel: (/** @type {number} */ classes) =>
    `It chooses among ${some(classes, "class", "classes")} and takes everything for one of them, also what is none of them. `,
  /** @type {(tested: string, accuracy: string) => string} */
  right: (tested, accuracy) => `Accuracy ${accuracy} on ${tested} images that it was not trained on: how often its first class is the right one.`,
  list: "Classes",
  unnamed: (/** @type {number} */ i) => `class ${i}`,
};

export const prediction = {
  /** @type {(name: string, kind: string) => string} */
  output: (name, kind) => (name.toLowerCase() === kind.toLowerCase() ? name : `${name}: ${kind}`),
  outputs: (/** @type {number} */ n) => `One of ${n} outputs`,
  kinds: {
    classes: "classes", binary: "yes or no", multilabel: "multi-label", numbers: "values", boxes: "bounding boxes", map: "segmentation map",
    image: "image", tokens: "token sequence", unknown: "values of unknown meaning",
  },
  derived: "The file does not say what its outputs mean; this is derived from the network.",
  yes: "yes",
  no: "no",
  /** @type {(no: string, noShare: string, yes: string, yesShare: string) => string} */
  between: (no, noShare, yes, yesShare) => `Between ${no}, ${noShare}, and ${yes}, ${yesShare}`,
  /** @type {(logit: string, isPositive: boolean, label: string) => string} */
  logit: (logit, isPositive, label) => `One value decides, the logit: ${logit}. ${isPositive ? "Above" : "Below"} 0 it speaks for ${label}.`,
  /** @type {(yes: number, of: number) => string} */
  several: (yes, of) => `${yes} of ${of} are likelier than not (50 %, the decision threshold). They do not exclude each other, and need not add up to 100 %.`,
  multilabel: (/** @type {number} */ n) => `It answers yes or no to each of ${some(n, "class", "classes")}; any number of them may be true at once. `,
  numbers: "Values with their signs, around zero. What they measure is not said in the file.",
  /** @type {(rest: string, layer: string) => string} */
  more: (rest, layer) => `And ${rest} more in the layer ${layer}. What they measure is not said in the file.`,
  unknown: "What these values mean is not said in the file.",
  stats: { min: "Minimum", max: "Maximum", mean: "Mean", std: "Standard deviation" },
  toNumbers: "Show the values",
  sequence: "The best symbol of each position",
  /** @type {(at: number, name: string, score: string) => string} */
  symbol: (at, name, score) => `Position ${at}: ${name}${score && `, ${score}`}`,
  /** @type {(length: number, symbols: number) => string} */
  tokens: (length, symbols) => `The best of ${symbols} symbols at each of ${length} positions. Which one means nothing (the blank) is not said in the file.`,
  integers: (/** @type {number} */ length) => `${some(length, "whole number")} in a row, as the network gives them.`,
  choices: "The classes it tells apart",
  threshold: "Confidence threshold",
  /** @type {(shown: number, all: number) => string} */
  found: (shown, all) => (all ? `${shown} of ${some(all, "box", "boxes")} drawn on the photo` : "No box has a confidence of 5 % or more."),
  below: (/** @type {string} */ best) => `No box is above the threshold; the best has ${best}.`,
  noLayout: "Its boxes are in no layout that is known here. The values are in the layers of its outputs.",
  readAs: (/** @type {string} */ format) => `Read as ${format}. Of boxes of one class that overlap, only the best is shown (non-maximum suppression); the network's values stay as they are.`,
  /** @type {(...edges: string[]) => string} */
  corners: (left, top, right, bottom) => `x ${left} to ${right}, y ${top} to ${bottom} on the photo`,
  large: "Enlarge",
  show: "Show",
  largest: "argmax at each position",
  /** @type {(name: string, width: number, height: number) => string} */
  mapLabel: (name, width, height) => `Map ${name}, ${width} × ${height}`,
  /** @type {(name: string, width: number, height: number) => string} */
  pictureLabel: (name, width, height) => `Image ${name}, ${width} × ${height}`,
  /** @type {(least: string, most: string) => string} */
  from: (least, most) => `From ${least} to ${most}.`,
  area: "Fraction of the image that each class covers.",
  otherClasses: (/** @type {string} */ n) => `And ${n} more that cover less.`,
  opacity: "Opacity of the map",
  over: "Over the photo ",
  /** @type {(width: number, height: number) => string} */
  beside: (width, height) => `The output, ${width} × ${height}`,
  before: "Before: the network's input",
  /** @type {(width: number, height: number) => string} */
  after: (width, height) => `After: the output, ${width} × ${height}`,
  /** @type {(black: string, white: string) => string} */
  range: (black, white) => `${black} is drawn as black, ${white} as white.`,
  /** @type {(black: string, white: string) => string} */
  stretched: (black, white) => `Its values have no usual range: the minimum, ${black}, is drawn as black, the maximum, ${white}, as white.`,
  strip: "output",
};
