/** The terms of an explanation, put in order, and where a step of a path is. */

/**
 * @typedef {import("../state/types.js").Explanation} Explanation
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("../state/types.js").Term} Term
 *
 * @typedef {object} Group The terms from one map of one input.
 * @property {string} input
 * @property {number} channel
 * @property {Term[]} terms
 * @property {number} sum What they bring to the result together.
 */

/**
 * The place of a path's step in its layer.
 *
 * @param {{ index: import("../state/types.js").PathStep["index"] }} step
 * @returns {Place}
 */
export function placeOf({ index: { channel, y, x, unit } }) {
  return unit === undefined || unit === null ? [channel ?? 0, y ?? 0, x ?? 0] : [unit];
}

/**
 * The terms map by map, in the op's order; those of one map row by row, as they lie in it.
 *
 * @param {Term[]} terms
 * @returns {Group[]}
 */
export function byMap(terms) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const term of terms) {
    const channel = term.channel ?? 0;
    const key = `${channel} ${term.input}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { input: term.input, channel, terms: [], sum: 0 }));
    group.terms.push(term);
    group.sum += term.product;
  }
  for (const { terms: own } of groups.values()) own.sort((a, b) => (a.y ?? 0) - (b.y ?? 0) || (a.x ?? 0) - (b.x ?? 0));
  return [...groups.values()];
}

/**
 * The largest contributions first, whatever their sign.
 *
 * @template {{ sum: number }} G
 * @param {G[]} groups
 * @returns {G[]}
 */
export function largestFirst(groups) {
  return [...groups].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/**
 * How many numbers there are in a row of a window.
 *
 * @param {Term[]} terms of one map
 */
export function windowWidth(terms) {
  return new Set(terms.map((term) => term.x)).size || 1;
}

/**
 * The positions that the terms lie at, half open; null for a vector's.
 *
 * @param {Term[]} terms
 * @returns {import("../state/types.js").Box | null}
 */
export function windowBox(terms) {
  const xs = terms.flatMap(({ x }) => x ?? []);
  const ys = terms.flatMap(({ y }) => y ?? []);
  if (!xs.length || !ys.length) return null;
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1 };
}

/**
 * A box as fractions of a map, clipped to it.
 *
 * @param {import("../state/types.js").Box} box
 * @param {number} height
 * @param {number} width
 */
export function fractions({ left, top, right, bottom }, height, width) {
  const [l, t] = [Math.max(0, left), Math.max(0, top)];
  return {
    left: l / width,
    top: t / height,
    width: (Math.min(width, right) - l) / width,
    height: (Math.min(height, bottom) - t) / height,
  };
}

/**
 * Whether an explanation is of this very number.
 *
 * @param {Explanation | null} explanation
 * @param {string} layer
 * @param {Place | null} place
 * @returns {explanation is Explanation}
 */
export function explains(explanation, layer, place) {
  if (!explanation || explanation.layer !== layer || !place) return false;
  const { channel, y, x, unit } = explanation.index;
  const at = place.length === 3 ? [channel, y, x] : [unit];
  return at.every((n, axis) => n === place[axis]);
}
