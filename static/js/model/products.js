/**
 * What each input channel brings to a convolution's map, for the whole map: the sums of the windows
 * times the kernel, or what a transposed one paints with it. Counted in double precision, as the
 * explanation of a single value is.
 */

import { slidingOf, windowAt } from "./window.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("./terms.js").Group} Group
 */

/**
 * One input channel's map under its kernel, in the size of the layer's own maps. What lies outside
 * of the channel counts as zero.
 *
 * @param {Layer} layer
 * @param {Layer} source the layer that it reads
 * @param {ArrayLike<number>} plane the channel's values, row by row
 * @param {number[]} weights its kernel, row by row
 * @returns {Float64Array}
 */
export function productMap(layer, source, plane, weights) {
  const [, rows = 1, columns = 1] = layer.shape;
  const [, height = 1, width = 1] = source.shape;
  const sliding = slidingOf(layer);
  const sums = new Float64Array(rows * columns);
  if (!sliding) return sums;
  if (sliding.isTransposed) return paintedMap(sliding, [rows, columns], [height, width], plane, weights);
  const [tall = 1, wide = 1] = sliding.kernel;
  const [down = 1, across = 1] = sliding.dilation;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const { top, left } = windowAt(sliding, y, x);
      let sum = 0;
      for (let p = 0; p < tall; p++) {
        const sy = top + p * down;
        if (sy < 0 || sy >= height) continue;
        for (let q = 0; q < wide; q++) {
          const sx = left + q * across;
          if (sx >= 0 && sx < width) sum += (plane[sy * width + sx] ?? 0) * (weights[p * wide + q] ?? 0);
        }
      }
      sums[y * columns + x] = sum;
    }
  }
  return sums;
}

/**
 * Of a transposed convolution: every number of the channel adds its own copy of the kernel.
 *
 * @param {import("./window.js").Sliding} sliding
 * @param {[number, number]} size of the map that is painted
 * @param {[number, number]} from size of the channel
 * @param {ArrayLike<number>} plane
 * @param {number[]} weights
 */
function paintedMap({ kernel, stride, dilation, padding }, [rows, columns], [height, width], plane, weights) {
  const sums = new Float64Array(rows * columns);
  const [tall = 1, wide = 1] = kernel;
  const placeOf = (/** @type {number} */ axis, /** @type {number} */ from, /** @type {number} */ cell) =>
    from * (stride[axis] ?? 1) - (padding[axis] ?? 0) + cell * (dilation[axis] ?? 1);
  for (let u = 0; u < height; u++) {
    for (let v = 0; v < width; v++) {
      const value = plane[u * width + v] ?? 0;
      for (let p = 0; p < tall; p++) {
        const y = placeOf(0, u, p);
        if (y < 0 || y >= rows) continue;
        for (let q = 0; q < wide; q++) {
          const x = placeOf(1, v, q);
          if (x >= 0 && x < columns) sums[y * columns + x] = (sums[y * columns + x] ?? 0) + value * (weights[p * wide + q] ?? 0);
        }
      }
    }
  }
  return sums;
}

/**
 * What all the other channels bring together: the map without the bias and without those that are
 * shown.
 *
 * @param {ArrayLike<number>} map
 * @param {number} bias
 * @param {Float64Array[]} shown
 */
export function restMap(map, bias, shown) {
  return Float64Array.from({ length: map.length }, (_, i) => shown.reduce((rest, { [i]: part = 0 }) => rest - part, (map[i] ?? 0) - bias));
}
