/** The step inspector: one training step in four phases, number by number. */

import { ProblemError } from "../../api/http.js";
import { h, setAttribute } from "../../lib/dom.js";
import { count, words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { fetchStepTrace } from "../../api/learning.js";
import { readAddress } from "../state.js";
import { Backward } from "./backward.js";
import { StepViewModel } from "./view-model.js";
import { Forward } from "./forward.js";
import { Loss } from "./loss.js";
import { mountValueDetail } from "./value-detail.js";
import { picturesOf } from "./batch.js";
import { Update } from "./update.js";

/**
 * @typedef {import("../types.js").StepTrace} StepTrace
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Phase} Phase
 */

const words = t.learn.stepInspector;
const NUMBERS = /** @type {const} */ ([1, 2, 3, 4]);
/** The phases' chapters in the article of the main page. */
const CHAPTERS = ["forward", "loss", "backward", "update"];

/**
 * @param {LearnStore} store
 * @param {HTMLElement} root
 */
export function mountStepInspector(store, root) {
  const viewModel = new StepViewModel(store);
  const phases = { 1: new Forward(viewModel), 2: new Loss(viewModel), 3: new Backward(viewModel), 4: new Update(viewModel) };
  const title = h("h2", { tabindex: -1 });
  const story = h("p", { class: "step-story" });
  const article = h("a", {}, words.article);
  const from = readAddress(location.search).from;
  const tabs = tabsOf(store);
  const above = h("div", { class: "step-above" });
  const body = h("div", { class: "step-main", id: "step-phase", role: "tabpanel" });
  const panel = h("section", { class: "step-value-detail", "aria-label": words.valueDetail.title });
  const putAway = () => store.set({ stepTrace: null, phase: 0 });
  const close = h("button", { type: "button", class: "icon close", "aria-label": words.close, on: { click: putAway } }, "×");
  root.append(
    h("div", { class: "step-head" }, title, tabs.element, close),
    story,
    picturesOf(viewModel),
    above,
    h("div", { class: "step-body" }, body, panel),
  );
  mountValueDetail(viewModel, panel);

  const show = () => {
    const { stepTrace, phase } = store.state;
    root.hidden = !stepTrace || !phase;
    if (!stepTrace || !phase) return;
    title.textContent = titleOf(stepTrace);
    article.href = `./${from}#article-${CHAPTERS[phase - 1] ?? "learning"}`;
    story.replaceChildren(words.stories[phase - 1] ?? "", " ", article);
    tabs.show(phase);
    const shown = phases[phase];
    if (body.firstChild !== shown.element) {
      body.replaceChildren(shown.element);
      above.replaceChildren(shown.above);
    }
    setAttribute(body, "aria-labelledby", `step-tab-${phase}`);
    shown.show();
  };
  store.watch(["stepTrace", "phase", "theme"], show);
  const current = () => (store.state.stepTrace && store.state.phase ? phases[store.state.phase] : null);
  viewModel.view.watch(["layer", "parameter", "filter"], () => void current()?.choose());
  viewModel.view.watch(["opened"], () => current()?.mark());
  void openAsked(store, viewModel);
}

/** @param {StepTrace} stepTrace */
function titleOf({ training, step, applied, pictures }) {
  if (!training || step === null) return words.photo(plainWords(pictures[0]?.label ?? ""));
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
      { type: "button", role: "tab", id: `step-tab-${phase}`, "aria-controls": "step-phase", on: { click: () => go(phase) } },
      h("span", { "aria-hidden": "true" }, String(phase)),
      t.learn.run.controls.phases[phase - 1] ?? "",
    ),
  );
  const element = h("div", { class: "step-tabs", role: "tablist", "aria-label": words.phases }, ...buttons);
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
 * The step on a photo that an address asks for, at the layer and the filter that it names.
 *
 * @param {LearnStore} store
 * @param {StepViewModel} viewModel
 */
async function openAsked(store, viewModel) {
  const { stepTrace: id, phase, layer, filter, weight } = readAddress(location.search);
  if (!id) return;
  store.set({ busy: { text: t.learn.run.status.looking, control: null } });
  try {
    const stepTrace = await fetchStepTrace(id, 0);
    const parameter = stepTrace.layers.find(({ name }) => name === layer)?.parameters[0];
    if (parameter && filter < (parameter.shape[0] ?? 0)) viewModel.view.set({ layer, parameter: parameter.name, filter });
    if (parameter?.shape.length === 2 && weight !== null && weight < (parameter.shape[1] ?? 0)) {
      viewModel.open({ kind: phase === 4 ? "update" : "gradient", layer, parameter: parameter.name, index: [filter, weight] });
    }
    store.set({ stepTrace, phase: phase || 1 });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  } finally {
    store.set({ busy: null });
  }
}
