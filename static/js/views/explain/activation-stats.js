/**
 * How many of a layer's numbers an activation function has switched off: in this map, in all, and
 * where.
 */

import { h } from "../../lib/dom.js";
import { count, percent } from "../../i18n/format.js";
import { mapName } from "../../model/graph.js";
import { paint, planeOf } from "../../render/raster.js";
import { rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 */

/**
 * @type {Record<string, (y: number, attributes: Record<string, unknown>) => boolean>} What counts
 *   as off, told by the result.
 */
const OFF = {
  relu: (y) => y === 0,
  leaky_relu: (y) => y < 0,
  clip: (y, { low, high }) => y === low || y === high,
  sigmoid: (y) => y < 0.05,
  tanh: (y) => Math.abs(y) > 0.95,
};

/** @type {WeakMap<Tensor, number[]>} How many are off in each map; counted once. */
const counted = new WeakMap();

/**
 * @param {App} app
 * @param {Layer} layer
 * @param {import("../../state/types.js").Explanation} explanation
 * @returns {Node[]}
 */
export function switchedOff(app, layer, { op, index }) {
  const tensor = app.store.state.numbers?.peek(layer.name);
  const isOff = OFF[op];
  const words = /** @type {Record<string, string>} */ (t.mapDetail.terms.off)[op];
  if (!tensor || !isOff || !words) return [];
  const [maps = 1, height = 1, width = 1] = layer.shape.length === 3 ? layer.shape : [1, 1, ...layer.shape];
  const size = height * width;
  const test = (/** @type {number} */ y) => isOff(y, layer.attributes);
  let off = counted.get(tensor);
  if (!off) counted.set(tensor, (off = Array.from({ length: maps }, (_, map) => number(tensor.data, map * size, size, test))));
  const sum = off.reduce((a, b) => a + b, 0);
  const channel = index.channel ?? 0;
  const here = off[channel] ?? 0;
  const { inMap, inAll } = t.mapDetail.terms;
  return [
    h("h4", {}, words),
    h(
      "div",
      { class: "off" },
      mask(app, maps > 1 ? planeOf(tensor, channel) : tensor.data, width, test),
      h(
        "div",
        {},
        maps > 1 && h("p", { data: { off: String(here) } }, inMap(mapName(layer, channel), percent(here / size), count(here), count(size))),
        h("p", { data: { off: String(sum) } }, inAll(percent(sum / (maps * size)), count(sum), count(maps * size))),
        maps > 1 && perMap(off, size, channel),
      ),
    ),
  ];
}

/**
 * @param {Float32Array} data
 * @param {number} from
 * @param {number} size
 * @param {(y: number) => boolean} test
 */
function number(data, from, size, test) {
  let n = 0;
  for (let i = from; i < from + size; i++) if (test(data[i] ?? NaN)) n++;
  return n;
}

/**
 * @param {App} app
 * @param {Float32Array} plane
 * @param {number} width
 * @param {(y: number) => boolean} test
 */
function mask({ store }, plane, width, test) {
  const canvas = h("canvas", { class: "mask", role: "img", "aria-label": t.mapDetail.terms.mask, title: t.mapDetail.terms.mask });
  paint(canvas, plane.map((y) => (test(y) ? 0 : 1)), Math.min(width, 64), rangeOf(0, 1), store.state.theme);
  return canvas;
}

/**
 * A column for each map, as high as its share; drawn, for there may be thousands.
 *
 * @param {number[]} off
 * @param {number} size
 * @param {number} channel
 */
function perMap(off, size, channel) {
  const canvas = h("canvas", { class: "per-map", role: "img", width: off.length * 2, height: 24, "aria-label": t.mapDetail.terms.perMap, title: t.mapDetail.terms.perMap });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  off.forEach((n, map) => {
    if (!context) return;
    const height = Math.max(1, Math.round((24 * n) / size));
    context.fillStyle = style.getPropertyValue(map === channel ? "--accent" : "--quiet");
    context.fillRect(map * 2, 24 - height, off.length > 120 ? 2 : 1.5, height);
  });
  return canvas;
}
