/**
 * Where a layer's window lies on its input: told by stride, padding and dilation, before any server
 * is asked.
 */

/**
 * @typedef {import("../state/types.js").Box} Box
 * @typedef {import("../state/types.js").Layer} Layer
 *
 * @typedef {{ kernel: number[], stride: number[], dilation: number[], padding: number[] }} Sliding
 *   [rows, columns]; padding is [top, left, bottom, right].
 */

/**
 * @param {Layer} layer
 * @returns {Sliding | null} null for a layer that has no window
 */
export function slidingOf({ attributes }) {
  const { kernel, stride, dilation, padding } = attributes;
  if (!Array.isArray(kernel)) return null;
  return {
    kernel,
    stride: Array.isArray(stride) ? stride : [1, 1],
    dilation: Array.isArray(dilation) ? dilation : [1, 1],
    padding: Array.isArray(padding) ? padding : [0, 0, 0, 0],
  };
}

/**
 * From the window's first cell to its last; it may reach beyond the map.
 *
 * @param {Sliding} sliding
 * @param {number} y
 * @param {number} x
 * @returns {Box}
 */
export function windowAt({ kernel, stride, dilation, padding }, y, x) {
  const extent = (/** @type {number} */ axis) => ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
  const top = y * (stride[0] ?? 1) - (padding[0] ?? 0);
  const left = x * (stride[1] ?? 1) - (padding[1] ?? 0);
  return { left, top, right: left + extent(1), bottom: top + extent(0) };
}

/**
 * A map with all that windows reach around it.
 *
 * @param {Layer} layer the one that has the window
 * @param {Layer} source the one that it reads
 * @returns {Box}
 */
export function frameOf(layer, source) {
  const [, height = 1, width = 1] = source.shape;
  const sliding = slidingOf(layer);
  if (!sliding) return { left: 0, top: 0, right: width, bottom: height };
  const [, rows = 1, columns = 1] = layer.shape;
  const [top = 0, left = 0, bottom = 0, right = 0] = sliding.padding;
  const last = windowAt(sliding, rows - 1, columns - 1); // where sizes are rounded up, it hangs over the padding
  return { left: -left, top: -top, right: Math.max(width + right, last.right), bottom: Math.max(height + bottom, last.bottom) };
}

/**
 * A box as fractions of a frame, clipped to it.
 *
 * @param {Box} box
 * @param {Box} frame
 */
export function within(box, frame) {
  const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
  const [left, top] = [Math.max(frame.left, box.left), Math.max(frame.top, box.top)];
  return {
    left: (left - frame.left) / width,
    top: (top - frame.top) / height,
    width: (Math.min(frame.right, box.right) - left) / width,
    height: (Math.min(frame.bottom, box.bottom) - top) / height,
  };
}

/**
 * The window's cells as fractions of the window, where they lie apart; none where they lie side by
 * side.
 *
 * @param {Sliding} sliding
 */
export function cellsApart({ kernel: [rows = 1, columns = 1], dilation: [down = 1, across = 1] }) {
  if ((down === 1 || rows === 1) && (across === 1 || columns === 1)) return [];
  const [height, width] = [(rows - 1) * down + 1, (columns - 1) * across + 1];
  return Array.from({ length: rows * columns }, (_, i) => ({
    left: ((i % columns) * across) / width,
    top: (Math.floor(i / columns) * down) / height,
    width: 1 / width,
    height: 1 / height,
  }));
}
