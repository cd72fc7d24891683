/** What a layer makes of the picture: its maps on one scale, with the scale's numbers. */

import { h } from "../../lib/dom.js";
import { rough } from "../../i18n/format.js";
import { paint, planeOf } from "../../render/raster.js";
import { extremes, flatness, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";

/** @typedef {import("../../state/types.js").Tensor} Tensor */

const words = t.learn.run.live;
const MOST = 64; // maps; more are no longer looked at one by one

/**
 * @param {Tensor} tensor
 * @param {"light" | "dark"} theme
 */
export function mapTiles(tensor, theme) {
  const width = tensor.shape[2] ?? 1;
  const whole = extremes(tensor.data);
  const range = rangeOf(whole.min, whole.max);
  const tiles = tensor.channels.slice(0, MOST).map((channel, i) => {
    const plane = planeOf(tensor, i);
    const { min, max, mean } = extremes(plane);
    const label = words.map(tensor.name, channel, t.numbers.span(rough(min), rough(max), rough(mean)));
    const canvas = h("canvas", { role: "img", "aria-label": label, title: label });
    paint(canvas, plane, width, range, theme);
    return canvas;
  });
  const flat = flatness(whole.min, whole.max, range);
  return [h("div", { class: "map-tiles" }, ...tiles), range.high > range.low && scale(range, theme), flat && h("p", { class: "muted" }, flat)].filter((one) => one instanceof Node);
}

/**
 * @param {import("../../state/types.js").Range} range
 * @param {"light" | "dark"} theme
 */
function scale(range, theme) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  paint(canvas, Float32Array.from({ length: 256 }, (_, i) => range.low + ((range.high - range.low) * i) / 255), 256, range, theme);
  return h("div", { class: "map-scale" }, h("span", {}, rough(range.low)), canvas, h("span", {}, rough(range.high)));
}
