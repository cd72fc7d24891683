/** The question before something is deleted for good: a yes, and a way back. */

import { h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * In the place of the button that asked. The way back has the focus; Escape takes it, and closes
 * nothing else.
 *
 * @param {string} name of what would be gone
 * @param {string} text the question
 * @param {() => void} remove
 * @param {() => void} keep
 */
export function deleteQuestion(name, text, remove, keep) {
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    keep();
  };
  return h(
    "span",
    { class: "ways-out asking", role: "group", on: { keydown: escape } },
    h("span", {}, text),
    h("button", { type: "button", class: "text", "aria-label": t.deletion.yesNamed(name), on: { click: remove } }, t.deletion.yes),
    h("button", { type: "button", class: "text keep", on: { click: keep } }, t.deletion.no),
  );
}
