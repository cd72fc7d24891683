/**
 * The dialog of classes: what a network can choose among, and how often it is right where that is
 * known.
 */

import { h } from "../../lib/dom.js";
import { count, percent, words } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";
import { labelOf } from "../../model/outputs.js";

/**
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").ModelOutput} ModelOutput
 */

const SEARCHED = 30; // classes from which on a list has a search

/**
 * @param {Model} model
 * @param {string} name of the network
 * @param {ModelOutput} info a classifying output
 * @returns {HTMLElement[]}
 */
export function classList(model, name, info) {
  const right = sharesOf(model.card.per_class);
  const number = info.kind === "binary" ? 2 : info.classes;
  const labels = info.labels ?? Array.from({ length: number }, (_, i) => labelOf(info, String(i)));
  const { accuracy, validation_pictures: tested } = model.card;
  const knows = info.kind === "multilabel" ? t.prediction.multilabel : t.answer.singleLabel;
  const list = h("ul", { class: "classes", tabindex: "0", "aria-label": t.answer.list }, ...labels.map((label) => classRow(label, right[label])));
  return [
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "classes-title" }, (typeof accuracy === "number" ? t.answer.knows : t.answer.classesOf)(name)),
    h(
      "p",
      {},
      knows(labels.length),
      typeof accuracy === "number" && t.answer.right(typeof tested === "number" ? count(tested) : "", percent(accuracy)),
    ),
    ...(labels.length >= SEARCHED ? searchOf(list) : []),
    list,
  ];
}

/**
 * A field that leaves those classes in sight whose name holds what is written, and how many they
 * are.
 *
 * @param {HTMLElement} list
 */
function searchOf(list) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  const found = h("p", { class: "muted small", "aria-live": "polite" }, t.answer.found(rows.length));
  const field = h("input", { type: "search", id: "classes-search", placeholder: t.answer.search, "aria-label": t.answer.search, autocomplete: "off" });
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().trim();
    for (const row of rows) row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
    found.textContent = t.answer.found(rows.filter(({ hidden }) => !hidden).length);
  });
  return [field, found];
}

/**
 * @param {string} label
 * @param {number | undefined} right
 */
function classRow(label, right) {
  return h(
    "li",
    { class: right === undefined ? "share name-alone" : "share" },
    h("span", { class: "share-name", lang: classLanguage() }, words(label)),
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
function sharesOf(perClass) {
  if (typeof perClass !== "object" || perClass === null) return {};
  return Object.fromEntries(Object.entries(perClass).filter(([, share]) => typeof share === "number"));
}
