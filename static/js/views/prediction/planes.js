/**
 * An output with rows and columns as planes, and planes as pixels: which class is where, or a
 * picture.
 */

import { planeOf } from "../../render/raster.js";
import { extremes } from "../../model/colour-range.js";
import { rgbOf } from "./colours.js";

/**
 * @typedef {import("../../state/types.js").ModelOutput} ModelOutput
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {{ planes: Float32Array[], width: number, height: number, isLast: boolean }} Planes one
 *   a channel; `isLast` where the channels stand behind rows and columns in the tensor
 */

const OPAQUE = 255;

/**
 * @param {Tensor} tensor of maps
 * @param {number} channels how many there are, to tell (C, H, W) from (H, W, C)
 * @returns {Planes}
 */
export function planesOf(tensor, channels) {
  const [first = 1, height = 1, width = 1] = tensor.shape;
  if (first === channels || width !== channels) {
    return { planes: Array.from({ length: first }, (_, c) => planeOf(tensor, c)), width, height, isLast: false };
  }
  const size = first * height;
  const planes = Array.from({ length: width }, (_, c) => Float32Array.from({ length: size }, (_, i) => tensor.data[i * width + c] ?? 0));
  return { planes, width: height, height: first, isLast: true };
}

/**
 * The channel with the largest number at each place.
 *
 * @param {Float32Array[]} planes
 */
export function largestOf(planes) {
  const best = Float32Array.from(planes[0] ?? []);
  const found = new Uint16Array(best.length);
  for (let c = 1; c < planes.length; c++) {
    const plane = planes[c] ?? best;
    for (let i = 0; i < found.length; i++) {
      const value = plane[i] ?? 0;
      if (value > (best[i] ?? 0)) {
        best[i] = value;
        found[i] = c;
      }
    }
  }
  return found;
}

/**
 * Whether a plane holds the numbers of classes rather than scores: whole, not negative, and more
 * than zero and one.
 *
 * @param {Float32Array} plane
 */
export function isNumbers(plane) {
  const { min, max } = extremes(plane);
  return min >= 0 && max > 1 && max < 65536 && plane.every((value) => Number.isInteger(value));
}

/**
 * How many places each class has, the most first.
 *
 * @param {Uint16Array} found
 */
export function areas(found) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const k of found) counts.set(k, (counts.get(k) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint16Array} found
 * @param {number} width
 */
export function paintClasses(canvas, found, width) {
  const colours = new Map(areas(found).map(([k]) => [k, rgbOf(k)]));
  fill(canvas, width, found.length / width, (pixels) => {
    for (let i = 0; i < found.length; i++) pixels.set([...(colours.get(found[i] ?? 0) ?? [0, 0, 0]), OPAQUE], 4 * i);
  });
}

/** What stands for black and white in an output picture. */
const RANGES = /** @type {const} */ ([[0, 1], [-1, 1], [0, 255]]);
const NEAR = 0.1; // by so much of its width a picture may leave its range: networks overshoot

/**
 * What black and white are in a picture's numbers: the first usual range that holds nearly all of
 * them, else their own ends.
 *
 * @param {Float32Array[]} planes
 * @returns {{ black: number, white: number, isUsual: boolean }}
 */
export function rangeOfPicture(planes) {
  const ends = planes.map(extremes);
  const [min, max] = [Math.min(...ends.map((one) => one.min)), Math.max(...ends.map((one) => one.max))];
  const usual = RANGES.find(([low, high]) => min >= low - NEAR * (high - low) && max <= high + NEAR * (high - low));
  return usual ? { black: usual[0], white: usual[1], isUsual: true } : { black: min, white: max > min ? max : min + 1, isUsual: false };
}

/**
 * Grey, or red, green and blue.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Planes} picture
 * @param {{ black: number, white: number }} range
 * @param {boolean} isBgr
 */
export function paintPicture(canvas, { planes, width, height }, { black, white }, isBgr) {
  const [first = new Float32Array(), second = first, third = first] = isBgr ? [...planes].reverse() : planes;
  const level = (/** @type {number} */ value) => (255 * (value - black)) / (white - black); // clamped by the pixels' array
  fill(canvas, width, height, (pixels) => {
    for (let i = 0; i < width * height; i++) {
      pixels[4 * i] = level(first[i] ?? 0);
      pixels[4 * i + 1] = level(second[i] ?? 0);
      pixels[4 * i + 2] = level(third[i] ?? 0);
      pixels[4 * i + 3] = OPAQUE;
    }
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {(pixels: Uint8ClampedArray) => void} set
 */
function fill(canvas, width, height, set) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  set(image.data);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
