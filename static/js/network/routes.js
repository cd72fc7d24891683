/**
 * The lines from column to column. Neighbours are joined by fans from map to map. A line to further
 * away runs in a lane where nothing stands in its way; if there is none, below everything between.
 * Up and down it goes between two columns only.
 */

import { keepsMapsApart } from "../model/graph.js";
import { curve } from "../lib/layout.js";

/**
 * @typedef {import("./geometry.js").Column} Column
 * @typedef {import("./lanes.js").Chain} Chain
 *
 * @typedef {{ to: string, path: string, left: number, right: number, low: number }} Route `low` is
 *   how far down it goes.
 *
 * @typedef {object} Track Where the lines of one column run below others.
 * @property {Column} from
 * @property {number} last column before which the furthest line turns up again
 * @property {number} y
 * @property {number} slot
 */

const TRACK = { first: 8, apart: 5, most: 8 };

/**
 * @param {Column[]} columns
 * @param {Chain[]} chains
 * @param {Map<string, number[]>} typical
 * @param {number} bottom of all columns
 * @param {boolean} isChain nothing is beside the trunk
 * @param {number} margin beside the cells of a column that nothing reaches into
 * @returns {Route[]}
 */
export function routesOf(columns, chains, typical, bottom, isChain, margin) {
  const edges = columns.flatMap((to) => to.item.inputs.flatMap((i) => (columns[i] ? [{ from: columns[i], to }] : [])));
  const isFree = freeLanes(columns, chains);
  const far = edges.filter(({ from, to }) => to.at - from.at > 1 && !isFree(from, to, from.lane) && !isFree(from, to, to.lane));
  const tracks = tracksOf(columns, far, bottom, isChain);
  return edges.map(({ from, to }) => {
    const track = tracks.get(from);
    const low = Math.max(from.top + from.height, to.top + to.height);
    const ends = { to: to.layer.name, left: from.left, right: to.left + to.width };
    if (to.at - from.at === 1) return { ...ends, path: fan(from, to, typical), low };
    if (isFree(from, to, from.lane)) return { ...ends, path: run(from, to, "late", margin), low };
    if (isFree(from, to, to.lane)) return { ...ends, path: run(from, to, "early", margin), low };
    return { ...ends, path: track ? below(columns, from, to, track.y) : "", low: track?.y ?? low };
  });
}

/**
 * Whether nothing stands between two columns in a lane. Besides what stands there, a chain keeps
 * its lane to itself from where it leaves to where it arrives.
 *
 * @param {Column[]} columns
 * @param {Chain[]} chains
 */
function freeLanes(columns, chains) {
  /** @type {Map<number, number[]>} */
  const taken = new Map();
  for (const { lane, at } of columns) taken.set(lane, [...(taken.get(lane) ?? []), at]);
  return (/** @type {Column} */ from, /** @type {Column} */ to, /** @type {number} */ lane) => {
    const isOwn = lane === 0 || chains.some((chain) => chain.lane === lane && chain.first <= from.at + 1 && to.at - 1 <= chain.last);
    return isOwn && !(taken.get(lane) ?? []).some((at) => from.at < at && at < to.at);
  };
}

/**
 * One track for each column with lines that run below; short ones nearest to the columns.
 *
 * @param {Column[]} columns
 * @param {{ from: Column, to: Column }[]} edges
 * @param {number} bottom
 * @param {boolean} isChain
 * @returns {Map<Column, Track>}
 */
function tracksOf(columns, edges, bottom, isChain) {
  /** @type {Map<Column, Track>} */
  const tracks = new Map();
  for (const { from, to } of edges) {
    const track = tracks.get(from) ?? { from, last: to.at, y: 0, slot: 0 };
    track.last = Math.max(track.last, to.at);
    tracks.set(from, track);
  }
  /** @type {Track[]} */
  const placed = [];
  for (const track of [...tracks.values()].sort((a, b) => a.last - a.from.at - (b.last - b.from.at))) {
    const { from, last } = track;
    const near = new Set(placed.filter((other) => other.from.at < last && from.at < other.last).map(({ slot }) => slot));
    while (near.has(track.slot) && track.slot < TRACK.most) track.slot++;
    const between = columns.filter(({ at }) => from.at <= at && at <= last);
    const lowest = isChain ? bottom : Math.max(...between.map(({ top, height }) => top + height));
    track.y = lowest + TRACK.first + TRACK.apart * track.slot;
    placed.push(track);
  }
  return tracks;
}

/**
 * Lines between neighbours: from all maps to all; or map to map where the maps have nothing to do
 * with each other; or a single one, if the two columns then show different ones.
 *
 * @param {Column} from
 * @param {Column} to
 * @param {Map<string, number[]>} typical
 */
function fan(from, to, typical) {
  const isApart = keepsMapsApart(to.layer) && !to.item.folded;
  const shown = (/** @type {Column} */ { layer, cells }) => String(typical.get(layer.name)?.slice(0, cells.length));
  const isSame = shown(from) === shown(to);
  if (isApart && !isSame) return curve(right(from), from.centre, left(to), to.centre);
  return from.cells
    .flatMap((a, i) => (isApart ? to.cells.slice(i, i + 1) : to.cells).map((b) => ({ a, b })))
    .map(({ a, b }) => curve(a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2))
    .join("");
}

/**
 * A line along a lane, that changes over right before it arrives, or right after it leaves.
 *
 * @param {Column} from
 * @param {Column} to
 * @param {"early" | "late"} when
 * @param {number} margin
 */
function run(from, to, when, margin) {
  const [x0, x1] = [right(from), left(to)];
  if (when === "early") {
    const turn = Math.min(x1, from.left + from.width + margin);
    return `${curve(x0, from.centre, turn, to.centre)}H${x1}`;
  }
  const turn = Math.max(x0, to.left - margin);
  return `M${x0} ${from.centre}H${turn}${curve(turn, from.centre, x1, to.centre).replace(/^M[^C]*/, "")}`;
}

/**
 * A line below the columns between. It leaves and arrives from below, too, unless something is in
 * the way there.
 *
 * @param {Column[]} columns
 * @param {Column} from
 * @param {Column} to
 * @param {number} y
 */
function below(columns, from, to, y) {
  const isOpen = (/** @type {Column} */ { at, lane }) => !columns.some((other) => other.at === at && other.lane > lane);
  const [leaves, arrives] = [isOpen(from), isOpen(to)];
  const x0 = leaves ? middle(from) : from.left + from.width;
  const x1 = arrives ? middle(to) : to.left;
  const turn = Math.min(16, (x1 - x0) / 2);
  const down = leaves
    ? `M${x0} ${foot(from)}C${x0} ${y} ${x0} ${y} ${x0 + turn} ${y}`
    : `M${right(from)} ${from.centre}Q${x0} ${from.centre} ${x0} ${from.centre + 8}V${y - 8}Q${x0} ${y} ${x0 + turn} ${y}`;
  const up = arrives
    ? `H${x1 - turn}C${x1} ${y} ${x1} ${y} ${x1} ${foot(to)}`
    : `H${x1 - turn}Q${x1} ${y} ${x1} ${y - 8}V${to.centre + 8}Q${x1} ${to.centre} ${left(to)} ${to.centre}`;
  return down + up;
}

/** @param {Column} column */
function middle({ left, width }) {
  return left + width / 2;
}

/** @param {Column} column */
function foot({ cells, centre }) {
  return Math.max(centre, ...cells.map(({ y, height }) => y + height)) + 2;
}

/** @param {Column} column */
function left({ cells, left, width }) {
  return cells[0]?.x ?? left + width / 2;
}

/** @param {Column} column */
function right({ cells, left, width }) {
  const [cell] = cells;
  return cell ? cell.x + cell.width : left + width / 2;
}
