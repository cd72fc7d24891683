/** Where things go. Only arithmetic; lengths of the strip are in sixteenths of a rem, so that it grows with the text. */

import { hasMaps, keepsMapsApart } from "./graph.js";
import { say } from "./words/index.js";

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").Model} Model
 *
 * @typedef {object} Column One layer on the strip.
 * @property {Layer} layer
 * @property {number} left
 * @property {number} width
 * @property {{ x: number, y: number, width: number, height: number }[]} cells Its maps, or one bar for a vector.
 *
 * @typedef {{ text: string, left: number, width: number }} Group Neighbours of one resolution.
 * @typedef {{ to: string, path: string, depth: number }} Edge `depth` is how far it reaches below the columns.
 */

export const STRIP = { cells: 4, top: 52, gap: 4, foot: 8 };
const PITCH = { least: 46, most: 52 }; // from column to column
const LARGEST = 30;
const SMALLEST = 16;
const COLUMN_HEIGHT = STRIP.cells * (LARGEST + STRIP.gap) - STRIP.gap;

/**
 * The grid with the largest cells that shows `count` maps of one shape without scrolling; if they would get smaller than
 * `least`, it scrolls.
 *
 * @param {{ width: number, height: number, count: number, rows: number, columns: number, gap: number,
 *   caption: number, least: number, most: number }} room `rows` × `columns` is the size of one map
 * @returns {{ across: number, width: number, height: number, scrolls: boolean }} maps in a row, the size of one in pixels
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
 */
export function evenSize(size, numbers) {
  const even = (Math.floor((size * devicePixelRatio) / numbers) * numbers) / devicePixelRatio;
  return even >= size * 0.8 ? even : size;
}

/**
 * The network strip: a column a layer in the order of computation, the resolutions above, the edges between.
 *
 * @param {Model} model
 * @param {Map<string, number[]>} typical the maps that each layer shows
 * @param {number} room the width that is there; the columns move a little closer if all of them then fit
 */
export function layoutStrip(model, typical, room) {
  const fitting = Math.floor((room - 16) / model.layers.length);
  const pitch = fitting < PITCH.least ? PITCH.most : Math.min(PITCH.most, fitting);
  const finest = Math.max(...model.layers.filter(hasMaps).map((layer) => layer.shape[1] ?? 1), 1);
  const columns = model.layers.map((layer, i) => {
    const left = 8 + i * pitch;
    const middle = left + pitch / 2;
    return { layer, left, width: pitch, cells: cells(layer, middle, finest, typical.get(layer.name)?.length ?? 0) };
  });
  const lines = edges(columns, typical);
  const deepest = Math.max(0, ...lines.map(({ depth }) => depth));
  return {
    columns,
    groups: groups(columns),
    edges: lines,
    width: 16 + columns.length * pitch,
    height: STRIP.top + COLUMN_HEIGHT + deepest + STRIP.foot,
  };
}

/**
 * @param {Layer} layer
 * @param {number} middle
 * @param {number} finest
 * @param {number} shown
 */
function cells(layer, middle, finest, shown) {
  const centre = STRIP.top + COLUMN_HEIGHT / 2;
  if (!hasMaps(layer)) {
    return [{ x: middle - 6, y: STRIP.top, width: 12, height: COLUMN_HEIGHT }];
  }
  const [, rows = 1, across = 1] = layer.shape;
  const halvings = Math.log2(finest / rows);
  const width = Math.round(Math.max(SMALLEST, LARGEST - 3 * halvings));
  const height = Math.max(4, Math.round(Math.min(LARGEST, (width * rows) / across)));
  const total = shown * height + (shown - 1) * STRIP.gap;
  return Array.from({ length: shown }, (_, i) => {
    const y = centre - total / 2 + i * (height + STRIP.gap);
    return { x: middle - width / 2, y, width, height };
  });
}

/**
 * @param {Column[]} columns
 * @returns {Group[]}
 */
function groups(columns) {
  /** @type {Group[]} */
  const found = [];
  for (const { layer, left, width } of columns) {
    const text = hasMaps(layer) ? `${layer.shape[1]} × ${layer.shape[2]}` : say.strip.lists;
    const last = found.at(-1);
    if (last?.text === text) last.width = left + width - last.left;
    else found.push({ text, left, width });
  }
  return found;
}

/**
 * @param {Column[]} columns
 * @param {Map<string, number[]>} typical
 * @returns {Edge[]}
 */
function edges(columns, typical) {
  const at = new Map(columns.map((column, i) => [column.layer.name, i]));
  return columns.flatMap((to, i) =>
    to.layer.inputs.flatMap((name) => {
      const j = at.get(name) ?? -1;
      const from = columns[j];
      if (!from) return [];
      if (i - j === 1) return [{ to: to.layer.name, path: fan(from, to, typical), depth: 0 }];
      const depth = Math.min(24, 6 + 3 * (i - j));
      return [{ to: to.layer.name, path: bow(from, to, depth), depth }];
    }),
  );
}

/**
 * Lines between neighbours: from all maps to all; or map to map where the maps have nothing to do with each other; or a
 * single one, if the two columns then show different ones.
 *
 * @param {Column} from
 * @param {Column} to
 * @param {Map<string, number[]>} typical
 */
function fan(from, to, typical) {
  const isApart = keepsMapsApart(to.layer);
  const areSame = String(typical.get(from.layer.name)) === String(typical.get(to.layer.name));
  const [start, end] = [from.cells[0], to.cells[0]];
  if (isApart && !areSame && start && end) {
    const middle = STRIP.top + COLUMN_HEIGHT / 2;
    return curve(start.x + start.width, middle, end.x, middle);
  }
  return from.cells
    .flatMap((a, i) => (isApart ? to.cells.slice(i, i + 1) : to.cells).map((b) => ({ a, b })))
    .map(({ a, b }) => curve(a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2))
    .join("");
}

/**
 * A line below the columns between, for a branch.
 *
 * @param {Column} from
 * @param {Column} to
 * @param {number} depth
 */
function bow(from, to, depth) {
  const foot = (/** @type {Column} */ { cells }) => Math.max(...cells.map(({ y, height }) => y + height)) + 2;
  const [x0, x1] = [from.left + from.width / 2, to.left + to.width / 2];
  const low = STRIP.top + COLUMN_HEIGHT + depth;
  const turn = Math.min(20, (x1 - x0) / 2);
  return (
    `M${x0} ${foot(from)}C${x0} ${low} ${x0} ${low} ${x0 + turn} ${low}` +
    `H${x1 - turn}C${x1} ${low} ${x1} ${low} ${x1} ${foot(to)}`
  );
}

/**
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
export function curve(x0, y0, x1, y1) {
  const middle = (x0 + x1) / 2;
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
}
