/**
 * The inspector's tabs: this layer, what if, why this class (WAI-ARIA's tabs, chosen as soon as
 * they have the focus).
 */

import { getElement, setAttribute } from "../../lib/dom.js";
import { isClassifying, outputOf } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Tab} Tab
 */

/** @type {Tab[]} */
const TABS = ["layer", "whatif", "attribution"];

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity });

/** @param {App} app */
export function mountTabs({ store }) {
  for (const tab of TABS) tabOf(tab).addEventListener("click", () => store.set({ tab }));
  getElement("#tabs", HTMLElement).addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, the arrows step through the layers
    const at = Math.max(0, Math.min(TABS.length - 1, TABS.indexOf(store.state.tab) + step));
    const tab = TABS[at] ?? "layer";
    store.set({ tab });
    tabOf(tab).focus();
  });
  store.watch(["tab"], ({ tab }) => choose(tab));
  choose(store.state.tab);
  store.watch(["model", "analysis", "output"], (state) => {
    const found = outputOf(state);
    tabOf("attribution").textContent = found && !isClassifying(found.info) ? t.inspector.attributionOfValue : t.inspector.attribution;
  });
}

/** @param {Tab} chosen */
function choose(chosen) {
  for (const tab of TABS) {
    const button = tabOf(tab);
    setAttribute(button, "aria-selected", String(tab === chosen));
    button.tabIndex = tab === chosen ? 0 : -1;
    getElement(`#${button.getAttribute("aria-controls")}`, HTMLElement).hidden = tab !== chosen;
  }
}

/** @param {Tab} tab */
function tabOf(tab) {
  return getElement(`#tab-${tab}`, HTMLButtonElement);
}
