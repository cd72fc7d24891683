/** One step under the glass, in four phases, number by number. */

import { ProblemError } from "../../api/client.js";
import { h, setAttribute } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { fetchGlass } from "../../api/learning.js";
import { readAddress } from "../state.js";
import { Backward } from "./backward.js";
import { Bench } from "./view-model.js";
import { Forward } from "./forward.js";
import { Loss } from "./loss.js";
import { mountOpened } from "./value-detail.js";
import { picturesOf } from "./batch.js";
import { Update } from "./update.js";

/**
 * @typedef {import("../types.js").Glass} Glass
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Phase} Phase
 */

const words = say.learn.glass;
const NUMBERS = /** @type {const} */ ([1, 2, 3, 4]);

/**
 * @param {LearnStore} store
 * @param {HTMLElement} root
 */
export function mountGlass(store, root) {
  const bench = new Bench(store);
  const phases = { 1: new Forward(bench), 2: new Loss(bench), 3: new Backward(bench), 4: new Update(bench) };
  const title = h("h2", { tabindex: -1 });
  const story = h("p", { class: "glass-story" });
  const tabs = tabsOf(store);
  const above = h("div", { class: "glass-above" });
  const body = h("div", { class: "glass-main", id: "glass-phase", role: "tabpanel" });
  const panel = h("section", { class: "glass-opened", "aria-label": words.opened.title });
  const putAway = () => store.set({ glass: null, phase: 0 });
  const close = h("button", { type: "button", class: "icon close", "aria-label": words.close, on: { click: putAway } }, "×");
  root.append(
    h("div", { class: "glass-head" }, title, tabs.element, close),
    story,
    picturesOf(bench),
    above,
    h("div", { class: "glass-body" }, body, panel),
  );
  mountOpened(bench, panel);

  const show = () => {
    const { glass, phase } = store.state;
    root.hidden = !glass || !phase;
    if (!glass || !phase) return;
    title.textContent = titleOf(glass);
    story.textContent = words.stories[phase - 1] ?? "";
    tabs.show(phase);
    const shown = phases[phase];
    if (body.firstChild !== shown.element) {
      body.replaceChildren(shown.element);
      above.replaceChildren(shown.above);
    }
    setAttribute(body, "aria-labelledby", `glass-tab-${phase}`);
    shown.show();
  };
  store.watch(["glass", "phase", "theme"], show);
  const current = () => (store.state.glass && store.state.phase ? phases[store.state.phase] : null);
  bench.view.watch(["layer", "parameter", "filter"], () => void current()?.choose());
  bench.view.watch(["opened"], () => current()?.mark());
  void openAsked(store);
}

/** @param {Glass} glass */
function titleOf({ training, step, applied, pictures }) {
  if (!training || step === null) return words.photo(pictures[0]?.label.replaceAll("_", " ") ?? "");
  return applied ? words.taken(count(step)) : words.coming(count(step));
}

/**
 * The four phases; the arrow keys go from one to the next.
 *
 * @param {LearnStore} store
 */
function tabsOf(store) {
  const go = (/** @type {number} */ phase) => store.set({ phase: /** @type {Phase} */ (Math.max(1, Math.min(4, phase))) });
  const buttons = NUMBERS.map((phase) =>
    h(
      "button",
      { type: "button", role: "tab", id: `glass-tab-${phase}`, "aria-controls": "glass-phase", on: { click: () => go(phase) } },
      h("span", { "aria-hidden": "true" }, String(phase)),
      say.learn.run.controls.phases[phase - 1] ?? "",
    ),
  );
  const element = h("div", { class: "glass-tabs", role: "tablist", "aria-label": words.phases }, ...buttons);
  element.addEventListener("keydown", ({ key }) => {
    const move = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    if (!move) return;
    go(store.state.phase + move);
    buttons[store.state.phase - 1]?.focus();
  });
  const show = (/** @type {number} */ chosen) => {
    buttons.forEach((button, i) => {
      setAttribute(button, "aria-selected", String(i + 1 === chosen));
      button.tabIndex = i + 1 === chosen ? 0 : -1;
    });
  };
  return { element, show };
}

/**
 * The step on a photo that an address asks for.
 *
 * @param {LearnStore} store
 */
async function openAsked(store) {
  const { glass: id, phase } = readAddress(location.search);
  if (!id) return;
  try {
    store.set({ glass: await fetchGlass(id, 0), phase: phase || 1 });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}
