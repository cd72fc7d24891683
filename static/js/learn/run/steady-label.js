/** Labels that change and move nothing. */

import { h } from "../../lib/dom.js";

/**
 * A label in the room of the longest that may take its place.
 *
 * @param {string} text
 * @param {string[]} all
 */
export function steadyLabel(text, all) {
  return h("span", { class: "steady" }, h("span", {}, text), ...all.map((other) => h("i", { "aria-hidden": "true", data: { text: other } })));
}
