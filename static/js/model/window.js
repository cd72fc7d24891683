/**
 * Where a layer's window lies on its input: told by stride, padding and dilation, before any server
 * is asked.
 */

/**
 * @typedef {import("../state/types.js").Box} Box
 * @typedef {import("../state/types.js").Layer} Layer
 *
 * @typedef {{ kernel: number[], stride: number[], dilation: number[], padding: number[],
 *   isTransposed: boolean }} Sliding [rows, columns]; padding is [top, left, bottom, right].
 *   Transposed, the kernel slides over the output: every number of the input paints it there once.
 */

/**
 * @param {Layer} layer
 * @returns {Sliding | null} null for a layer that has no window
 */
export function slidingOf({ attributes }) {
  const { kernel, stride, dilation, padding, output_padding: outputPadding } = attributes;
  if (!Array.isArray(kernel)) return null;
  return {
    kernel,
    stride: Array.isArray(stride) ? stride : [1, 1],
    dilation: Array.isArray(dilation) ? dilation : [1, 1],
    padding: Array.isArray(padding) ? padding : [0, 0, 0, 0],
    isTransposed: outputPadding !== undefined,
  };
}

/**
 * From the window's first cell to its last; it may reach beyond the map. Transposed: from the first
 * number that paints on the place to the last; there may be none.
 *
 * @param {Sliding} sliding
 * @param {number} y
 * @param {number} x
 * @returns {Box}
 */
export function windowAt(sliding, y, x) {
  const [top, bottom] = reachOf(sliding, 0, y);
  const [left, right] = reachOf(sliding, 1, x);
  return { left, top, right, bottom };
}

/**
 * @param {Sliding} sliding
 * @param {number} axis
 * @param {number} at
 * @returns {[number, number]} half open
 */
function reachOf({ kernel, stride, dilation, padding, isTransposed }, axis, at) {
  const [step, before] = [stride[axis] ?? 1, padding[axis] ?? 0];
  const extent = ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
  if (!isTransposed) return [at * step - before, at * step - before + extent];
  const first = Math.ceil((at + before - extent + 1) / step);
  return [first, Math.max(first, Math.floor((at + before) / step) + 1)];
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
  if (!sliding || sliding.isTransposed) return { left: 0, top: 0, right: width, bottom: height };
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
    width: Math.max(0, Math.min(frame.right, box.right) - left) / width,
    height: Math.max(0, Math.min(frame.bottom, box.bottom) - top) / height,
  };
}

/**
 * The window's cells as fractions of the window, where they lie apart; none where they lie side by
 * side.
 *
 * @param {Sliding} sliding
 */
export function cellsApart({ kernel: [rows = 1, columns = 1], dilation: [down = 1, across = 1], isTransposed }) {
  if (isTransposed || ((down === 1 || rows === 1) && (across === 1 || columns === 1))) return [];
  const [height, width] = [(rows - 1) * down + 1, (columns - 1) * across + 1];
  return Array.from({ length: rows * columns }, (_, i) => ({
    left: ((i % columns) * across) / width,
    top: (Math.floor(i / columns) * down) / height,
    width: 1 / width,
    height: 1 / height,
  }));
}
