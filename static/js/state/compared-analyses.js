/** What is known of two analyses that are compared, from the page's state alone. */

import { hasMaps, layerNamed } from "../model/graph.js";

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").State} State
 *
 * @typedef {"reference" | "candidate" | "difference" | "side-by-side"} CompareMode What of a pair
 *   is looked at.
 */

/**
 * The photo as it is, whatever is shown of a pair.
 *
 * @param {Readonly<State>} state
 */
export function originalOf({ pair, model, analysis, source }) {
  return pair?.reference ?? { model, analysis, source };
}

/**
 * What of a pair is looked at. Where the current layer has nothing to subtract, both sides stand
 * side by side instead of their difference.
 *
 * @param {Readonly<State>} state
 * @returns {CompareMode}
 */
export function compareModeOf({ pair, bothSides, side, model, layer, matchedLayer }) {
  if (!bothSides) return side;
  const current = model && layerNamed(model, layer);
  return pair && current && !isComparable(pair, current, matchedLayer) ? "side-by-side" : bothSides;
}

/**
 * Whether a layer can be compared value by value: the other side has it, too, by name and shape,
 * and the reader has set no other one beside it.
 *
 * @param {Pair} pair
 * @param {Layer} layer
 * @param {State["matchedLayer"]} matchedLayer
 */
export function isComparable({ reference, candidate }, layer, matchedLayer) {
  if (reference.model === candidate.model) return true;
  const isChosen = matchedLayer !== null && matchedLayer.of !== matchedLayer.is && [matchedLayer.of, matchedLayer.is].includes(layer.name);
  return !isChosen && isSameLayer(layerNamed(reference.model, layer.name), layerNamed(candidate.model, layer.name));
}

/**
 * Whether two networks have a layer in common behind their input, so that the server compares them.
 *
 * @param {Model} model
 * @param {Model} other
 */
export function haveCommonLayer(model, other) {
  return model.layers.some((layer) => layer.op !== "input" && isSameLayer(layer, layerNamed(other, layer.name)));
}

/**
 * @param {Layer | null | undefined} one
 * @param {Layer | null | undefined} other
 */
function isSameLayer(one, other) {
  return Boolean(one && other) && String(one?.shape) === String(other?.shape);
}

/**
 * The layer of another network that goes with this one: the reader's choice, the one of the same
 * name, or else the one at the same relative depth among those of the same kind.
 *
 * @param {Model} model
 * @param {string} name
 * @param {Model} other
 * @param {State["matchedLayer"]} matchedLayer
 * @returns {Layer | null}
 */
export function matchingLayer(model, name, other, matchedLayer) {
  const layer = layerNamed(model, name);
  if (!layer) return null;
  const chosen = matchedLayer?.of === name ? layerNamed(other, matchedLayer.is) : null;
  const back = matchedLayer?.is === name ? layerNamed(other, matchedLayer.of) : null;
  const same = layerNamed(other, name);
  if (chosen ?? back) return chosen ?? back;
  if (same && hasMaps(same) === hasMaps(layer)) return same;
  const alike = (/** @type {Model} */ { layers }) => layers.filter((each) => hasMaps(each) === hasMaps(layer));
  const depth = alike(model).indexOf(layer) / Math.max(1, alike(model).length - 1);
  const choices = alike(other);
  return choices[Math.round(depth * (choices.length - 1))] ?? null;
}

/**
 * The same part of the picture in another layer's maps.
 *
 * @param {Layer} from
 * @param {Layer} to
 * @param {Place} place
 * @returns {Place | null}
 */
function inProportion(from, to, place) {
  if (hasMaps(from) !== hasMaps(to)) return null;
  const at = place.map((n, axis) => Math.floor((n * (to.shape[axis] ?? 1)) / (from.shape[axis] ?? 1)));
  return [Math.min(place[0] ?? 0, (to.shape[0] ?? 1) - 1), ...at.slice(1)];
}

/**
 * Where the reader is in another side's network: in the same place, or as near to it as that
 * network has one.
 *
 * @param {Readonly<State>} state
 * @param {Side} side
 */
export function placeOnSide({ model, layer, cursor, tile, held, matchedLayer }, side) {
  if (!model || model === side.model) return { layer, cursor, tile, held };
  const to = matchingLayer(model, layer, side.model, matchedLayer);
  const from = layerNamed(model, layer);
  const place = from && to && cursor && inProportion(from, to, cursor);
  return { layer: to?.name ?? layer, cursor: place, tile: place?.[0] ?? 0, held: held && to && place && { layer: to.name, place } };
}

/**
 * What the page shows of a side.
 *
 * @param {Side} side
 */
export function onPage({ model, analysis, numbers, source, photo, inputImage }) {
  return { model, analysis, numbers, source, photo, inputImage, explanation: null };
}
