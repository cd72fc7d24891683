/** The help of a page: what hand and keys do, and a few words on how to read it. */

import { getElement, h, isTouchScreen } from "../../lib/dom.js";
import { setSingleKeys, singleKeysWork } from "../../lib/single-keys.js";
import { languageChoice } from "../../i18n/apply.js";
import { t } from "../../i18n/index.js";
import { openGlossary } from "./glossary.js";

/**
 * @typedef {[what: string, text: string][]} Gestures
 * @typedef {[keys: string[], text: string][]} Keys
 *
 * @typedef {object} Help
 * @property {string} title
 * @property {Gestures} touch
 * @property {Gestures} mouse
 * @property {Keys} keys
 * @property {{ title: string, text: string }} reading
 */

/**
 * @param {Help} content
 * @returns {HTMLDialogElement}
 */
export function fillHelp({ title, touch, mouse, keys, reading }) {
  const dialog = getElement("#help-dialog", HTMLDialogElement);
  const byKey = list(t.help.keys, keys.map(([names, text]) => [names.flatMap((name) => [h("kbd", {}, name), " "]), text]));
  const byHand = [list(t.help.mouse, gestures(mouse)), list(t.help.touch, gestures(touch))];
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "help-title" }, title),
    h("p", {}, h("button", { type: "button", class: "text", on: { click: () => void openGlossary() } }, t.glossary.open)),
    ...(isTouchScreen() ? byHand.reverse() : byHand),
    byKey,
    singleKeyChoice(),
    h("h3", {}, reading.title),
    h("p", {}, reading.text),
    h("p", { class: "language" }, h("label", { for: "help-language" }, t.language), " ", languageChoice("help-language")),
  );
  return dialog;
}

/**
 * @param {string} title
 * @param {[what: (Node | string)[], text: string][]} rows
 */
function list(title, rows) {
  return h("section", {}, h("h3", {}, title), h("dl", { class: "keys" }, ...rows.flatMap(([what, text]) => [h("dt", {}, ...what), h("dd", {}, text)])));
}

/**
 * @param {Gestures} rows
 * @returns {[what: string[], text: string][]}
 */
function gestures(rows) {
  return rows.map(([what, text]) => [[what], text]);
}

function singleKeyChoice() {
  const box = h("input", { type: "checkbox", id: "single-keys", "aria-describedby": "single-keys-note" });
  box.checked = singleKeysWork();
  box.addEventListener("change", () => setSingleKeys(box.checked));
  return h(
    "div",
    { class: "single-keys" },
    h("label", { class: "check" }, box, t.help.singleKeys),
    h("p", { class: "muted", id: "single-keys-note" }, t.help.singleKeysOff),
  );
}
