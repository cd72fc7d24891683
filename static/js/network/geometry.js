/**
 * The network strip in numbers: where each column, cell, caption and line is. Lengths are in
 * sixteenths of a rem, so that the strip grows with the text.
 *
 * A chain is as high as four maps; its names stand in two rows in turn where one row would be too
 * narrow for them. Beside branches the trunk shows fewer, and each branch has one
 * in its lane. From far away there is no room for maps: then each column is a bar, the higher the
 * finer its resolution.
 */

import { hasMaps } from "../model/graph.js";
import { t } from "../i18n/index.js";
import { placesOf } from "./lanes.js";
import { routesOf } from "./routes.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("./fold.js").Item} Item
 * @typedef {{ x: number, y: number, width: number, height: number }} Cell
 *
 * @typedef {object} Column One item on the strip.
 * @property {Item} item
 * @property {Layer} layer the item's
 * @property {number} at its column
 * @property {number} lane
 * @property {number} left
 * @property {number} width
 * @property {number} top
 * @property {number} height with its name
 * @property {Cell} name where its name is, from the corner of the column
 * @property {number} centre of its cells
 * @property {Cell[]} cells Its maps, or one bar.
 *
 * @typedef {{ text: string, left: number, width: number }} Group Neighbours of one resolution.
 * @typedef {{ block: import("./blocks.js").Block, folded: boolean, layers: number, left: number,
 *   width: number }} Bracket
 *
 * @typedef {object} Drawing
 * @property {Column[]} columns
 * @property {Group[]} groups
 * @property {Bracket[]} brackets
 * @property {import("./routes.js").Route[]} routes
 * @property {boolean} far bars instead of maps
 * @property {boolean} isChain no branches
 * @property {number} header above the columns
 * @property {number} width
 * @property {number} height
 * @property {number} pitch from column to column
 *
 * @typedef {object} Measures
 * @property {boolean} far
 * @property {number} pitch
 * @property {number} largest side of a map
 * @property {number} smallest
 * @property {number} gap between maps
 * @property {number} name height of the captions above the cells
 * @property {number} rows that the captions stand in, in turn
 * @property {number} lane from lane to lane
 * @property {number} margin on either side of the widest cells of a column
 * @property {number} header
 */

export const CELLS = 4; // maps that a column shows at most
// Columns move closer together, or apart, where all of them then fit. In lanes, names have no
// second row to move to.
const PITCH = { usual: 52, chain: 36, lanes: 46, most: 68, maps: 34, any: 2.5 };
const LARGEST = 30;
const ROW = 16; // height of one row of names
const BESIDE = 10; // the least room between the maps of two columns
const SMALLEST = 16;
const GAP = 4;
export const MARGIN = 12; // at either end of the strip
const LANE_GAP = 6;

/**
 * @param {Item[]} items
 * @param {Map<string, number[]>} typical the maps that each layer shows
 * @param {View} view
 * @returns {Drawing}
 *
 * @typedef {object} View
 * @property {number} room the width that is there
 * @property {number} [most] the largest side of a map, where columns may be further apart than
 *   usual
 * @property {import("./view.js").Zoom} zoom
 * @property {number[]} [names] how wide the items' names are
 */
export function drawStrip(items, typical, { room, zoom, most = LARGEST, names = [] }) {
  const places = placesOf(items);
  const isChain = places.chains.length === 0;
  const pitch = pitchOf(places.columns, room, zoom, isChain);
  const isUsual = zoom === null;
  const rows = isChain && names.some((width) => width > pitch - GAP) ? 2 : 1;
  const measures = measuresOf({ pitch, isUsual, most, rows, isChain, hasBlocks: items.some(({ block }) => block) });
  const end = 2 * MARGIN + places.columns * pitch;
  const middle = measures.header + reach(measures, places.sections, "above");
  const finest = Math.max(1, ...items.map(({ layer }) => (hasMaps(layer) ? (layer.shape[1] ?? 1) : 1)));
  const columns = items.map((item, i) => {
    const section = places.sections.find(({ first, last }) => first <= (places.column[i] ?? 0) && (places.column[i] ?? 0) <= last);
    return columnOf(item, places.column[i] ?? 0, places.lane[i] ?? 0, section ?? null, measures, { middle, finest, end }, typical);
  });
  const bottom = middle + reach(measures, places.sections, "below");
  const routes = routesOf(columns, places.chains, typical, bottom, isChain, measures.margin);
  return {
    columns,
    groups: groupsOf(columns),
    brackets: bracketsOf(columns),
    routes,
    far: measures.far,
    isChain,
    header: measures.header,
    width: end,
    height: Math.max(bottom, ...routes.map(({ low }) => low)) + MARGIN,
    pitch,
  };
}

/**
 * @param {number} count
 * @param {number} room
 * @param {import("./view.js").Zoom} zoom
 * @param {boolean} isChain
 */
function pitchOf(count, room, zoom, isChain) {
  const fitting = (room - 2 * MARGIN) / count;
  if (zoom === "whole") return Math.max(PITCH.any, Math.min(PITCH.usual, fitting));
  if (zoom !== null) return Math.max(PITCH.any, PITCH.usual * zoom);
  return fitting < (isChain ? PITCH.chain : PITCH.lanes) ? PITCH.usual : Math.min(PITCH.most, Math.floor(fitting));
}

/**
 * @param {{ pitch: number, isUsual: boolean, most: number, rows: number, isChain: boolean,
 *   hasBlocks: boolean }} view `isUsual`: nobody zoomed
 * @returns {Measures}
 */
function measuresOf({ pitch, isUsual, most, rows, isChain, hasBlocks }) {
  const far = pitch < PITCH.maps;
  const header = 28 + (hasBlocks ? 22 : 0);
  if (far) return { far, pitch, largest: 22, smallest: 6, gap: 2, name: 6, rows: 1, lane: 28 + LANE_GAP, margin: Math.min(3, pitch / 8), header };
  const usual = Math.min(pitch - BESIDE, Math.max(LARGEST, most), (LARGEST * Math.max(pitch, PITCH.usual)) / PITCH.usual);
  const largest = isUsual ? usual : (LARGEST * pitch) / PITCH.usual;
  const scale = largest / LARGEST;
  const name = (isChain && !hasBlocks ? 24 : 18) + (rows - 1) * ROW;
  return { far, pitch, largest, smallest: SMALLEST * scale, gap: GAP * scale, name, rows, lane: name + largest + LANE_GAP, margin: (pitch - largest) / 2, header };
}

/**
 * How many maps the trunk shows in some columns.
 *
 * @param {Section | null} section
 * @typedef {import("./lanes.js").Section} Section
 */
function shownIn(section) {
  if (!section) return CELLS;
  return section.above + section.below <= 2 ? 2 : 1;
}

/**
 * @param {Measures} measures
 * @param {number} maps one below the other
 */
function tall({ largest, gap }, maps) {
  return maps * (largest + gap) - gap;
}

/**
 * How far the strip reaches above or below the middle of the trunk.
 *
 * @param {Measures} measures
 * @param {Section[]} sections
 * @param {"above" | "below"} side
 */
function reach(measures, sections, side) {
  const own = side === "above" ? measures.name : 0;
  const alone = tall(measures, CELLS) / 2 + own;
  return Math.max(alone, ...sections.map((section) => tall(measures, shownIn(section)) / 2 + own + section[side] * measures.lane));
}

/**
 * @param {Item} item
 * @param {number} at
 * @param {number} lane
 * @param {Section | null} section
 * @param {Measures} measures
 * @param {{ middle: number, finest: number, end: number }} strip the middle of the trunk, the
 *   finest resolution, the right edge
 * @param {Map<string, number[]>} typical
 * @returns {Column}
 */
function columnOf(item, at, lane, section, measures, { middle, finest, end }, typical) {
  const { layer } = item;
  const maps = lane === 0 ? shownIn(section) : 1;
  const trunk = tall(measures, shownIn(section)) / 2;
  const centre = lane === 0 ? middle : middle + Math.sign(lane) * (trunk + offset(lane, measures));
  const half = tall(measures, maps) / 2;
  const left = MARGIN + at * measures.pitch;
  const shown = Math.min(maps, typical.get(layer.name)?.length ?? 0);
  const top = centre - half - measures.name;
  return {
    item,
    layer,
    at,
    lane,
    left,
    width: measures.pitch,
    top,
    height: half * 2 + measures.name,
    name: nameOf(at, left, end, measures),
    centre,
    cells: measures.far
      ? [bar(layer, left, centre, finest, maps, measures)]
      : cells(layer, left, centre, finest, shown, maps, measures),
  };
}

/**
 * Where a column's name is. In two rows it has the room of two columns, but not beyond an end.
 *
 * @param {number} at
 * @param {number} left
 * @param {number} end of the strip
 * @param {Measures} measures
 * @returns {Cell}
 */
function nameOf(at, left, end, { pitch, rows }) {
  const middle = left + pitch / 2;
  const width = rows === 1 ? pitch : Math.min(2 * pitch - GAP, 2 * middle, 2 * (end - middle));
  return { x: (pitch - width) / 2, y: (at % rows) * ROW, width, height: ROW };
}

/**
 * From the edge of the trunk's cells to the middle of a lane. Above, the trunk's names are in
 * between; below, the lane's own.
 *
 * @param {number} lane
 * @param {Measures} measures
 */
function offset(lane, measures) {
  return measures.lane * Math.abs(lane) - measures.largest / 2;
}

/**
 * @param {Layer} layer
 * @param {number} left
 * @param {number} centre
 * @param {number} finest
 * @param {number} shown
 * @param {number} maps that there is room for
 * @param {Measures} measures
 * @returns {Cell[]}
 */
function cells(layer, left, centre, finest, shown, maps, measures) {
  const middle = left + measures.pitch / 2;
  const { largest, smallest, gap } = measures;
  if (!hasMaps(layer)) {
    const [width, height] = [largest * 0.4, tall(measures, maps)];
    return [{ x: middle - width / 2, y: centre - height / 2, width, height }];
  }
  const [, rows = 1, across = 1] = layer.shape;
  const width = Math.round(Math.max(smallest, largest * (1 - halvings(finest, rows) / 10)));
  const height = Math.max(4, Math.round(Math.min(largest, (width * rows) / across)));
  const total = shown * height + (shown - 1) * gap;
  return Array.from({ length: shown }, (_, i) => ({ x: middle - width / 2, y: centre - total / 2 + i * (height + gap), width, height }));
}

/**
 * @param {Layer} layer
 * @param {number} left
 * @param {number} centre
 * @param {number} finest
 * @param {number} maps
 * @param {Measures} measures
 * @returns {Cell}
 */
function bar(layer, left, centre, finest, maps, measures) {
  const most = tall(measures, maps);
  const rows = hasMaps(layer) ? (layer.shape[1] ?? 1) : 1;
  const share = 1 - halvings(finest, rows) / (halvings(finest, 1) + 2);
  const gap = 2 * measures.margin;
  const height = Math.max(measures.smallest, most * share);
  return { x: left + gap / 2, y: centre - height / 2, width: measures.pitch - gap, height };
}

/**
 * @param {number} finest
 * @param {number} rows
 */
function halvings(finest, rows) {
  return Math.log2(finest / Math.max(1, rows));
}

/**
 * @param {Column[]} columns
 * @returns {Group[]}
 */
function groupsOf(columns) {
  /** @type {Group[]} */
  const found = [];
  for (const { layer, left, width, lane } of [...columns].sort((a, b) => a.at - b.at)) {
    if (lane !== 0) continue;
    const text = hasMaps(layer) ? `${layer.shape[1]} × ${layer.shape[2]}` : t.strip.lists;
    const last = found.at(-1);
    if (last?.text === text) last.width = left + width - last.left;
    else found.push({ text, left, width });
  }
  return found;
}

/**
 * @param {Column[]} columns
 * @returns {Bracket[]}
 */
function bracketsOf(columns) {
  /** @type {Map<string, Bracket>} */
  const found = new Map();
  for (const { item, left, width } of columns) {
    const { block, folded } = item;
    if (!block) continue;
    const known = found.get(block.id);
    if (known) {
      const right = Math.max(known.left + known.width, left + width);
      known.left = Math.min(known.left, left);
      known.width = right - known.left;
    } else found.set(block.id, { block, folded, layers: block.end - block.start, left, width });
  }
  return [...found.values()];
}
