/**
 * How the reader looks at the strip: how near, and which blocks are folded. Actions change the
 * store; the strip follows.
 */

/**
 * @typedef {import("../lib/store.js").Store<import("../state/types.js").State>} Store
 * @typedef {import("../state/types.js").State} State
 * @typedef {import("./blocks.js").Block} Block
 *
 * @typedef {number | "whole" | null} Zoom 1 is the usual size; null too, but closer together if all
 *   then fits.
 *
 * @typedef {object} StripView
 * @property {Zoom} zoom
 * @property {boolean | null} folded null: if the network is large
 * @property {Readonly<Record<string, boolean>>} open blocks that the reader opened, or folded, one
 *   by one
 * @property {readonly string[]} hits layers that a search found
 * @property {string | null} hit the one that would be gone to
 */

/** @type {StripView} */
export const USUAL = { zoom: null, folded: null, open: {}, hits: [], hit: null };

export const LARGE = 60; // layers from which on blocks are folded
const NEAREST = 3;
const STEP = 1.5;

/**
 * @param {Store} store
 * @param {Partial<StripView>} patch
 */
export function look(store, patch) {
  store.set({ strip: { ...store.state.strip, ...patch } });
}

/**
 * @param {Store} store
 * @param {number} times nearer
 * @param {number} now the zoom as it is drawn
 */
export function zoomBy(store, times, now) {
  look(store, { zoom: Math.max(0.05, Math.min(NEAREST, now * times)) });
}

/**
 * A step nearer or further away.
 *
 * @param {Store} store
 * @param {1 | -1} direction
 * @param {number} now
 */
export function zoomStep(store, direction, now) {
  zoomBy(store, STEP ** direction, now);
}

/**
 * The whole network, or again as usual.
 *
 * @param {Store} store
 */
export function toggleWhole(store) {
  look(store, { zoom: store.state.strip.zoom === "whole" ? null : "whole" });
}

/**
 * Whether blocks are folded where the reader did not choose.
 *
 * @param {Readonly<State>} state
 */
export function isFolded({ strip, model }) {
  return strip.folded ?? (model?.layers.length ?? 0) > LARGE;
}

/**
 * Fold all blocks, or unfold them.
 *
 * @param {Store} store
 */
export function toggleFolded(store) {
  look(store, { folded: !isFolded(store.state), open: {} });
}

/**
 * Whether a block's layers are shown: the reader said so, or is in it.
 *
 * @param {Readonly<State>} state
 * @param {Block} block
 */
export function isOpen(state, { id, start, end }) {
  const at = state.model?.layers.findIndex(({ name }) => name === state.layer) ?? -1;
  return state.strip.open[id] ?? (!isFolded(state) || (start <= at && at < end));
}

/**
 * @param {Store} store
 * @param {Block} block
 */
export function toggleBlock(store, block) {
  const { state } = store;
  look(store, { open: { ...state.strip.open, [block.id]: !isOpen(state, block) } });
}

/**
 * A block that was collapsed by hand opens when one of its layers becomes the current one.
 *
 * @param {Store} store
 * @param {Block | null} block that the current layer is in
 */
export function enter(store, block) {
  const { open } = store.state.strip;
  if (block && open[block.id] === false) look(store, { open: { ...open, [block.id]: true } });
}
