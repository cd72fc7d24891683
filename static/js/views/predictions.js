/** What the network says, as bars; and one click away what it knows and how often it is right. */

import { exportUrl } from "../api.js";
import { find, h } from "../dom.js";
import { count, percent, words } from "../format.js";
import { unitLabels } from "../graph.js";
import { say } from "../words/index.js";

/**
 * @typedef {import("../types.js").App} App
 * @typedef {import("../types.js").Model} Model
 * @typedef {import("../types.js").State} State
 */

const SHOWN = 5;
const UNSURE = 0.5; // a first guess below this deserves a word of warning

/** @param {App} app */
export function mountPredictions(app) {
  app.store.watch(["analysis"], () => update(app));
  const dialog = find("#classes-dialog", HTMLDialogElement);
  find("#classes", HTMLElement).addEventListener("click", () => {
    const { model, analysis } = app.store.state;
    if (!model) return;
    dialog.replaceChildren(...classesOf(model, analysis?.predictions.length ?? 0));
    dialog.showModal();
  });
}

/** @param {App} app */
function update({ store, explorer }) {
  const { analysis, model } = store.state;
  if (!analysis || !model) return;
  const scores = [...model.layers].reverse().find((layer) => unitLabels(model, layer));
  const rows = analysis.predictions.slice(0, SHOWN).map(({ label, score }) => {
    const unit = model.labels?.indexOf(label) ?? -1;
    const go = () => scores && explorer.goTo(scores.name, [unit]);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "share", disabled: unit < 0 || !scores, on: { click: go } },
        h("span", { class: "share-name" }, words(label)),
        h("span", { class: "share-bar", style: { "--share": `${score * 100}%` } }),
        h("span", { class: "share-value" }, percent(score)),
      ),
    );
  });
  find("#predictions", HTMLElement).replaceChildren(...rows);
  const unsure = (analysis.predictions[0]?.score ?? 1) < UNSURE;
  find("#doubt", HTMLElement).textContent = unsure ? say.answer.unsure(analysis.predictions.length) : "";
  downloads(analysis.id);
}

/** @param {string} id */
function downloads(id) {
  const link = (/** @type {"json" | "npz"} */ format, /** @type {string} */ text) =>
    h("a", { href: exportUrl(id, format), download: true }, text);
  find("#downloads", HTMLElement).replaceChildren(
    say.answer.allNumbers, link("json", "JSON"), " · ", link("npz", "NumPy .npz"),
  );
}

/**
 * @param {Model} model
 * @param {number} classes
 */
function classesOf(model, classes) {
  const right = shares(model.card.per_class);
  const labels = model.labels ?? Array.from({ length: classes }, (_, i) => say.answer.unnamed(i));
  const accuracy = model.card.accuracy;
  const tested = model.card.validation_pictures;
  return [
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": say.close }, "×")),
    h("h2", { id: "classes-title" }, say.answer.knows(model.title)),
    h(
      "p",
      {},
      say.answer.taught(count(labels.length)),
      typeof accuracy === "number" &&
        say.answer.right(typeof tested === "number" ? count(tested) : "", percent(accuracy)),
    ),
    h("ul", { class: "classes", tabindex: "0", "aria-label": say.answer.list }, ...labels.map((label) => classRow(label, right[label]))),
  ];
}

/**
 * @param {string} label
 * @param {number | undefined} right
 */
function classRow(label, right) {
  return h(
    "li",
    { class: "share" },
    h("span", { class: "share-name" }, words(label)),
    right !== undefined && h("span", { class: "share-bar", style: { "--share": `${right * 100}%` } }),
    right !== undefined && h("span", { class: "share-value" }, percent(right)),
  );
}

/**
 * What the model card holds is as hostile as the rest of a model file.
 *
 * @param {unknown} perClass
 * @returns {Record<string, number>}
 */
function shares(perClass) {
  if (typeof perClass !== "object" || perClass === null) return {};
  return Object.fromEntries(Object.entries(perClass).filter(([, share]) => typeof share === "number"));
}
