/** A small colour scale with the numbers of its ends, to stand under what it is of. */

import { h } from "../../lib/dom.js";
import { rough } from "../../i18n/format.js";
import { paint } from "../../render/raster.js";

const COLOURS = 64;

/**
 * @param {import("../../state/types.js").Range} range
 * @param {"light" | "dark"} theme
 */
export function ramp(range, theme) {
  const { low, high } = range;
  const colours = h("canvas", { "aria-hidden": "true" });
  paint(colours, Array.from({ length: COLOURS }, (_, i) => low + ((high - low) * i) / (COLOURS - 1)), COLOURS, range, theme);
  const ends = range.signed ? [`±${rough(high)}`] : [rough(low), rough(high)];
  return h("span", { class: "small-ramp" }, colours, ...ends.map((end) => h("span", {}, end)));
}
