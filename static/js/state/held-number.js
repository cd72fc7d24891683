/**
 * Where a number that is held is found again in another layer: going back, on the strongest path
 * from it to the photo; going on, among the values that are computed from it.
 */

import { fetchStrongestPath } from "../api/client.js";
import { hasMaps, keepsMaps, layerNamed, leadsTo, mapsBehind, placeOfUnit } from "../model/graph.js";
import { valueAt } from "../model/tensors.js";
import { placeOf } from "../model/terms.js";

/**
 * @typedef {import("./types.js").Analysis} Analysis
 * @typedef {import("./types.js").Held} Held
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").PathStep} PathStep
 * @typedef {import("./types.js").Place} Place
 *
 * @typedef {{ model: Model, analysis: Analysis, numbers: import("./types.js").Numbers }} Context
 */

/**
 * @type {WeakMap<Held, { analysis: string, steps: Promise<PathStep[]> }>} Asked for once: the way
 *   there and back passes many layers.
 */
const paths = new WeakMap();

/**
 * @param {Held} held
 * @param {Layer} to
 * @param {Context} context
 * @returns {Promise<Place | null>} null where no number of this layer stands out
 */
export async function findAgain(held, to, context) {
  const { model } = context;
  const from = layerNamed(model, held.layer);
  if (!from) return null;
  if (from === to) return held.place;
  if (from.shape.length === 1 && to.shape.length === 1 && from.shape[0] === to.shape[0]) return held.place; // the same class
  const isKept = context.analysis.id !== ""; // the server knows nothing of a frame once it has answered
  if (isKept && leadsTo(model, to, from)) {
    const step = (await pathOf(held, context)).find(({ layer }) => layer === to.name);
    if (step) return placeOf(step);
  }
  return isKept || !leadsTo(model, to, from) ? goOn(from, to, held.place, context) : null;
}

/**
 * A value that is computed from this one: the same map, where maps stay apart; the same number on
 * its way into a vector; else the strongest map at the same part of the photo.
 *
 * @param {Layer} from
 * @param {Layer} to
 * @param {Place} place
 * @param {Context} context
 * @returns {Promise<Place | null>}
 */
async function goOn(from, to, place, context) {
  const { model, numbers } = context;
  const [channel = 0, y, x] = place;
  if (y === undefined || x === undefined) return mapsBehind(model, from.name) === to ? placeOfUnit(to, channel) : null;
  if (!hasMaps(to)) return intoVector(from, to, place, context);
  const [, height = 1, width = 1] = from.shape;
  const [maps = 1, toHeight = 1, toWidth = 1] = to.shape;
  const at = [Math.floor((y * toHeight) / height), Math.floor((x * toWidth) / width)];
  if (keepsMaps(model, from, to)) return [channel, ...at];
  const tensor = await numbers.whole(to);
  const strength = (/** @type {number} */ map) => Math.abs(valueAt(tensor, [map, ...at]));
  let best = 0;
  for (let map = 1; map < maps; map++) if (strength(map) > strength(best)) best = map;
  return [best, ...at];
}

/**
 * The number's place in a vector that is made of maps as they are.
 *
 * @param {Layer} from
 * @param {Layer} to
 * @param {Place} place
 * @param {Context} context
 */
async function intoVector(from, to, place, context) {
  const maps = mapsBehind(context.model, to.name);
  if (!maps || !hasMaps(maps)) return null;
  const [channel = 0, y = 0, x = 0] = maps === from ? place : ((await goOn(from, maps, place, context)) ?? []);
  const [, height = 1, width = 1] = maps.shape;
  return [(channel * height + y) * width + x];
}

/**
 * @param {Held} held
 * @param {Context} context
 */
function pathOf(held, { analysis }) {
  const known = paths.get(held);
  if (known?.analysis === analysis.id) return known.steps;
  const steps = fetchStrongestPath(analysis.id, held.layer, held.place).then((path) => path.steps);
  paths.set(held, { analysis: analysis.id, steps });
  steps.catch(() => paths.delete(held)); // so that the next one who asks tries again
  return steps;
}
