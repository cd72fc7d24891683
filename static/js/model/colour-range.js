/** What the ends of a colour scale stand for: of one map, of a layer, or of the whole network. */

import { number } from "../i18n/format.js";
import { isMapByMap } from "./graph.js";
import { planeOf } from "../render/raster.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("../state/types.js").Analysis} Analysis
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").LayerResult} LayerResult
 * @typedef {import("../state/types.js").Range} Range
 * @typedef {import("../state/types.js").Tensor} Tensor
 */

const COLOURS = 256; // of a scale
const ALL_BUT_ZERO = 1e-6; // numbers below are zero for most purposes; a scale of full colours would say otherwise

/**
 * Signed numbers are shown symmetric about zero, others from zero up.
 *
 * @param {number} min
 * @param {number} max
 * @param {boolean} [signed] decided by the numbers themselves unless told
 * @returns {Range}
 */
export function rangeOf(min, max, signed = min < 0) {
  const reach = Math.max(Math.abs(min), Math.abs(max));
  return signed ? { low: -reach, high: reach, signed } : { low: 0, high: Math.max(0, max), signed };
}

/**
 * A layer's own scale. Shares are parts of a whole, so theirs always ends at 1.
 *
 * @param {LayerResult} layer
 * @returns {Range}
 */
export function layerRange({ op, stats }) {
  return op === "softmax" ? rangeOf(0, 1) : rangeOf(stats.min, stats.max);
}

/**
 * One scale for a layer and the one it is made from, so that before and after can be compared; null
 * where that makes no sense, because its numbers are made from many maps.
 *
 * @param {Analysis} analysis
 * @param {Layer} layer
 * @returns {Range | null}
 */
export function companionRange({ layers }, layer) {
  const before = layers.find(({ name }) => name === layer.inputs[0])?.stats;
  const after = layers.find(({ name }) => name === layer.name)?.stats;
  if (!before || !after || !isMapByMap(layer) || layer.op === "conv") return null;
  return rangeOf(Math.min(before.min, after.min), Math.max(before.max, after.max));
}

/**
 * One scale for all layers with maps. The input and the vectors are left out: their numbers mean
 * something else.
 *
 * @param {Analysis} analysis
 * @param {boolean} signed
 * @returns {Range}
 */
function networkRange({ layers }, signed) {
  const maps = layers.filter((layer) => layer.shape.length === 3 && layer.op !== "input");
  const least = Math.min(...maps.map((layer) => layer.stats.min));
  const most = Math.max(...maps.map((layer) => layer.stats.max));
  return rangeOf(signed ? least : 0, most, signed);
}

/**
 * The range of one plane. Whether it is signed is decided by its layer, so that neighbours stay
 * comparable.
 *
 * @param {Tensor} tensor
 * @param {number} plane
 * @param {boolean} signed
 * @returns {Range}
 */
function planeRange(tensor, plane, signed) {
  const { min, max } = extremes(planeOf(tensor, plane));
  return rangeOf(min, max, signed);
}

/**
 * @param {ArrayLike<number>} values
 */
export function extremes(values) {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, mean: sum / values.length };
}

/**
 * What a colour scale cannot show of these numbers, in words: they are all the same, all but zero,
 * or nearer to each other than two of its colours; null where the colours tell them apart.
 *
 * @param {number} min of the numbers
 * @param {number} max
 * @param {Range} range of the scale
 */
export function flatness(min, max, { low, high }) {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return null;
  if (min === max) return t.legend.same(number(min));
  const reach = Math.max(Math.abs(min), Math.abs(max));
  if (reach < ALL_BUT_ZERO) return t.legend.allButZero(number(reach));
  return max - min < (high - low) / COLOURS ? t.legend.close(number(min), number(max - min)) : null;
}

/**
 * The range for one map under the chosen mode.
 *
 * @param {import("../state/types.js").ScaleMode} mode
 * @param {Analysis} analysis
 * @param {LayerResult} layer
 * @param {Tensor | null} tensor
 * @param {number} plane
 * @returns {Range}
 */
export function rangeFor(mode, analysis, layer, tensor, plane) {
  const own = layerRange(layer);
  const hasMaps = layer.shape.length === 3;
  if (mode === "network" && hasMaps && layer.op !== "input") return networkRange(analysis, own.signed);
  if (mode === "map" && hasMaps && tensor) return planeRange(tensor, plane, own.signed);
  return own;
}
