/** What the keys do, and a few words on how to read the page. */

import { getElement, h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";
import { languageChoice } from "../../i18n/apply.js";
import { openGlossary } from "../shared/glossary.js";

/** @typedef {import("../../state/types.js").App} App */

const { help } = t;

/** @type {[string[], string][]} */
const KEYS = [
  [["←", "→"], help.layers],
  [["↑", "↓"], help.maps],
  [["Enter"], help.enter],
  [["Esc"], help.escape],
  [[help.pageUp, help.pageDown], help.another],
  [[help.home, help.end], help.ends],
  [[help.space], help.walk],
  [["k", ",", "."], help.slide],
  [["/"], help.search],
  [["+", "−", "0"], help.zoom],
  [["b"], help.fold],
  [["o"], help.order],
  [["f"], help.field],
  [["p"], help.trail],
  [["x"], help.flip],
  [[`${help.control} Z`], help.undo],
  [["g"], t.glossary.key],
  [["t"], help.theme],
  [["?"], help.list],
];

/** @param {App} app */
export function mountHelp({ shortcuts }) {
  const dialog = getElement("#help-dialog", HTMLDialogElement);
  const open = () => dialog.open || dialog.showModal();
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "help-title" }, help.keys),
    h("p", {}, h("button", { type: "button", class: "text", on: { click: () => void openGlossary() } }, t.glossary.open)),
    h(
      "dl",
      { class: "keys" },
      ...KEYS.flatMap(([keys, text]) => [h("dt", {}, ...keys.flatMap((key) => [h("kbd", {}, key), " "])), h("dd", {}, text)]),
    ),
    h("h2", {}, help.reading),
    h("p", {}, help.read),
    h("p", { class: "language" }, h("label", { for: "help-language" }, t.language), " ", languageChoice("help-language")),
  );
  getElement("#help", HTMLElement).addEventListener("click", open);
  shortcuts.register({ "?": open, g: () => void openGlossary() });
}
