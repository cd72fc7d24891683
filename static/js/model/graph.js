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
  return layer.weighted;
}

/**
 * Whether map k of this layer is made from map k of its input alone.
 *
 * @param {Layer} layer
 */
export function isMapByMap(layer) {
  return layer.per_channel && layer.family !== "merge" && layer.inputs.length === 1 && hasMaps(layer);
}

/**
 * Whether map k of this layer has to do with map k of its inputs only.
 *
 * @param {Layer} layer
 */
export function keepsMapsApart(layer) {
  return layer.per_channel && hasMaps(layer);
}

/**
 * Whether map k of one layer becomes map k of the other: nothing that mixes maps lies between them.
 *
 * @param {Model} model
 * @param {Layer} a
 * @param {Layer} b
 */
export function keepsMaps(model, a, b) {
  const goesOn = (/** @type {Layer} */ layer) => keepsMapsApart(layer) && layer.shape[0] === a.shape[0];
  return leadsTo(model, a, b, goesOn) || leadsTo(model, b, a, goesOn);
}

/**
 * Whether a layer is computed from another, directly or through others.
 *
 * @param {Model} model
 * @param {Layer} from
 * @param {Layer} to
 * @param {(layer: Layer) => boolean} [goesOn] whether the way may lead over a layer
 */
export function leadsTo(model, from, to, goesOn = () => true) {
  const reached = new Set([from.name]);
  for (const layer of model.layers) {
    if (layer.inputs.some((name) => reached.has(name)) && goesOn(layer)) reached.add(layer.name);
  }
  return reached.has(to.name);
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
    layer = layer.preserves_order && input !== undefined ? layerNamed(model, input) : null;
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
