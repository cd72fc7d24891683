/**
 * Numbers of a step: gradients are small, so what counts are significant figures rather than
 * places.
 */

import { h } from "../../lib/dom.js";
import { plain, precise } from "../../i18n/format.js";

export { precise };

/**
 * A number in four figures, with its exact value for who wants to check it.
 *
 * @param {number} x
 * @param {string} [kind] its class
 */
export function figure(x, kind) {
  return h("data", { class: kind, value: String(x), title: plain(x) }, precise(x));
}
