/**
 * Numbers that are only counted anew: which place of which map became which number of the list, to
 * be followed both ways.
 */

import { h, placeBox, svg } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { hasMaps, layerNamed, liesAsShown, mapName, placeOfUnit } from "../../model/graph.js";
import { paint, planeOf } from "../../render/raster.js";
import { layerRange } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 */

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function counting(app, explanation) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  const [term] = explanation.terms;
  const maps = model && term ? layerNamed(model, term.input) : null;
  if (!layer || !maps || !term || hasMaps(layer) || !hasMaps(maps) || !layer.preserves_order) return [];
  if (!liesAsShown(maps)) return []; // the sum below counts channel by channel
  const [, height = 1, width = 1] = maps.shape;
  const [channel, y, x] = [term.channel ?? 0, term.y ?? 0, term.x ?? 0];
  const unit = explanation.index.unit ?? 0;
  const sum = `(${channel} × ${height} + ${y}) × ${width} + ${x} = ${count(unit)}`;
  return [
    h("p", {}, t.mapDetail.terms.counted(""), h("b", { class: "counted" }, sum)),
    h("div", { class: "counting" }, map(app, maps, unit), strip(app, layer, maps, unit)),
    h("p", { class: "muted" }, t.mapDetail.terms.choosePlace),
  ];
}

/**
 * The map that the number comes from, each of its cells a way to its place in the list.
 *
 * @param {App} app
 * @param {Layer} maps
 * @param {number} unit
 */
function map({ store, navigation }, maps, unit) {
  const [, height = 1, width = 1] = maps.shape;
  const [channel = 0, y = 0, x = 0] = placeOfUnit(maps, unit);
  const canvas = h("canvas", { width: 1, height: 1 });
  const light = h("span", { class: "highlight" });
  const { numbers, analysis, theme } = store.state;
  const result = analysis?.layers.find(({ name }) => name === maps.name);
  void numbers?.some(maps, [channel]).then((tensor) => result && paint(canvas, planeOf(tensor, 0), width, layerRange(result), theme), () => null);
  placeBox(light, { left: x / width, top: y / height, width: 1 / width, height: 1 / height });
  const unitAt = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const at = (/** @type {number} */ share, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const isKey = event.type === "click" && !event.detail; // Enter is a click without a place
    const row = isKey ? y : at((event.clientY - box.top) / box.height, height);
    const column = isKey ? x : at((event.clientX - box.left) / box.width, width);
    return [(channel * height + row) * width + column];
  };
  const name = `${maps.name} ${mapName(maps, channel)}`;
  return h(
    "figure",
    {},
    h("button", { type: "button", class: "heatmap", "aria-label": name, style: { "aspect-ratio": `${width} / ${height}` }, on: pointing(navigation, unitAt) }, canvas, light),
    h("figcaption", {}, name),
  );
}

/**
 * The list as a band with a stretch for each map.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {Layer} maps
 * @param {number} unit
 */
function strip({ navigation }, layer, maps, unit) {
  const all = layer.shape[0] ?? 1;
  const size = (maps.shape[1] ?? 1) * (maps.shape[2] ?? 1);
  const first = Math.floor(unit / size) * size;
  /** @type {(event: MouseEvent) => number[]} */
  const unitAt = (event) => {
    const { left, width } = band.getBoundingClientRect();
    return [Math.max(0, Math.min(all - 1, Math.floor(((event.clientX - left) / width) * all)))];
  };
  const band = svg(
    "svg",
    { class: "band", viewBox: `0 0 ${all} 10`, preserveAspectRatio: "none", role: "img", "aria-label": t.mapDetail.terms.list, on: pointing(navigation, unitAt) },
    svg("rect", { class: "band-all", width: all, height: 10 }),
    svg("rect", { class: "band-map", x: first, width: Math.max(size, all / 200), height: 10 }),
    svg("rect", { class: "band-unit", x: unit, width: Math.max(1, all / 300), height: 10 }),
  );
  return h(
    "figure",
    {},
    band,
    h("figcaption", {}, `${count(first)} – ${count(first + size - 1)} · ${count(unit)} / ${count(all)}`),
  );
}
