/** What hand and keys do on the main page, and how to read it. */

import { getElement } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";
import { openGlossary } from "../shared/glossary.js";
import { fillHelp } from "../shared/help-dialog.js";

/** @typedef {import("../../state/types.js").App} App */

const { help } = t;

/** @type {import("../shared/help-dialog.js").Keys} */
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
  const dialog = fillHelp({
    title: t.toolbar.help,
    touch: [help.tapMap, help.tapValue, help.longPress, help.drag, help.swipe],
    mouse: [help.point, help.clickMap, help.clickValue],
    keys: KEYS,
    reading: { title: help.reading, text: help.read },
  });
  const open = () => dialog.open || dialog.showModal();
  getElement("#help", HTMLElement).addEventListener("click", open);
  shortcuts.register({ "?": open, g: () => void openGlossary() });
}
