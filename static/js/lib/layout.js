/** Where things go. Only arithmetic. The strip has its own: network/geometry.js. */

/**
 * The grid with the largest cells that shows `count` maps of one shape without scrolling; if they
 * would get smaller than `least`, it scrolls.
 *
 * @param {{ width: number, height: number, count: number, rows: number, columns: number, gap:
 *   number, caption: number, least: number, most: number }} room `rows` × `columns` is the size of
 *   one map
 * @returns {{ across: number, width: number, height: number, scrolls: boolean }} maps in a row, the
 *   size of one in pixels
 */
export function fitGrid({ width, height, count, rows, columns, gap, caption, least, most }) {
  const aspect = rows / columns;
  let best = { across: 1, size: 0 };
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const byWidth = (width - (across - 1) * gap) / across;
    const byHeight = ((height - (down - 1) * gap) / down - caption) / aspect;
    const size = Math.floor(Math.min(byWidth, byHeight, most));
    if (size > best.size) best = { across, size };
  }
  const scrolls = best.size < least;
  if (scrolls) {
    const across = Math.max(1, Math.floor((width + gap) / (least + gap)));
    best = { across, size: Math.floor((width - (across - 1) * gap) / across) };
  }
  const side = evenSize(best.size, columns);
  return { across: best.across, width: side, height: Math.max(1, Math.round(side * aspect)), scrolls };
}

/**
 * A little smaller, if then every number gets the same number of the screen's own pixels.
 *
 * @param {number} size in CSS pixels
 * @param {number} numbers in a row
 * @param {number} [least] what part of the size has to be left
 */
export function evenSize(size, numbers, least = 0.8) {
  const even = (Math.floor((size * devicePixelRatio) / numbers) * numbers) / devicePixelRatio;
  return even >= size * least ? even : size;
}

/**
 * A line from left to right that leaves and arrives level.
 *
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function curve(x0, y0, x1, y1) {
  const middle = (x0 + x1) / 2;
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
}
