/** What the network says, as bars; and one click away what it knows and how often it is right. */

import { exportUrl } from "../api.js";
import { find, h } from "../dom.js";
import { count, percent, plural, words } from "../format.js";
import { unitLabels } from "../graph.js";

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
  find("#doubt", HTMLElement).textContent = unsure
    ? `It is not sure. It can only choose among the ${plural(analysis.predictions.length, "class").replace("classs", "classes")} that it was taught.`
    : "";
  downloads(analysis.id);
}

/** @param {string} id */
function downloads(id) {
  const link = (/** @type {"json" | "npz"} */ format, /** @type {string} */ text) =>
    h("a", { href: exportUrl(id, format), download: true }, text);
  find("#downloads", HTMLElement).replaceChildren(
    "All numbers: ", link("json", "JSON"), " · ", link("npz", "NumPy .npz"),
  );
}

/**
 * @param {Model} model
 * @param {number} classes
 */
function classesOf(model, classes) {
  const right = shares(model.card.per_class);
  const labels = model.labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  const accuracy = model.card.accuracy;
  const tested = model.card.validation_pictures;
  return [
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": "Close" }, "×")),
    h("h2", { id: "classes-title" }, `What ${model.title} knows`),
    h(
      "p",
      {},
      `It was taught ${count(labels.length)} classes and sees everything as one of them, also what is none of them. `,
      typeof accuracy === "number" &&
        `On ${typeof tested === "number" ? count(tested) : ""} pictures that it was not taught with, its first guess is right ${percent(accuracy)} of the time.`,
    ),
    h("ul", { class: "classes", tabindex: "0", "aria-label": "Classes" }, ...labels.map((label) => classRow(label, right[label]))),
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
