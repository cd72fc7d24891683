/**
 * Where a model's preprocessing comes from; if it is assumed, the presets side by side with their
 * predictions.
 */

import { isAbort, ProblemError } from "../../api/http.js";
import { getElement, h } from "../../lib/dom.js";
import { count, number, probability, rough, words } from "../../i18n/format.js";
import { formulaOf } from "../../model/preprocess.js";
import { t } from "../../i18n/index.js";
import { labelOf } from "../../model/outputs.js";
import { problemDetail, problemTitle } from "../shared/problem-text.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").PreprocessTrial} PreprocessTrial
 * @typedef {import("../../state/types.js").TrialOutput} TrialOutput
 */

const SHOWN = 3; // classes of each way, and outputs
const NUMBERS = 4;

/** @param {App} app */
export function mountPreprocessing(app) {
  const [button, dialog] = [getElement("#preprocessing-open", HTMLButtonElement), getElement("#preprocessing-dialog", HTMLDialogElement)];
  let abort = new AbortController();
  button.addEventListener("click", () => {
    const { model } = app.store.state;
    if (!model) return;
    abort = new AbortController();
    frame(dialog, [h("p", { role: "status" }, t.preprocessing.wait)]);
    dialog.showModal();
    void compare(app, dialog, model, abort.signal);
  });
  dialog.addEventListener("close", () => abort.abort());
  app.store.watch(["model", "photo"], ({ model, photo }) => {
    const source = model?.preprocess.source ?? "file";
    button.hidden = source === "file" || photo === null;
    button.textContent = source === "assumed" ? t.preprocessing.assumed : t.preprocessing.open;
  });
}

/**
 * @param {App} app
 * @param {HTMLDialogElement} dialog
 * @param {Model} model
 * @param {AbortSignal} signal
 */
async function compare(app, dialog, model, signal) {
  try {
    const found = await app.photoController.comparePreprocessing(model.id, signal);
    if (!found || !dialog.open) return;
    frame(dialog, [h("p", {}, t.preprocessing.sources[model.preprocess.source]), table(app, dialog, model, found.options)]);
  } catch (error) {
    if (isAbort(error)) return;
    if (!(error instanceof ProblemError)) throw error;
    frame(dialog, [complaint(error.problem)]);
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {Node[]} content
 */
function frame(dialog, content) {
  dialog.replaceChildren(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "preprocessing-title" }, t.preprocessing.title),
    ...content,
  );
}

/**
 * A row for each way: its name and formula, what the network says by it, and the button that takes
 * it.
 *
 * @param {App} app
 * @param {HTMLDialogElement} dialog
 * @param {Model} model
 * @param {PreprocessTrial[]} options
 */
function table(app, dialog, model, options) {
  const take = async (/** @type {string} */ preset) => {
    frame(dialog, [h("p", { role: "status" }, t.preprocessing.taking)]);
    const problem = await app.modelsController.prepareAnew(model, preset, () => dialog.close());
    if (problem) frame(dialog, [complaint(problem)]);
  };
  const rows = options.map(({ preset, preprocess, outputs }, i) => {
    const name = preset === null ? t.preprocessing.custom : nameOf(preset);
    return h(
      "tr",
      { data: { preset: preset ?? "" } },
      h("th", { scope: "row" }, name, h("div", { class: "muted" }, formulaOf(t.ops.value, preprocess))),
      h("td", {}, ...outputs.slice(0, SHOWN).flatMap((output) => answer(model, output, outputs.length > 1))),
      h(
        "td",
        {},
        i === 0
          ? t.preprocessing.now
          : h("button", { type: "button", class: "text", "aria-label": t.preprocessing.takeNamed(name), on: { click: () => void take(preset ?? "") } }, t.preprocessing.take),
      ),
    );
  });
  const heads = [t.preprocessing.preprocessing, t.preprocessing.answer, ""].map((head) => (head ? h("th", { scope: "col" }, head) : h("td", {})));
  return h("div", { class: "preprocessing-table", tabindex: 0, role: "group", "aria-label": t.preprocessing.title }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)));
}

/**
 * What an output says, a line for each of its best classes or one for its numbers.
 *
 * @param {Model} model
 * @param {TrialOutput} output
 * @param {boolean} isOneOfSeveral
 * @returns {HTMLElement[]}
 */
function answer({ outputs }, { name, predictions, boxes, best_score: best, values, stats }, isOneOfSeveral) {
  const info = outputs.find((one) => one.name === name);
  const lines = predictions
    ? predictions.slice(0, SHOWN).map(({ label, score }) => `${info ? labelOf(info, label) : words(label)} ${probability(score)}`)
    : boxes !== undefined && boxes !== null
      ? [t.preprocessing.boxes(count(boxes), typeof best === "number" ? probability(best) : null)]
      : values
        ? [values.slice(0, NUMBERS).map(rough).join(t.numbers.separator) + (values.length > NUMBERS ? " …" : "")]
        : stats
          ? [t.numbers.span(number(stats.min), number(stats.max), number(stats.mean))]
          : [];
  return [...(isOneOfSeveral ? [h("div", { class: "muted" }, name)] : []), ...lines.map((line) => h("div", {}, line))];
}

/** @param {string} preset */
function nameOf(preset) {
  return /** @type {Record<string, string>} */ (t.models.presets)[preset] ?? preset;
}

/** @param {import("../../state/types.js").Problem} problem */
function complaint(problem) {
  return h("div", { class: "problem", role: "alert" }, h("h3", {}, problemTitle(problem)), ...problemDetail(problem));
}
