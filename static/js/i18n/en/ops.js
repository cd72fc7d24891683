/** Each kind of layer: title, sentence, what it did. */

import { plain } from "./plain-ops.js";
import { some, whole } from "./plural.js";

/** @param {number} fewer a share of the places */
const shrinkage = (fewer) => (fewer > 0 ? `so the maps get ${Math.round(fewer * 100)}\u00a0% smaller` : "and the maps keep their size");

export const ops = {
  /**
   * @type {Record<string, string>} Where the page calls an op otherwise than the op itself does
   *   (`display_name`): in other languages.
   */
  titles: {},
  /**
   * @type {Record<string, (title: string, formula: string) => string>} What a family does, for an
   *   op without sentences of its own.
   */
  general: {
    input: (title) => `${title}: what the network is given.`,
    weights: (title) => `${title}: every number is a weighted sum of numbers of its input, with weights that were learned.`,
    norm: (title) => `${title}: shifts and scales the numbers, so that they lie in one range.`,
    activation: (title, formula) => `${title}: an activation function${formula && `, ${formula}`}, applied to every number by itself.`,
    pool: (title) => `${title}: many numbers are summarised in one.`,
    merge: (title) => `${title}: several values become one.`,
    reshape: (title) => `${title}: hands numbers on, in another order or shape.`,
    output: (title) => `${title}: makes the answer of the numbers before it.`,
    other: (title, formula) => `${title}${formula && `, ${formula}`}: a step of arithmetic, number by number.`,
  },
  readable: "Its numbers can be read here like all others.",
  value: "value",
  /** @type {(channels: number, order: string | null, formula: string) => string[]} */
  input: (channels, order, formula) => [
    `The input of the network: the photo, cropped and resized, ${channels === 1 ? "one channel of brightness" : "one channel for each colour"}${order && channels > 1 ? `, in this order: ${order}` : ""}.`,
    formula === "value" ? "Each value is the pixel's value as it is in the image, from 0 to 255." : `Each value from 0 to 255 is normalised as in training: ${formula}.`,
  ],
  /**
   * `size` is the window's, null for a single place; `together` is how many of the `channels` maps
   * one pattern looks at.
   *
   * @type {(told: { size: string | null, patterns: number, channels: number, together: number,
   *   input: string | null }) => string[]}
   */
  conv: ({ size, patterns, channels, together, input }) => {
    const over = together === channels ? `all ${some(channels, "map")} of ${input ?? "its input"} at once`
      : together === 1 ? "one map at a time"
      : `${some(together, "map")} at a time`;
    const lens = size === null
      ? "A detective who looks at one position at a time and compares all maps there"
      : `A detective with a small magnifying glass, the ${size} kernel, goes over ${over}`;
    return [
      `${lens}, once for each of ${some(patterns, "filter")}.`,
      "Where the pattern of a filter fits, its activation map gets a large positive value; where the opposite is found, a negative one; where there is nothing of the kind, one near 0.",
    ];
  },
  relu: (/** @type {string} */ off) => [
    "A light switch on every value: a positive one passes unchanged, a negative one is switched off to 0.",
    `Here ${off} of the activations are zero. Without a non-linear function between them, all layers together could do no more than a single one.`,
  ],
  leaky_relu: (/** @type {string} */ kept) => [
    "A dimmer on every value: a positive one passes unchanged, a negative one is turned down.",
    `A negative value keeps ${kept} of its size, so that the gradient does not become zero.`,
  ],
  sigmoid: () => [
    "Squeezes every value smoothly between 0 and 1, like a slow light switch.",
    "Far below zero it is as good as off, far above as good as on; there the gradient almost vanishes.",
  ],
  tanh: () => [
    "Squeezes every value smoothly between −1 and 1 and keeps its sign.",
    "Small values pass almost unchanged; large ones all end up near the same limit.",
  ],
  clip: (/** @type {string | null} */ low, /** @type {string | null} */ high) => [
    `A switch with a floor and a ceiling: values below ${low ?? "the lower limit"} are raised to it, values above ${high ?? "the upper limit"} are lowered to it.`,
    "What lies between passes unchanged.",
  ],
  softmax: (/** @type {number} */ scores) => [
    `Turns ${some(scores, "logit")} into probabilities that add up to 100\u00a0%: e to the power of each logit, divided by the sum of all.`,
    "The order stays the same. A lead of 1 between two logits makes the probability 2.7 times as large.",
  ],
  max_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
    `The summariser, squinting: of each ${block} window only the maximum stays, ${shrinkage(fewer)}.`,
    "That a pattern was found is kept; where exactly is forgotten, so a photo shifted by a pixel looks almost the same from here on.",
  ],
  average_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
    `The summariser, squinting: each ${block} window becomes its mean, ${shrinkage(fewer)}.`,
    "Fine detail is smoothed away; what holds for the whole window stays.",
  ],
  global_average_pool: () => [
    "The summariser in one word: each map becomes a single value, its mean.",
    "How much of a pattern there was is kept; where it was is forgotten.",
  ],
  batch_norm: () => [
    "A tuning knob on each map: its values are shifted and scaled to a common mean and standard deviation that training has found useful.",
    "The mean and variance that are taken out were measured in training, so here it is one multiplication and one addition.",
  ],
  dropout: (/** @type {string} */ rate) => [
    `Only active in training, where it sets ${rate} of the values to zero at random, so that the network relies on no single one.`,
    "Now everything passes unchanged.",
  ],
  /** @type {(evidence: number, outputs: number, areClasses: boolean) => string[]} */
  dense: (evidence, outputs, areClasses) => [
    `The jury: ${whole.format(evidence)} inputs are heard as evidence for each of ${outputs} ${areClasses ? "classes" : "units"}, and each is weighed differently for each.`,
    `Weight × input may speak for or against; the sum plus the bias is the ${areClasses ? "logit of the class" : "value of the unit"}.`,
  ],
  /** @type {(sides: string[], numbers: number) => string[]} */
  flatten: (sides, numbers) => [
    `Lays the maps out as one vector: map after map, row after row, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "value")}.`,
    "Nothing is computed, and nothing is lost: each value still has its position on the photo.",
  ],
  reshape: (/** @type {string} */ shape) => [
    `Gives the same values another shape: ${shape}.`,
    "Nothing is computed; their order stays the same.",
  ],
  pad: (/** @type {string} */ value) => [
    `Puts a frame of ${value} around every map.`,
    "The layers behind it can then look beyond the edge.",
  ],
  concat: (/** @type {string[]} */ layers) => [
    `Stacks the maps of ${some(layers.length, "layer")} along the channels: ${layers.join(", ")}.`,
    "Nothing is computed; the next layer sees all of them together.",
  ],
  add: (/** @type {string[]} */ layers) => [
    `Adds ${layers.join(" and ")}, value by value.`,
    "Where one of them is a skip connection (shortcut), what the layers in between found is added to what was there before.",
  ],
  mul: (/** @type {string[]} */ layers) => [
    `Multiplies ${layers.join(" and ")}, value by value.`,
    "One of them turns the other up where it is large and down where it is small.",
  ],
  identity: () => ["Passes every value on unchanged.", "It is here because the network's file has it."],
  /** @type {(a: string, b: string) => string[]} */
  sub: (a, b) => [`Takes ${b} away from ${a}, value by value.`, "What both have in common disappears."],
  /** @type {(a: string, b: string) => string[]} */
  div: (a, b) => [`Divides ${a} by ${b}, value by value.`, "The second says how much of the first counts."],
  /** @type {(a: string, b: string) => string[]} */
  pow: (a, b) => [`Raises ${a} to the power of ${b}, value by value.`, "Differences between large values grow."],
  /** @type {(a: string, b: string) => string[]} */
  min: (a, b) => [`Keeps the smaller of ${a} and ${b}, value by value.`, "The result exceeds neither of the two."],
  /** @type {(a: string, b: string) => string[]} */
  max: (a, b) => [`Keeps the larger of ${a} and ${b}, value by value.`, "What either of the two has found stays."],
  plain,
  /** @type {Record<string, string>} One operand is a constant. */
  constants: {
    add: "Adds constants from the network's file.",
    mul: "Multiplies by constants from the network's file.",
    sub: "The difference to constants from the network's file.",
    div: "A division with constants from the network's file.",
    pow: "A power with constants from the network's file.",
    min: "The minimum with constants from the network's file: no value exceeds them.",
    max: "The maximum with constants from the network's file: no value falls below them.",
  },
  same: "They are the same for every photo.",
};
