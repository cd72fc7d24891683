/**
 * The network strip in numbers: where each column, cell, caption and line is. Lengths are in
 * sixteenths of a rem, so that the strip grows with the text.
 *
 * A chain is as high as four maps. Beside branches the trunk shows fewer, and each branch has one
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
 * @property {number} centre of its cells
 * @property {Cell[]} cells Its maps, or one bar.
 *
 * @typedef {{ text: string, left: number, width: number }} Group Neighbours of one resolution.
 * @typedef {{ block: import("./blocks.js").Block, folded: boolean, layers: number, left: number, width: number }} Bracket
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
 * @property {number} name height of a caption above the cells
 * @property {number} lane from lane to lane
 * @property {number} margin on either side of the widest cells of a column
 * @property {number} header
 */

export const CELLS = 4; // maps that a column shows at most
const PITCH = { least: 46, most: 52, maps: 34, any: 2.5 };
const LARGEST = 30;
const SMALLEST = 16;
const GAP = 4;
const MARGIN = 8;
const LANE_GAP = 6;

/**
 * @param {Item[]} items
 * @param {Map<string, number[]>} typical the maps that each layer shows
 * @param {{ room: number, zoom: import("./view.js").Zoom }} view the width that is there; the columns move a little closer if
 *   all of them then fit
 * @returns {Drawing}
 */
export function drawStrip(items, typical, { room, zoom }) {
  const places = placesOf(items);
  const isChain = places.chains.length === 0;
  const pitch = pitchOf(places.columns, room, zoom);
  const measures = measuresOf(pitch, zoom === null, isChain, items.some(({ block }) => block));
  const middle = measures.header + reach(measures, places.sections, "above");
  const finest = Math.max(1, ...items.map(({ layer }) => (hasMaps(layer) ? (layer.shape[1] ?? 1) : 1)));
  const columns = items.map((item, i) => {
    const section = places.sections.find(({ first, last }) => first <= (places.column[i] ?? 0) && (places.column[i] ?? 0) <= last);
    return columnOf(item, places.column[i] ?? 0, places.lane[i] ?? 0, section ?? null, measures, middle, finest, typical);
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
    width: 2 * MARGIN + places.columns * pitch,
    height: Math.max(bottom, ...routes.map(({ low }) => low)) + MARGIN,
    pitch,
  };
}

/**
 * @param {number} count
 * @param {number} room
 * @param {import("./view.js").Zoom} zoom
 */
function pitchOf(count, room, zoom) {
  const fitting = (room - 2 * MARGIN) / count;
  if (zoom === "whole") return Math.max(PITCH.any, Math.min(PITCH.most, fitting));
  if (zoom !== null) return Math.max(PITCH.any, PITCH.most * zoom);
  return fitting < PITCH.least ? PITCH.most : Math.min(PITCH.most, Math.floor(fitting));
}

/**
 * @param {number} pitch
 * @param {boolean} isUsual nobody zoomed
 * @param {boolean} isChain
 * @param {boolean} hasBlocks
 * @returns {Measures}
 */
function measuresOf(pitch, isUsual, isChain, hasBlocks) {
  const far = pitch < PITCH.maps;
  const header = 28 + (hasBlocks ? 22 : 0);
  if (far) return { far, pitch, largest: 22, smallest: 6, gap: 2, name: 6, lane: 28 + LANE_GAP, margin: Math.min(3, pitch / 8), header };
  const scale = isUsual ? 1 : pitch / PITCH.most;
  const largest = LARGEST * scale;
  const name = isChain && !hasBlocks ? 24 : 18;
  return { far, pitch, largest, smallest: SMALLEST * scale, gap: GAP * scale, name, lane: name + largest + LANE_GAP, margin: (pitch - largest) / 2, header };
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
 * @param {number} middle of the trunk
 * @param {number} finest
 * @param {Map<string, number[]>} typical
 * @returns {Column}
 */
function columnOf(item, at, lane, section, measures, middle, finest, typical) {
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
    centre,
    cells: measures.far
      ? [bar(layer, left, centre, finest, maps, measures)]
      : cells(layer, left, centre, finest, shown, maps, measures),
  };
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
