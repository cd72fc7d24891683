/** Pointer and focus events of a group of map tiles: hover, open, move to the next. */

import { pointing } from "./pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Place} Place
 */

/**
 * The listeners of a group of `.tile` buttons with `data-channel`, each with a `.heatmap` or
 * several.
 *
 * @param {App} app
 * @param {Layer} layer
 * @returns {Record<string, (event: any) => void>}
 */
export function tileEvents({ navigation }, layer) {
  const open = (/** @type {MouseEvent} */ event) => {
    const tile = tileOf(event);
    if (!tile) return;
    const byPointer = event.detail > 0; // Enter on a button is a click without a count
    navigation.open(Number(tile.dataset.channel), byPointer ? placeOf(event, layer) : null);
  };
  return {
    ...pointing(navigation, (event) => placeOf(event, layer), { open }),
    focusin: (/** @type {FocusEvent} */ event) => {
      const channel = Number(tileOf(event)?.dataset.channel ?? NaN);
      if (Number.isInteger(channel)) navigation.toMap(channel);
    },
  };
}

/**
 * @param {Event} event
 * @returns {HTMLElement | null}
 */
function tileOf({ target }) {
  return target instanceof Element ? target.closest(".tile") : null;
}

/**
 * @param {MouseEvent} event
 * @param {Layer} layer
 * @returns {Place | null}
 */
function placeOf(event, { shape: [, rows = 1, columns = 1] }) {
  const tile = tileOf(event);
  const under = event.target instanceof Element ? event.target.closest(".heatmap") : null;
  const plane = under ?? tile?.querySelector(".heatmap");
  if (!tile || !plane) return null;
  const { left, top, width, height } = plane.getBoundingClientRect();
  const y = Math.floor(((event.clientY - top) / height) * rows);
  const x = Math.floor(((event.clientX - left) / width) * columns);
  return y >= 0 && x >= 0 && y < rows && x < columns ? [Number(tile.dataset.channel), y, x] : null;
}
