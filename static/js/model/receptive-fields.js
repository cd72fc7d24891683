/** Receptive fields of a whole layer, loaded once, and coordinates: photo to input and back. */

import { fetchReceptiveFields } from "../api/client.js";
import { isAbort } from "../api/http.js";
import { hasMaps, layerNamed } from "./graph.js";

/**
 * @typedef {import("../state/types.js").Analysis} Analysis
 * @typedef {import("../state/types.js").Box} Box
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Model} Model
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("../state/types.js").ReceptiveFields} ReceptiveFields
 * @typedef {import("../state/types.js").LayerReceptiveFields} LayerReceptiveFields
 * @typedef {import("../state/types.js").State} State
 */

/** @type {Map<string, Promise<ReceptiveFields>>} They are the same for every photo. */
const asked = new Map();

/** @param {import("../lib/store.js").Store<State>} store */
export function loadReceptiveFields(store) {
  store.watch(["model", "layer"], async ({ model, layer }) => {
    const current = model && layerNamed(model, layer);
    if (!current) return;
    try {
      const fields = await Promise.all(mapsOf(model, current).map(({ name }) => fieldsOf(model.id, name)));
      if (store.state.model === model && store.state.layer === layer) store.set({ receptiveFields: { layer, fields } });
    } catch (error) {
      // Without them, each number's box comes with its explanation.
      if (!isAbort(error)) console.warn(error);
    }
  });
}

/**
 * What a number sees of the input: what its row and its column see. Null if that is nothing,
 * undefined while it is not known.
 *
 * @param {LayerReceptiveFields | null} receptiveFields
 * @param {string} layer
 * @param {Place} place
 * @returns {Box | null | undefined}
 */
export function receptiveFieldOf(receptiveFields, layer, [, y, x]) {
  const [field] = receptiveFields?.layer === layer ? receptiveFields.fields : [];
  if (!field || y === undefined || x === undefined) return undefined;
  const [row, column] = [field.rows?.[y], field.columns?.[x]];
  if (!row || !column) return undefined;
  const [top = 0, bottom = 0] = row;
  const [left = 0, right = 0] = column;
  return top < bottom && left < right ? { left, top, right, bottom } : null;
}

/**
 * The places of a layer's maps that see a pixel of the input; null if none does.
 *
 * @param {ReceptiveFields} fields
 * @param {number} y
 * @param {number} x
 * @returns {Box | null}
 */
export function placesThatSee({ rows, columns }, y, x) {
  const down = run(rows, y);
  const across = run(columns, x);
  return down && across && { left: across[0], top: down[0], right: across[1], bottom: down[1] };
}

/**
 * A box on the input as a box on the photo.
 *
 * @param {Box} box
 * @param {Analysis["input"]} input
 * @returns {Box}
 */
export function onPhoto({ left, top, right, bottom }, { crop, size }) {
  const [l = 0, t = 0, r = 0, b = 0] = crop;
  const [across, down] = [(r - l) / (size[1] ?? 1), (b - t) / (size[0] ?? 1)];
  return { left: l + left * across, top: t + top * down, right: l + right * across, bottom: t + bottom * down };
}

/**
 * The pixel of the input that a place of the photo went into; null outside of what the network saw.
 *
 * @param {number} x in pixels of the photo
 * @param {number} y
 * @param {Analysis["input"]} input
 */
export function onInput(x, y, { crop, size }) {
  const [left = 0, top = 0, right = 0, bottom = 0] = crop;
  if (x < left || x >= right || y < top || y >= bottom) return null;
  return {
    y: Math.floor(((y - top) / (bottom - top)) * (size[0] ?? 1)),
    x: Math.floor(((x - left) / (right - left)) * (size[1] ?? 1)),
  };
}

/**
 * @param {string} model
 * @param {string} layer
 */
function fieldsOf(model, layer) {
  const key = JSON.stringify([model, layer]);
  let answer = asked.get(key);
  if (!answer) {
    answer = fetchReceptiveFields(model, layer);
    asked.set(key, answer);
    answer.catch(() => asked.delete(key)); // so that the next one who asks tries again
  }
  return answer;
}

/**
 * The layer itself if it has maps, or else the maps that it is made from, directly or through other
 * vectors.
 *
 * @param {Model} model
 * @param {Layer} layer
 * @returns {Layer[]}
 */
function mapsOf(model, layer) {
  const found = new Set([layer]);
  for (const at of found) {
    if (hasMaps(at)) continue;
    for (const name of at.inputs) {
      const input = layerNamed(model, name);
      if (input) found.add(input);
    }
  }
  return [...found].filter(hasMaps);
}

/**
 * The first and the one after the last of those that see `at`; they stand in a row.
 *
 * @param {number[][] | null} fields [first, one after last] of each
 * @param {number} at
 * @returns {[number, number] | null}
 */
function run(fields, at) {
  const sees = (fields ?? []).map((field) => (field[0] ?? 0) <= at && at < (field[1] ?? 0));
  const first = sees.indexOf(true);
  return first < 0 ? null : [first, sees.lastIndexOf(true) + 1];
}
