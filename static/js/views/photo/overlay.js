/**
 * What lies over the two pictures on the left: how strongly pixels matter, for one number or for a
 * class.
 */

import { getElement, placeBox } from "../../lib/dom.js";
import { paintOver } from "../../render/raster.js";
import { rangeOf } from "../../model/colour-range.js";
import { shownMap } from "../attribution/visible-range.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

const STRENGTH = 0.5; // where nothing matters, the picture is seen as it is

/** @param {App} app */
export function mountOver({ store }) {
  store.watch(["effectiveField", "attribution", "overlay", "tab", "theme", "analysis"], draw);
}

/** @param {Readonly<State>} state */
function draw(state) {
  const { analysis, theme } = state;
  const over = mapOf(state);
  const canvases = [getElement("#photo-over", HTMLCanvasElement), getElement("#network-input-over", HTMLCanvasElement)];
  for (const canvas of canvases) {
    canvas.hidden = over === null;
    if (over) paintOver(canvas, over.values, over.width, over.range, theme, over.strength);
  }
  if (!analysis || !over) return;
  const { width, height, crop: [left = 0, top = 0, right = width, bottom = height] } = analysis.input;
  const share = { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
  placeBox(getElement("#photo-over", HTMLElement), share);
}

/** @param {Readonly<State>} state */
function mapOf(state) {
  if (state.tab === "attribution") {
    const shown = shownMap(state);
    return shown && { ...shown, strength: state.overlay.strength };
  }
  const answer = state.effectiveField?.answer;
  if (!answer) return null;
  const values = answer.map.flat();
  return { values, width: answer.shape[1] ?? 1, range: rangeOf(0, Math.max(...values)), strength: STRENGTH };
}
