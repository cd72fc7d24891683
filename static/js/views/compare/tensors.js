/**
 * What both sides of a comparison hold of a layer: the numbers that all views of it are made from.
 */

import { isAbort } from "../../api/http.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { layerNamed, mapsBehind } from "../../model/graph.js";
import { valueAt } from "../../model/tensors.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Pair} Pair
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {{ reference: Tensor, candidate: Tensor, difference: Tensor, apart: Range, values:
 *   Range, changes: Range }} Both What a layer holds on both sides; `apart` is the scale of the
 *   differences alone. Beside the values, whose scale is that of the layer's maps, they reach as
 *   far as these (`changes`).
 */

/** @type {WeakMap<Tensor, WeakMap<Tensor, Both>>} Worked out once for each two. */
const worked = new WeakMap();

/**
 * Both sides' numbers, if they have arrived.
 *
 * @param {Pair | null} pair
 * @param {Layer} layer
 * @returns {Both | null}
 */
export function peekBoth(pair, layer) {
  const reference = pair?.reference.numbers.peek(layer.name);
  const candidate = pair?.candidate.numbers.peek(layer.name);
  if (!reference || !candidate) return null;
  const known = worked.get(reference) ?? new WeakMap();
  worked.set(reference, known);
  const both = known.get(candidate) ?? workOut(reference, candidate);
  known.set(candidate, both);
  return both;
}

/**
 * Wait for both sides' numbers, then call, unless the reader has gone on meanwhile.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {() => void} call
 */
export async function whenBoth({ store }, layer, call) {
  const { pair } = store.state;
  if (!pair) return;
  try {
    await Promise.all([pair.reference, pair.candidate].map(({ numbers, model }) => numbers.whole(layerNamed(model, layer.name) ?? layer)));
    if (store.state.pair === pair) call();
  } catch (error) {
    if (!isAbort(error)) console.warn(error); // the comparison, which waits for the same numbers, tells the reader
  }
}

/**
 * The value under the cursor on either side, and how far they are apart.
 *
 * @param {Both} both
 * @param {Place} place
 */
export function readBoth({ reference, candidate, difference }, place) {
  return { reference: valueAt(reference, place), candidate: valueAt(candidate, place), difference: valueAt(difference, place) };
}

/**
 * The same, with the scale of the values and the candidate's marked on it.
 *
 * @param {Both} both
 * @param {Place} place
 */
export function readValues(both, place) {
  const reading = readBoth(both, place);
  return { ...reading, range: both.values, marked: reading.candidate };
}

/**
 * How many numbers of a long vector stand in a line, in whole maps where it is made of maps.
 *
 * @param {App} app
 * @param {Layer} layer
 */
export function lineLength({ store }, layer) {
  const [count = 1, , width] = layer.shape;
  if (width !== undefined) return width;
  const maps = store.state.model && mapsBehind(store.state.model, layer.name);
  const run = maps ? (maps.shape[1] ?? 1) * (maps.shape[2] ?? 1) : 1;
  return Math.min(count, Math.max(1, Math.round(Math.sqrt(count) / run)) * run);
}

/**
 * @param {Tensor} reference
 * @param {Tensor} candidate
 * @returns {Both}
 */
function workOut(reference, candidate) {
  const data = candidate.data.map((value, i) => value - (reference.data[i] ?? 0));
  const reach = (/** @type {Float32Array} */ values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = reach(data);
  const sides = [extremes(reference.data), extremes(candidate.data)];
  const least = Math.min(...sides.map(({ min }) => min));
  const most = Math.max(...sides.map(({ max }) => max));
  const all = Math.max(apart, most, -least);
  return {
    reference,
    candidate,
    difference: { ...candidate, data },
    apart: rangeOf(-apart, apart, true),
    values: least < 0 ? rangeOf(-all, all, true) : rangeOf(0, most, false),
    changes: rangeOf(-all, all, true),
  };
}
