/** What the formula's card is put together from: numbers in their layer's colours, lines, notes. */

import { h } from "../../lib/dom.js";
import { fixed, number, rough } from "../../i18n/format.js";
import { layerRange, rangeOf } from "../../model/colour-range.js";
import { swatch } from "../../render/palette.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Range} Range
 */

/**
 * @param {App} app
 * @param {string} layer whose scale it is coloured by
 * @param {number} value
 * @param {string} [kind]
 * @param {string} [written]
 */
export function cell(app, layer, value, kind = "", written = rough(value)) {
  return painted(app, rangeOfLayer(app, layer), value, kind, written);
}

/**
 * @param {App} app
 * @param {Range} range
 * @param {number} value
 * @param {string} kind
 * @param {string} written
 */
export function painted(app, range, value, kind, written) {
  return h("span", { class: `card-cell ${kind}`, style: colours(app, value, range) }, text(value, written));
}

/**
 * @param {number} value
 * @param {string} written
 * @param {boolean} [padding]
 */
export function text(value, written, padding) {
  return h("data", { value: String(value), title: padding ? t.explain.outsideTheMap : number(value) }, written);
}

/**
 * Where three numbers stand side by side.
 *
 * @param {number} x
 */
export function short(x) {
  return Number.isInteger(x) ? number(x, 0) : fixed(x, Math.abs(x) < 10 ? 2 : 1);
}

/**
 * @param {App} app
 * @param {string} name
 */
export function rangeOfLayer({ store }, name) {
  const result = store.state.analysis?.layers.find((layer) => layer.name === name);
  return result ? layerRange(result) : rangeOf(-1, 1);
}

/**
 * @param {App} app
 * @param {number} value
 * @param {Range} range
 */
export function colours({ store }, value, range) {
  const { background, text: color } = swatch(value, range, store.state.theme);
  return { "background-color": background, color };
}

/** @param {...(Node | string)} parts */
export function line(...parts) {
  return h("p", { class: "card-line" }, ...parts);
}

/** @param {string} sign */
export function mark(sign) {
  return h("span", { class: "card-sign" }, sign);
}

/** @param {string} said */
export function note(said) {
  return h("p", { class: "call-out" }, said);
}
