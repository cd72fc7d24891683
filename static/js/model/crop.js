/**
 * Which part of the photo the network sees. Only arithmetic; boxes are [left, top, right, bottom]
 * in pixels of the photo.
 */

/**
 * @typedef {import("../state/types.js").Analysis["input"]} Input
 * @typedef {import("../state/types.js").Model} Model
 */

const SLACK = 0.01; // pixels; what the server says is rounded

/**
 * The part that a network is shown as long as nobody moves it: the largest one in the middle, less
 * its margin; or all of the photo, stretched or with borders. As Preprocess.crop_box has it.
 *
 * @param {Input} input
 * @param {Model} model
 */
export function middleOf({ width, height, size: [rows = 1, columns = 1] }, { preprocess }) {
  const { crop_mode, crop_pct } = preprocess;
  if (crop_mode === "border") return bordered(width, height, rows, columns, crop_pct);
  const scale = Math.min(width * rows, height * columns) * crop_pct;
  const [across, down] = crop_mode === "squash" ? [width * crop_pct, height * crop_pct] : [scale / rows, scale / columns];
  return [(width - across) / 2, (height - down) / 2, (width + across) / 2, (height + down) / 2];
}

/**
 * The box around all of a photo that has the input's proportions; the photo covers whole pixels of
 * the input.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} rows
 * @param {number} columns
 * @param {number} share
 */
function bordered(width, height, rows, columns, share) {
  const ratio = Math.min(columns / width, rows / height) / share;
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.floor(side * ratio + 0.5)));
  const [across, down] = [width / (wide ?? 1), height / (high ?? 1)];
  const [left, top] = [-across * Math.floor((columns - (wide ?? 1)) / 2), -down * Math.floor((rows - (high ?? 1)) / 2)];
  return [left, top, left + columns * across, top + rows * down];
}

/**
 * Whether the crop was moved away from the middle.
 *
 * @param {Input} input
 * @param {Model} model
 */
export function isMoved(input, model) {
  return middleOf(input, model).some((edge, i) => Math.abs(edge - (input.crop[i] ?? 0)) > SLACK);
}

/**
 * The same part elsewhere, as far as the photo goes.
 *
 * @param {number[]} crop
 * @param {number} right
 * @param {number} down
 * @param {{ width: number, height: number }} photo
 */
export function shifted([left = 0, top = 0, r = 0, b = 0], right, down, { width, height }) {
  const [across, tall] = [r - left, b - top];
  const x = across > width ? left : Math.max(0, Math.min(width - across, left + right));
  const y = tall > height ? top : Math.max(0, Math.min(height - tall, top + down));
  return [x, y, x + across, y + tall];
}

/**
 * A larger or smaller part of the same proportions. One point of it stays where it is: its middle,
 * or the corner across from the one that is pulled.
 *
 * @param {number[]} crop
 * @param {number} factor
 * @param {number[]} anchor shares of the crop's width and height: [0.5, 0.5] is its middle
 * @param {Input} input
 */
export function scaled([left = 0, top = 0, r = 0, b = 0], factor, [u = 0.5, v = 0.5], { width, height, size }) {
  const [across, down] = [r - left, b - top];
  const [x, y] = [left + u * across, top + v * down];
  const room = [
    u > 0 ? x / (u * across) : Infinity, u < 1 ? (width - x) / ((1 - u) * across) : Infinity,
    v > 0 ? y / (v * down) : Infinity, v < 1 ? (height - y) / ((1 - v) * down) : Infinity,
  ];
  const least = Math.min(1, Math.max(4 / across, 4 / down, Math.min((size[1] ?? 1) / across, (size[0] ?? 1) / down) / 4));
  const by = Math.min(Math.max(factor, least), ...room);
  const corner = [x - u * across * by, y - v * down * by];
  const box = [...corner, (corner[0] ?? 0) + across * by, (corner[1] ?? 0) + down * by];
  return box.map((edge, i) => Math.max(0, Math.min(i % 2 ? height : width, edge)));
}
