/**
 * Questions about how a model's layers hang together. Everything is asked of the API's description,
 * nothing of a name.
 */

import { channelName, channelsOf } from "./preprocess.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").LayerResult} LayerResult
 * @typedef {import("../state/types.js").Model} Model
 */

/** Ops that make map k from map k alone, so that a map can be followed through them. */
const MAP_BY_MAP = new Set([
  "relu", "leaky_relu", "prelu", "sigmoid", "hard_sigmoid", "tanh", "clip", "hard_swish", "mish", "elu", "gelu", "erf", "softplus",
  "abs", "neg", "exp", "log", "sqrt", "reciprocal", "quantize", "dequantize", "requantize",
  "floor", "ceil", "round", "trunc", "sign", "selu", "celu", "softsign", "thresholded_relu", "shrink", "trigonometric",
  "batch_norm", "instance_norm", "dropout", "identity", "max_pool", "average_pool", "lp_pool", "global_average_pool", "global_max_pool",
]);

/** Ops that join map k of one input with map k of another. */
const JOINS = new Set(["add", "sub", "mul", "div", "pow", "min", "max", "quantized_add", "mod", "compare"]);

/** Ops with weights, one kernel a map or number of theirs. */
const WEIGHTED = new Set(["conv", "dense"]);

/** Ops that hand numbers on without changing any. */
const HANDS_ON = new Set(["flatten", "reshape", "dropout", "identity"]);

/**
 * @param {Model} model
 * @param {string} name
 * @returns {Layer | null}
 */
export function layerNamed(model, name) {
  return model.layers.find((layer) => layer.name === name) ?? null;
}

/** @param {Layer} layer */
export function hasMaps(layer) {
  return layer.shape.length === 3;
}

/** @param {Layer} layer */
export function hasWeights(layer) {
  return WEIGHTED.has(layer.op);
}

/**
 * Whether map k of this layer is made from map k of its input alone. A convolution with as many
 * groups as maps is, too.
 *
 * @param {Layer} layer
 */
export function isMapByMap(layer) {
  if (layer.inputs.length !== 1 || !hasMaps(layer)) return false;
  return MAP_BY_MAP.has(layer.op) || (layer.op === "conv" && layer.attributes.groups === layer.shape[0]);
}

/**
 * Whether map k of this layer has to do with map k of its inputs only.
 *
 * @param {Layer} layer
 */
export function keepsMapsApart(layer) {
  return isMapByMap(layer) || (hasMaps(layer) && JOINS.has(layer.op));
}

/**
 * Whether a layer's numbers lie in the order in which its maps are shown, channel by channel; with
 * channels last they do not.
 *
 * @param {Layer} layer
 */
export function liesAsShown({ layout }) {
  const isMap = layout.split("H").length === 2 && layout.split("W").length === 2;
  return !isMap || layout.endsWith("HW");
}

/**
 * The maps whose numbers arrive, in the same order, in this vector; null when it is not made of
 * maps, or of maps in another order.
 *
 * @param {Model} model
 * @param {string} name
 * @returns {Layer | null}
 */
export function mapsBehind(model, name) {
  let layer = layerNamed(model, name);
  while (layer && !hasMaps(layer)) {
    const [input] = layer.inputs;
    layer = HANDS_ON.has(layer.op) && input !== undefined ? layerNamed(model, input) : null;
  }
  return layer && liesAsShown(layer) ? layer : null;
}

/**
 * Where a position of a vector is in the maps behind it.
 *
 * @param {Layer} maps
 * @param {number} unit
 * @returns {import("../state/types.js").Place}
 */
export function placeOfUnit({ shape: [, height = 1, width = 1] }, unit) {
  const size = height * width;
  return [Math.floor(unit / size), Math.floor((unit % size) / width), unit % width];
}

/**
 * A few maps of each layer to stand for all. Layers that follow each other map by map show the same
 * ones, so that the eye can follow a map from its convolution through the switch into the pool; the
 * last of such a row chooses.
 *
 * @param {Model} model
 * @param {LayerResult[]} results
 * @param {number} most
 * @returns {Map<string, number[]>}
 */
export function typicalMaps(model, results, most) {
  const strongest = new Map(results.map((result) => [result.name, result.top_channels.slice(0, most)]));
  for (const layer of model.layers.filter(keepsMapsApart).reverse()) {
    const chosen = strongest.get(layer.name) ?? [];
    for (const input of layer.inputs.filter((name) => readersOf(model, name).length === 1)) {
      strongest.set(input, chosen);
    }
  }
  return strongest;
}

/**
 * The layers that read this one.
 *
 * @param {Model} model
 * @param {string} name
 */
function readersOf(model, name) {
  return model.layers.filter((layer) => layer.inputs.includes(name));
}

/**
 * The names of a vector's numbers: the classes, if there is one number a class.
 *
 * @param {Model} model
 * @param {Layer} layer
 * @returns {string[] | null}
 */
export function unitLabels(model, layer) {
  return !hasMaps(layer) && model.labels?.length === layer.shape[0] ? model.labels : null;
}

/**
 * What a map is called: colours have names, other maps have numbers.
 *
 * @param {Layer} layer
 * @param {number} channel
 */
export function mapName(layer, channel) {
  const given = layer.op === "input" ? channelsOf(layer)[channel] : undefined;
  return given === undefined ? t.numbers.map(channel) : channelName(given);
}
