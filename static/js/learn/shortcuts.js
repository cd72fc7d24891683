/** The page of learning by keyboard, and the list of its keys. */

import { getElement } from "../lib/dom.js";
import { isSwitchedOff } from "../lib/single-keys.js";
import { toggleTheme } from "../lib/theme.js";
import { t } from "../i18n/index.js";
import { openGlossary } from "../views/shared/glossary.js";
import { fillHelp } from "../views/shared/help-dialog.js";

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
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat || isSwitchedOff(event.key)) return;
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
  const dialog = fillHelp({
    title: words.title,
    touch: [words.tapValue],
    mouse: [words.point, words.clickValue],
    keys: KEYS.map(([key, text]) => [[key], text]),
    reading: { title: words.reading, text: words.read },
  });
  getElement("#help", HTMLElement).addEventListener("click", () => dialog.showModal());
  return dialog;
}
