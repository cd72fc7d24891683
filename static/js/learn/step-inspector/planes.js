/**
 * Numbers side by side, as planes: the maps of a layer, the kernels of a filter, a vector wrapped
 * into lines.
 */

import { planeOf } from "../../render/raster.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepLayer} StepLayer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {object} Plane
 * @property {string} name
 * @property {number} width in numbers
 * @property {Float32Array} values row by row
 * @property {(i: number) => number[]} index what number i of them is called in its array
 */

const LINE = 32; // numbers of a vector in a line

/**
 * The maps of a layer, or its vector as one plane.
 *
 * @param {Tensor} tensor
 * @returns {Plane[]}
 */
export function planesOf(tensor) {
  const [count = 0, height, width] = tensor.shape;
  if (height === undefined || width === undefined) return [vector(tensor.name, tensor.data, (i) => [i])];
  return Array.from({ length: count }, (_, channel) => ({
    name: `${tensor.name}[${channel}]`,
    width,
    values: planeOf(tensor, channel),
    index: (/** @type {number} */ i) => [channel, Math.floor(i / width), i % width],
  }));
}

/**
 * What one filter (or unit) of a parameter consists of; all of it where the parameter is one number
 * a filter.
 *
 * @param {Tensor} tensor (F, C, H, W), (F, K) or (F)
 * @param {number} filter
 * @param {number[] | null} maps the shape (C, H, W) that the K inputs of a unit had before they
 *   were laid in a row
 * @returns {Plane[]}
 */
export function kernelsOf({ name, shape, data }, filter, maps) {
  const size = shape.slice(1).reduce((all, n) => all * n, 1);
  if (shape.length === 1) return [vector(name, data, (i) => [i])];
  const own = data.subarray(filter * size, (filter + 1) * size);
  const [channels, height, width] = shape.length === 4 ? shape.slice(1) : (maps ?? []);
  if (channels === undefined || height === undefined || width === undefined) return [vector(name, own, (i) => [filter, i])];
  const area = height * width;
  return Array.from({ length: channels }, (_, channel) => ({
    name: `${name}[${filter}, ${channel}]`,
    width,
    values: own.subarray(channel * area, (channel + 1) * area),
    index: (/** @type {number} */ i) =>
      shape.length === 4 ? [filter, channel, Math.floor(i / width), i % width] : [filter, channel * area + i],
  }));
}

/**
 * The shape of the maps that a layer's inputs were laid in a row from; null if they were numbers
 * all along.
 *
 * @param {StepViewModel} viewModel
 * @param {StepLayer} layer
 * @returns {number[] | null}
 */
export function mapsBefore(viewModel, layer) {
  let before = viewModel.layerNamed(layer.inputs[0] ?? "");
  while (before?.preserves_order) {
    if (before.shape.length === 3) return before.shape;
    before = viewModel.layerNamed(before.inputs[0] ?? "");
  }
  return before?.shape.length === 3 ? before.shape : null;
}

/**
 * Some maps of a layer as one small picture; a vector as one column.
 *
 * @param {Tensor} tensor
 * @param {number} most maps in a row and in a column
 * @returns {{ values: Float32Array, width: number }} what lies between the maps is not a number
 */
export function mosaic(tensor, most) {
  const [count = 0, height, width] = tensor.shape;
  if (height === undefined || width === undefined) return { values: tensor.data, width: 1 };
  const across = Math.min(most, Math.ceil(Math.sqrt(count)));
  const down = Math.min(most, Math.ceil(count / across));
  const gap = Math.max(1, Math.round(width / 12));
  const total = across * (width + gap) - gap;
  const values = new Float32Array(total * (down * (height + gap) - gap)).fill(NaN);
  for (let map = 0; map < Math.min(count, across * down); map++) {
    const plane = planeOf(tensor, map);
    const left = (map % across) * (width + gap);
    const top = Math.floor(map / across) * (height + gap);
    for (let y = 0; y < height; y++) values.set(plane.subarray(y * width, (y + 1) * width), (top + y) * total + left);
  }
  return { values, width: total };
}

/**
 * @param {string} name
 * @param {Float32Array} data
 * @param {(i: number) => number[]} index
 * @returns {Plane}
 */
function vector(name, data, index) {
  return { name, width: Math.min(LINE, data.length), values: data, index };
}
