/** What a layer does, in two sentences. Told by its op and its numbers, never by its name. */

import { count, percent, plural, shapeText } from "./format.js";
import { layerNamed } from "./graph.js";

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").LayerResult} LayerResult
 * @typedef {import("./types.js").Model} Model
 *
 * @typedef {{ layer: Layer, input: Layer | null, result: LayerResult, model: Model }} Told
 */

/** @type {Record<string, string>} */
const TITLES = {
  input: "Input",
  conv: "Convolution",
  relu: "ReLU",
  leaky_relu: "Leaky ReLU",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  clip: "Clip",
  softmax: "Softmax",
  max_pool: "Max pooling",
  average_pool: "Average pooling",
  global_average_pool: "Global average pooling",
  batch_norm: "Batch normalisation",
  dropout: "Dropout",
  dense: "Fully connected",
  flatten: "Flatten",
  reshape: "Reshape",
  pad: "Padding",
  concat: "Concatenation",
  add: "Addition",
  mul: "Multiplication",
  identity: "Identity",
};

/** @type {Record<string, (told: Told) => string[]>} */
const SENTENCES = {
  input: ({ model }) => [
    "What the network is given: the photo, cut and resized, one map for each colour.",
    `Each colour is shifted and stretched so that its numbers lie around 0: (value ÷ 255 − ${list(model.preprocess.mean)}) ÷ ${list(model.preprocess.std)}.`,
  ],
  conv: conv,
  relu: ({ result }) => [
    "A light switch on every number: a positive one passes unchanged, a negative one is switched off to 0.",
    `Here ${percent(result.stats.zero_fraction)} of them are off. Without such switches, all layers together could be folded into a single one.`,
  ],
  leaky_relu: ({ layer }) => [
    "A dimmer on every number: a positive one passes unchanged, a negative one is turned down.",
    `What is negative keeps ${percent(Number(layer.attributes.alpha ?? 0))} of its size, so that the network can still learn from it.`,
  ],
  sigmoid: () => [
    "Squeezes every number smoothly between 0 and 1, like a slow switch.",
    "Far below zero it is as good as off, far above it is as good as on.",
  ],
  tanh: () => [
    "Squeezes every number smoothly between −1 and 1 and keeps its sign.",
    "Small numbers pass almost unchanged; large ones all end up near the same limit.",
  ],
  clip: ({ layer: { attributes } }) => [
    `A switch with a ceiling: everything below ${bound(attributes.low)} becomes that, everything above ${bound(attributes.high)} becomes that.`,
    "What lies between passes unchanged.",
  ],
  softmax: ({ layer }) => [
    `Shares out 100\u00a0% over ${plural(layer.shape[0] ?? 0, "score")}: each becomes e to the power of the score, divided by the sum of all.`,
    "The order stays the same. A lead of 1 in score becomes a share 2.7 times as large.",
  ],
  max_pool: (told) => [
    `The summariser, squinting: of each ${block(told.layer)} block only the largest number stays, ${shrinkage(told)}.`,
    "That something was found is kept; where exactly is forgotten, so a photo shifted by a pixel looks almost the same from here on.",
  ],
  average_pool: (told) => [
    `The summariser, squinting: each ${block(told.layer)} block becomes its mean, ${shrinkage(told)}.`,
    "Fine detail is smoothed away; what holds for the whole block stays.",
  ],
  global_average_pool: () => [
    "The summariser in one word: each map becomes a single number, its mean.",
    "How much of a pattern there was is kept; where it was is forgotten.",
  ],
  batch_norm: () => [
    "A tuning knob on each map: its numbers are shifted and stretched to a common size that training has found useful.",
    "The mean and spread that it goes by were measured in training, so here it is one multiplication and one addition.",
  ],
  dropout: ({ layer }) => [
    `Only at work in training, where it hides ${percent(Number(layer.attributes.rate ?? 0))} of the numbers at random, so that no single one is relied upon.`,
    "Now everything passes unchanged.",
  ],
  dense: dense,
  flatten: ({ layer, input }) => [
    `Lays the list out: map after map, row after row, ${product(input)}${plural(layer.shape[0] ?? 0, "number")} in a single line.`,
    "Nothing is computed, and nothing is lost: each number still has its place on the photo.",
  ],
  reshape: ({ layer }) => [
    `Puts the same numbers into another form: ${shapeText(layer.shape)}.`,
    "Nothing is computed; they are only counted off anew.",
  ],
  pad: ({ layer }) => [
    `Puts a frame of ${Number(layer.attributes.value ?? 0)} around every map.`,
    "The layers behind it can then look beyond the edge.",
  ],
  concat: ({ layer }) => [
    `Stacks the maps of ${plural(layer.inputs.length, "layer")} on one pile: ${layer.inputs.join(", ")}.`,
    "Nothing is computed; what comes next sees all of them together.",
  ],
  add: ({ layer }) => [
    `Adds ${layer.inputs.join(" and ")}, number by number.`,
    "A short cut in the network ends here: what was found on the way is added to what was there before.",
  ],
  mul: ({ layer }) => [
    `Multiplies ${layer.inputs.join(" and ")}, number by number.`,
    "One of them turns the other up where it is large and down where it is small.",
  ],
  identity: () => ["Hands every number on as it is.", "It stands here because the network's file has it."],
};

/**
 * What people call this kind of layer.
 *
 * @param {string} op
 */
export function opTitle(op) {
  return TITLES[op] ?? op.replaceAll("_", " ");
}

/**
 * @param {Model} model
 * @param {Layer} layer
 * @param {LayerResult} result
 * @returns {string[]}
 */
export function describe(model, layer, result) {
  const input = layerNamed(model, layer.inputs[0] ?? "");
  const tell = SENTENCES[layer.op];
  if (!tell) return [`A step of the kind “${opTitle(layer.op)}”. Its numbers can be read here like all others.`];
  return tell({ model, layer, result, input });
}

/**
 * @param {Told} told
 * @returns {string[]}
 */
function conv({ layer, input }) {
  const maps = layer.shape[0] ?? 0;
  const size = pair(layer.attributes.kernel);
  const lens =
    size === "1\u00a0×\u00a01"
      ? "A detective who looks at one place at a time and compares all maps there"
      : `A detective with a small magnifying glass, ${size} numbers wide, goes over ${over(layer, input)}`;
  return [
    `${lens}, once for each of ${plural(maps, "pattern")}.`,
    "Where a pattern fits, its map gets a large positive number; where the opposite is found, a negative one; where there is nothing of the kind, one near 0.",
  ];
}

/**
 * @param {Layer} layer
 * @param {Layer | null} input
 */
function over(layer, input) {
  const groups = Number(layer.attributes.groups ?? 1);
  const channels = input?.shape[0] ?? 0;
  if (groups === 1) return `all ${plural(channels, "map")} of ${input?.name ?? "its input"} at once`;
  return groups === channels ? "one map at a time" : `${plural(channels / groups, "map")} at a time`;
}

/**
 * @param {Told} told
 * @returns {string[]}
 */
function dense({ layer, input, model }) {
  const outputs = layer.shape[0] ?? 0;
  const what = model.labels?.length === outputs ? "class" : "output";
  return [
    `The jury: ${count(input?.shape[0] ?? 0)} pieces of evidence are heard for each of ${outputs} ${what}${what === "class" ? "es" : "s"}, and each piece is weighed differently for each.`,
    `Weight × evidence may speak for or against; the sum is the ${what === "class" ? "score of the class" : "result"}.`,
  ];
}

/** @param {Layer} layer */
function block(layer) {
  return pair(layer.attributes.kernel);
}

/** @param {Told} told */
function shrinkage({ layer, input }) {
  const area = (/** @type {Layer | null} */ l) => (l?.shape[1] ?? 1) * (l?.shape[2] ?? 1);
  const fewer = 1 - area(layer) / area(input);
  return fewer > 0 ? `so the maps get ${Math.round(fewer * 100)}\u00a0% smaller` : "and the maps keep their size";
}

/** @param {Layer | null} input */
function product(input) {
  return input && input.shape.length > 1 ? `${input.shape.map(count).join("\u00a0×\u00a0")} = ` : "";
}

/**
 * @param {unknown} size [height, width]
 */
export function pair(size) {
  return Array.isArray(size) ? size.join("\u00a0×\u00a0") : String(size ?? "");
}

/** @param {number[]} numbers */
function list(numbers) {
  return numbers.length === 1 ? String(numbers[0]) : `(${numbers.map((n) => n.toFixed(3).replace(/0+$/, "")).join(", ")})`;
}

/** @param {unknown} limit */
function bound(limit) {
  return typeof limit === "number" && Number.isFinite(limit) ? String(limit) : "its limit";
}
