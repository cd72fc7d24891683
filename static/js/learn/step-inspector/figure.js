/**
 * Numbers of a step: gradients are small, so what counts are significant figures rather than
 * places.
 */

import { h } from "../../lib/dom.js";
import { plain } from "../../i18n/format.js";

/**
 * Four significant figures.
 *
 * @param {number} x
 */
export function precise(x) {
  return plain(Number(x.toPrecision(4)));
}

/**
 * A number in four figures, with its exact value for who wants to check it.
 *
 * @param {number} x
 * @param {string} [kind] its class
 */
export function figure(x, kind) {
  return h("data", { class: kind, value: String(x), title: plain(x) }, precise(x));
}
