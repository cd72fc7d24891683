/** Numbers → pixels, one for one. CSS enlarges the canvases with hard edges. */

import { palette, step } from "./palette.js";

/** @typedef {import("../state/types.js").Range} Range */

/**
 * Paint numbers, row by row, one pixel each. What is not a number stays see-through.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} width in numbers
 * @param {Range} range
 * @param {"light" | "dark"} theme
 */
export function paint(canvas, values, width, range, theme) {
  const [context, image] = sheet(canvas, values.length, width);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = palette(range.signed, theme);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (value === value) pixels[i] = colours[step(value, range)] ?? 0;
  }
  context?.putImageData(image, 0, 0);
}

/**
 * Paint numbers to lie over a picture: the nearer to zero, the more of the picture is seen.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} width in numbers
 * @param {Range} range
 * @param {"light" | "dark"} theme
 * @param {number} strength from 0, only the picture, to 1, only the numbers
 */
export function paintOver(canvas, values, width, range, theme, strength) {
  const [context, image] = sheet(canvas, values.length, width);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = palette(range.signed, theme);
  const reach = Math.max(range.high, -range.low) || 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const part = Math.min(1, Math.abs(value) / reach);
    const share = range.signed ? Math.sqrt(part) : part; // the middle of the signed scale is pale anyway
    const alpha = strength < 0.5 ? 2 * strength * share : share + (2 * strength - 1) * (1 - share);
    pixels[i] = colours[step(value, range)] ?? 0;
    image.data[4 * i + 3] = Math.round(255 * alpha);
  }
  context?.putImageData(image, 0, 0);
}

/**
 * Make a canvas as large as the numbers are many, and a picture to fill.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} count
 * @param {number} width
 * @returns {[CanvasRenderingContext2D | null, ImageData]}
 */
function sheet(canvas, count, width) {
  const height = Math.ceil(count / width);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return [canvas.getContext("2d"), new ImageData(width, height)];
}

/**
 * The numbers of one plane of maps.
 *
 * @param {import("../state/types.js").Tensor} tensor
 * @param {number} plane its position in the tensor
 */
export function planeOf({ shape, data }, plane) {
  const [, height = 1, width = 1] = shape;
  return data.subarray(plane * height * width, (plane + 1) * height * width);
}

/**
 * Many numbers drawn together into few: of each group the one that is furthest from zero.
 *
 * @param {Float32Array} values
 * @param {number} length
 */
export function condense(values, length) {
  if (values.length <= length) return values;
  const out = new Float32Array(length);
  values.forEach((value, i) => {
    const group = Math.floor((i * length) / values.length);
    if (Math.abs(value) > Math.abs(out[group] ?? 0)) out[group] = value;
  });
  return out;
}
