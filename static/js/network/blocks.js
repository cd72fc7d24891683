/**
 * The parts of a network that come again and again: residual blocks, fire modules, inverted
 * residuals, dense layers. They are told by how the layers hang together, not by what a file calls
 * them, since many files call them 1, 2, 3.
 *
 * Where only one value is alive, the network could be cut in two. What lies between two cuts is a
 * segment: a single layer of a chain, or a whole part with branches. Large segments are blocks; and
 * so is what else comes again in the row of segments.
 */

import { commonPath } from "./names.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 *
 * @typedef {object} Block Layers start ≤ i < end, in order of computation: putting them together
 *   never makes a circle.
 * @property {string} id its first layer's name
 * @property {string} name what the file calls it; "" if it has no name of its own
 * @property {number} number from 1
 * @property {number} start
 * @property {number} end
 * @property {string} kind the same for blocks that do the same
 *
 * @typedef {{ start: number, end: number, ops: string[], hasWeights: boolean }} Segment `ops` along
 *   its longest path, without what only merges.
 * @typedef {{ start: number, end: number, kind: string }} Found
 */

const SMALLEST = 3; // layers that are worth folding
const LARGE = 6; // layers that make a segment a block of its own
const LARGEST = 60; // beyond that a segment is looked into
const LONGEST = 16; // segments in what comes again
const KINDS = 4; // that are looked for in a row of segments
const A_CHAIN = 60; // layers from which on a chain without branches has blocks

/**
 * Every block of a network, in order. None unless at least two do the same.
 *
 * @param {Layer[]} layers in order of computation
 * @returns {Block[]}
 */
export function findBlocks(layers) {
  const parts = segmentsOf(layers);
  if (layers.length <= A_CHAIN && parts.every((part) => length(part) === 1)) return [];
  const segments = parts.flatMap((part) => (length(part) > LARGEST || isRow(layers, part) ? singles(layers, part) : [part]));
  const large = segments.filter((segment) => length(segment) >= LARGE).map(({ start, end, ops }) => ({ start, end, kind: ops.join(" ") }));
  const found = [...large, ...likeThem(segments, large)];
  grow(layers, segments, found);
  for (let i = 0; i < KINDS; i++) found.push(...mostRepeated(layers, segments, found));
  const counts = new Map();
  for (const { kind } of found) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (![...counts.values()].some((count) => count > 1)) return [];
  return named(layers, found.sort((a, b) => a.start - b.start));
}

/**
 * The network cut wherever only one value is alive.
 *
 * @param {Layer[]} layers
 * @returns {Segment[]}
 */
function segmentsOf(layers) {
  const at = new Map(layers.map(({ name }, i) => [name, i]));
  const lastReader = layers.map((_, i) => i);
  layers.forEach(({ inputs }, i) => {
    for (const name of inputs) lastReader[at.get(name) ?? i] = i;
  });
  /** @type {Segment[]} */
  const segments = [];
  let [start, alive] = [0, 0];
  layers.forEach((_, i) => {
    if (alive <= i) {
      const path = longestPath(layers, start, i + 1, at);
      segments.push({ start, end: i + 1, ops: path.map(({ op }) => op), hasWeights: path.some(isWeights) });
      start = i + 1;
    }
    alive = Math.max(alive, lastReader[i] ?? i);
  });
  return segments;
}

/**
 * The layers on the longest way through some, without those that only merge.
 *
 * @param {Layer[]} layers
 * @param {number} start
 * @param {number} end
 * @param {Map<string, number>} at
 */
function longestPath(layers, start, end, at) {
  const lengths = new Map();
  const from = new Map();
  for (let i = start; i < end; i++) {
    let [best, before] = [0, -1];
    for (const name of layers[i]?.inputs ?? []) {
      const j = at.get(name) ?? -1;
      if (j >= start && lengths.get(j) > best) [best, before] = [lengths.get(j), j];
    }
    lengths.set(i, best + 1);
    from.set(i, before);
  }
  const path = [];
  for (let i = end - 1; i >= start; i = from.get(i)) {
    const layer = layers[i];
    if (layer && layer.family !== "merge") path.unshift(layer);
  }
  return path;
}

/**
 * Stretches of small segments that do what a large one does, only without its way around: blocks
 * that change the resolution have none.
 *
 * @param {Segment[]} segments
 * @param {Found[]} large
 * @returns {Found[]}
 */
function likeThem(segments, large) {
  /** @type {Found[]} */
  const found = [];
  const kinds = [...new Set(large.map(({ kind }) => kind))].sort((a, b) => b.length - a.length);
  for (let i = 0; i < segments.length; i++) {
    for (const kind of kinds) {
      const last = matchFrom(segments, i, kind);
      const [from, to] = [segments[i], segments[last]];
      if (!from || !to) continue;
      found.push({ start: from.start, end: to.end, kind });
      i = last;
      break;
    }
  }
  return found;
}

/**
 * Which segment a kind ends with if it begins with this one; -1 if it does not.
 *
 * @param {Segment[]} segments
 * @param {number} first
 * @param {string} kind
 */
function matchFrom(segments, first, kind) {
  /** @type {string[]} */
  const ops = [];
  for (let i = first; i < segments.length && length(segments[i]) < LARGE; i++) {
    ops.push(...(segments[i]?.ops ?? []));
    const text = ops.join(" ");
    if (text === kind) return i;
    if (!kind.startsWith(text)) return -1;
  }
  return -1;
}

/**
 * What follows all blocks of a kind belongs to them: the switch after the sum.
 *
 * @param {Layer[]} layers
 * @param {Segment[]} segments
 * @param {Found[]} found
 */
function grow(layers, segments, found) {
  const single = new Set(segments.filter((segment) => length(segment) === 1).map(({ start }) => start));
  const taken = new Set(found.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));
  for (const kind of new Set(found.map((block) => block.kind))) {
    const blocks = found.filter((block) => block.kind === kind);
    for (let more = 0; more < SMALLEST; more++) {
      const next = blocks.map(({ end }) => (single.has(end) && !taken.has(end) ? layers[end] : undefined));
      const [layer] = next;
      if (blocks.length < 2 || !layer || next.some((other) => other?.op !== layer.op) || ["pool", "weights"].includes(layer.family)) break;
      for (const block of blocks) taken.add(block.end++);
    }
  }
}

/**
 * The row of segments that comes again most, outside of what is a block already.
 *
 * @param {Layer[]} layers
 * @param {Segment[]} segments
 * @param {Found[]} found
 * @returns {Found[]}
 */
function mostRepeated(layers, segments, found) {
  const isTaken = (/** @type {Segment} */ { start, end }) => found.some((block) => block.start < end && start < block.end);
  const free = segments.map((segment) => !isTaken(segment));
  const tokens = segments.map(({ start, end, ops }) => `${ops.join("+")}:${end - start}:${layers[end - 1]?.op}`);
  /** @type {Map<string, { starts: number[], width: number, size: number }>} */
  const rows = new Map();
  for (let i = 0; i < segments.length; i++) {
    let [kind, size, hasWeights] = ["", 0, false];
    for (let width = 1; width <= LONGEST && free[i + width - 1]; width++) {
      const segment = segments[i + width - 1];
      kind += ` ${tokens[i + width - 1]}`;
      size += length(segment);
      hasWeights ||= segment?.hasWeights ?? false;
      if (!hasWeights || size < SMALLEST) continue;
      const row = rows.get(kind) ?? { starts: [], width, size };
      if (i >= (row.starts.at(-1) ?? -width) + width) row.starts.push(i);
      rows.set(kind, row);
    }
  }
  const worth = (/** @type {{ starts: number[], size: number }} */ { starts, size }) => (starts.length - 1) * size;
  const [best] = [...rows].sort(([, a], [, b]) => worth(b) - worth(a) || b.size - a.size);
  if (!best || worth(best[1]) === 0) return [];
  const [kind, { starts, width }] = best;
  return starts.flatMap((i) => {
    const [from, to] = [segments[i], segments[i + width - 1]];
    return from && to ? [{ start: from.start, end: to.end, kind }] : [];
  });
}

/**
 * Whether a segment is a row of the same few layers, tied together by lines that skip some: a block
 * of dense layers.
 *
 * @param {Layer[]} layers
 * @param {Segment} part
 */
function isRow(layers, part) {
  const inside = singles(layers, part);
  if (part.ops.length < 0.8 * inside.length) return false;
  const found = mostRepeated(layers, inside, []);
  const width = length(found[0]);
  return found.length >= 3 && width > SMALLEST && found.length * width >= 0.8 * inside.length;
}

/**
 * A segment layer by layer.
 *
 * @param {Layer[]} layers
 * @param {Segment} segment
 * @returns {Segment[]}
 */
function singles(layers, { start, end }) {
  return layers.slice(start, end).map((layer, i) => ({ start: start + i, end: start + i + 1, ops: [layer.op], hasWeights: isWeights(layer) }));
}

/** @param {Layer} layer */
function isWeights({ family }) {
  return family === "weights";
}

/**
 * @param {Layer[]} layers
 * @param {Found[]} found
 * @returns {Block[]}
 */
function named(layers, found) {
  const names = found.map(({ start, end }) => commonPath(layers.slice(start, end)));
  return found.map(({ start, end, kind }, i) => {
    const name = names[i] ?? "";
    const isItsOwn = names.filter((other) => other === name).length === 1;
    return { id: layers[start]?.name ?? "", name: isItsOwn ? name : "", number: i + 1, start, end, kind };
  });
}

/** @param {{ start: number, end: number } | undefined} segment */
function length(segment) {
  return segment ? segment.end - segment.start : 0;
}
