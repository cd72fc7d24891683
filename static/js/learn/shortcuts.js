/** The page of learning by keyboard, and the list of its keys. */

import { getElement, h } from "../lib/dom.js";
import { toggleTheme } from "../lib/theme.js";
import { languageChoice } from "../i18n/apply.js";
import { t } from "../i18n/index.js";
import { openGlossary } from "../views/shared/glossary.js";

/**
 * @typedef {import("./run/runner.js").Runner} Runner
 * @typedef {import("./types.js").LearnStore} LearnStore
 */

const words = t.learn.run.help;

/** @type {[string, string][]} */
const KEYS = [
  [t.help.space, words.play],
  ["n", words.batch],
  [".", words.phase],
  ["Esc", words.escape],
  ["g", t.glossary.key],
  ["t", words.theme],
  ["?", words.list],
];

/**
 * @param {LearnStore} store
 * @param {Runner} runner
 */
export function mountKeys(store, runner) {
  const dialog = helpDialog();
  /** @type {Record<string, () => unknown>} */
  const actions = {
    " ": () => runner.toggle(),
    n: () => runner.stepBatch(),
    ".": () => runner.stepPhase(),
    Escape: () => runner.closeStepInspector(),
    g: () => void openGlossary(),
    t: () => toggleTheme({ store }),
    "?": () => dialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("dialog, select, textarea, input:not([type=range])")) return;
    if (event.key === " " && target.closest("button, a, summary")) return; // there it presses the button
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    void action();
  });
}

function helpDialog() {
  const dialog = getElement("#help-dialog", HTMLDialogElement);
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "help-title" }, words.title),
    h("p", {}, h("button", { type: "button", class: "text", on: { click: () => void openGlossary() } }, t.glossary.open)),
    h("dl", { class: "keys" }, ...KEYS.flatMap(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)])),
    h("h2", {}, words.reading),
    h("p", {}, words.read),
    h("p", { class: "language" }, h("label", { for: "help-language" }, t.language), " ", languageChoice("help-language")),
  );
  getElement("#help", HTMLElement).addEventListener("click", () => dialog.showModal());
  return dialog;
}
