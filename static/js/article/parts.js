/** What the article's figures are put together from: maps in a frame, scales, captions, prose. */

import { h, placeBox } from "../lib/dom.js";
import { t } from "../i18n/index.js";
import { fractions } from "../model/terms.js";
import { paint } from "../render/raster.js";
import { ramp } from "../views/shared/ramp.js";
import { term } from "../views/shared/term.js";

/**
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Box} Box
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Range} Range
 */

const TERM = /\{([\w-]+)\|([^}]+)\}/; // {receptive-field|its receptive field}

/**
 * A map with its name, and a mark on it.
 *
 * @param {App} app
 * @param {ArrayLike<number>} plane
 * @param {Layer} layer
 * @param {Range} range
 * @param {string} name
 * @param {Box | null} mark
 */
export function picture({ store }, plane, layer, range, name, mark) {
  const canvas = h("canvas", { role: "img", "aria-label": name });
  paint(canvas, plane, layer.shape[2] ?? 1, range, store.state.theme);
  return framed(canvas, layer, name, mark);
}

/**
 * What the network saw, with a mark on it.
 *
 * @param {ImageBitmap} inputImage
 * @param {Layer} layer the input
 * @param {string} name
 * @param {Box | null} mark
 */
export function photograph(inputImage, layer, name, mark) {
  const canvas = h("canvas", { width: inputImage.width, height: inputImage.height, role: "img", "aria-label": name });
  canvas.getContext("2d")?.drawImage(inputImage, 0, 0);
  return framed(canvas, layer, name, mark);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Layer} layer
 * @param {string} name
 * @param {Box | null} mark
 */
function framed(canvas, { shape: [, height = 1, width = 1] }, name, mark) {
  const lit = h("span", { class: "highlight", hidden: true });
  placeBox(lit, mark && fractions(mark, height, width));
  return h("span", { class: "article-map" }, h("span", { class: "heatmap" }, canvas, lit), h("span", { class: "article-name", "aria-hidden": "true" }, name));
}

/**
 * What the colours of a figure's maps stand for.
 *
 * @param {App} app
 * @param {Range} range
 */
export function scale({ store }, range) {
  const words = range.signed ? t.article.scale.signed : t.article.scale.positive;
  return h("p", { class: "article-scale" }, ramp(range, store.state.theme), h("span", {}, words));
}

/** @param {...Node} pictures */
export function row(...pictures) {
  return h("div", { class: "article-row" }, ...pictures);
}

/** @param {string} text */
export function sign(text) {
  return h("span", { class: "article-sign muted", "aria-hidden": "true" }, text);
}

/** @param {string} text */
export function caption(text) {
  return h("figcaption", {}, ...prose(text));
}

/**
 * Text in which terms of the glossary are written as {id|words}.
 *
 * @param {string} text
 * @returns {(string | Node)[]}
 */
export function prose(text) {
  const found = TERM.exec(text);
  if (!found) return [text];
  const [whole, id = "", words = ""] = found;
  return [text.slice(0, found.index), term(id, words), ...prose(text.slice(found.index + whole.length))];
}

/**
 * The box of one number.
 *
 * @param {import("../state/types.js").Place} place
 * @returns {Box}
 */
export function cell([, y = 0, x = 0]) {
  return { left: x, top: y, right: x + 1, bottom: y + 1 };
}

/** @param {Layer} layer */
export function area({ shape: [, height = 1, width = 1] }) {
  return height * width;
}

/** @param {number[]} numbers */
export function total(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
