/**
 * Outputs with rows and columns: what is where, over the photo and beside it; and pictures, before
 * and after.
 */

import { h } from "../../lib/dom.js";
import { count, number, percent, words } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { paint, paintOver } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { strongestPlace } from "../../model/tensors.js";
import { t } from "../../i18n/index.js";
import { colourOf } from "./colours.js";
import { inputCanvas } from "./on-photo.js";
import { areas, isNumbers, largestOf, paintClasses, paintPicture, planesOf, rangeOfPicture } from "./planes.js";

/**
 * @typedef {import("./index.js").Context} Context
 * @typedef {import("./index.js").Shown} Shown
 * @typedef {import("./planes.js").Planes} Planes
 *
 * @typedef {object} Painted A way to look at a map.
 * @property {(canvas: HTMLCanvasElement) => void} compareTarget
 * @property {(canvas: HTMLCanvasElement) => void} over with what is nothing see-through
 * @property {HTMLElement} legend
 */

const NAMED = 8; // classes in the legend

/**
 * @type {{ channel: number | null }} Which channel is looked at; null is the largest at each place.
 */
const asked = { channel: null };

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function map(context) {
  const { tensor, info, store, onPhoto } = context;
  if (!tensor) return { rows: [], note: "" };
  const all = planesOf(tensor, info.classes);
  if ((asked.channel ?? 0) >= all.planes.length) asked.channel = null;
  const view = h("div", { class: "answer-map" });
  let painted = lookAt(context, all);
  const show = () => {
    painted = lookAt(context, all);
    onPhoto.map(painted.over);
    const canvas = h("canvas", { class: "hard", role: "img", "aria-label": t.prediction.mapLabel(info.name, all.width, all.height) });
    painted.compareTarget(canvas);
    view.replaceChildren(
      pairOf([h("figure", {}, inputCanvas(store.state, all.width, all.height)), h("figure", {}, canvas)], all),
      painted.legend,
    );
  };
  show();
  return {
    view: [...(all.planes.length > 1 ? [channelChoice(context, all, show)] : []), view],
    rows: [],
    note: "",
    large: () => largeMap(context, all, painted),
  };
}

/**
 * @param {Context} context
 * @param {Planes} all
 * @returns {Painted}
 */
function lookAt(context, all) {
  const { planes, width } = all;
  const [only = new Float32Array()] = planes;
  const { channel } = asked;
  if (channel !== null || (planes.length === 1 && !isNumbers(only))) return heat(context, planes[channel ?? 0] ?? only, width);
  const found = planes.length === 1 ? Uint16Array.from(only) : largestOf(planes);
  const painted = (/** @type {HTMLCanvasElement} */ canvas) => paintClasses(canvas, found, width);
  return { compareTarget: painted, over: painted, legend: legend(context, all, found) };
}

/**
 * @param {Context} context
 * @param {Float32Array} plane
 * @param {number} width
 * @returns {Painted}
 */
function heat({ store }, plane, width) {
  const { theme } = store.state;
  const { min, max } = extremes(plane);
  const range = rangeOf(min, max);
  return {
    compareTarget: (canvas) => paint(canvas, plane, width, range, theme),
    over: (canvas) => paintOver(canvas, plane, width, range, theme, 0.5),
    legend: h("p", { class: "muted" }, t.prediction.from(number(min, max), number(max))),
  };
}

/**
 * The classes that are largest somewhere, those of the largest area first.
 *
 * @param {Context} context
 * @param {Planes} all
 * @param {Uint16Array} found
 */
function legend({ app, model, info, tensor }, { planes, isLast }, found) {
  const layer = layerNamed(model, info.name);
  const sorted = areas(found);
  const rows = sorted.slice(0, NAMED).map(([k, places]) => {
    const go = () => layer && tensor && app.navigation.goTo(layer.name, planes.length > 1 && !isLast ? strongestPlace(tensor, k) : null);
    const name = info.labels?.[k] === undefined ? t.answer.unnamed(k) : words(info.labels[k]);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "share box-row", style: { "--colour": colourOf(k) }, on: { click: go } },
        h("span", { class: "share-name", title: name }, name),
        h("span", { class: "share-bar", style: { "--share": `${(100 * places) / found.length}%` } }),
        h("span", { class: "share-value" }, percent(places / found.length)),
      ),
    );
  });
  const others = sorted.length - rows.length;
  return h("div", {}, h("ol", { class: "shares" }, ...rows), h("p", { class: "muted" }, others > 0 ? t.prediction.otherClasses(count(others)) : t.prediction.area));
}

/**
 * @param {Context} context
 * @param {Planes} all
 * @param {() => void} show
 */
function channelChoice({ info }, { planes }, show) {
  const select = h(
    "select",
    { id: "answer-channel" },
    h("option", { value: "" }, t.prediction.largest),
    ...planes.map((_, k) => h("option", { value: k, selected: asked.channel === k }, info.labels?.[k] === undefined ? t.numbers.map(k) : words(info.labels[k]))),
  );
  select.addEventListener("change", () => {
    asked.channel = select.value === "" ? null : Number(select.value);
    show();
  });
  return h("div", { class: "field" }, h("label", { for: select.id }, t.prediction.show), select);
}

/**
 * @param {Context} context
 * @param {Planes} all
 * @param {Painted} painted
 */
function largeMap({ store }, { width, height }, painted) {
  const [compareTarget, over] = [h("canvas", { class: "hard" }), h("canvas", { class: "hard large-over" })];
  painted.compareTarget(compareTarget);
  painted.over(over);
  const strength = h("input", { type: "range", min: "0", max: "1", step: "0.05", value: "0.6", "aria-label": t.prediction.opacity });
  const fade = () => (over.style.opacity = strength.value);
  strength.addEventListener("input", fade);
  fade();
  const size = sizeOf(width, height);
  return [
    h("figure", {}, h("div", { class: "large-photo" }, inputCanvas(store.state, size.width, size.height), over), h("figcaption", {}, t.prediction.over, strength)),
    h("figure", {}, compareTarget, h("figcaption", {}, t.prediction.beside(width, height)), painted.legend.cloneNode(true)),
  ];
}

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function image(context) {
  const { tensor, info, model, store } = context;
  if (!tensor) return { rows: [], note: "" };
  const [first = 1, , last = 1] = tensor.shape;
  const channels = first === 1 || first === 3 ? first : last;
  const all = planesOf(tensor, channels);
  const range = rangeOfPicture(all.planes);
  const after = () => {
    const canvas = h("canvas", { role: "img", "aria-label": t.prediction.pictureLabel(info.name, all.width, all.height) });
    paintPicture(canvas, all, range, model.preprocess.channels === "bgr");
    return canvas;
  };
  const before = () => {
    const [height = 1, width = 1] = store.state.analysis?.input.size ?? [];
    return inputCanvas({ ...store.state, photo: null }, width, height);
  };
  const captions = [t.prediction.before, t.prediction.after(all.width, all.height)];
  const figures = () => [before(), after()].map((canvas, i) => h("figure", {}, canvas, h("figcaption", {}, captions[i])));
  const [black, white] = [number(range.black), number(range.white)];
  return {
    view: [pairOf(figures(), all)],
    rows: [],
    note: range.isUsual ? t.prediction.range(black, white) : t.prediction.stretched(black, white),
    large: figures,
  };
}

/**
 * Two pictures beside each other.
 *
 * @param {HTMLElement[]} figures
 * @param {{ width: number, height: number }} size
 */
function pairOf(figures, { width, height }) {
  return h("div", { class: width > 2 * height ? "answer-pair wide" : "answer-pair" }, ...figures);
}

/**
 * As many pixels as the photo deserves when it is shown large.
 *
 * @param {number} width
 * @param {number} height
 */
function sizeOf(width, height) {
  const scale = Math.max(1, Math.round(768 / Math.max(width, height)));
  return { width: width * scale, height: height * scale };
}
