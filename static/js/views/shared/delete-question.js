/** The question before something is gone for good: a yes, and a way back. */

import { h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * Whether something is to be deleted.
 *
 * @param {string} name of what would be gone
 * @param {string} text the question
 * @param {() => void} remove
 * @param {() => void} keep
 */
export function deleteQuestion(name, text, remove, keep) {
  return question(text, { text: t.deletion.yes, name: t.deletion.yesNamed(name), go: remove }, keep);
}

/**
 * In the place of the button that asked, or below it. The way back has the focus; Escape takes it,
 * and closes nothing else.
 *
 * @param {string} text
 * @param {{ text: string, name?: string, go: () => void }} yes
 * @param {() => void} keep
 */
export function question(text, yes, keep) {
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
    h("button", { type: "button", class: "text", "aria-label": yes.name, on: { click: yes.go } }, yes.text),
    h("button", { type: "button", class: "text keep", on: { click: keep } }, t.deletion.no),
  );
}
