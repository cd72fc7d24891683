/**
 * The cards of sums: of products (the jury's), and of a softmax's exponentials. What is written on
 * them adds up, to the last place.
 */

import { h } from "../../lib/dom.js";
import { count, number, rough, summands, words } from "../../i18n/format.js";
import { layerNamed, unitLabels } from "../../model/graph.js";
import { rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { cell, line, mark, painted, text } from "./card-parts.js";
import { reach } from "./components.js";
import { isOwn } from "./softmax.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Term} Term
 */

/**
 * The largest terms of a sum, those that a card has room for.
 *
 * @param {Term[]} terms
 * @param {number} room rows
 */
export function largestTerms(terms, room) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  return sorted.slice(0, sorted.length <= room ? room : room - 1); // a row for the others
}

/**
 * The largest products, the others together, and the bias.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @param {number} room rows for products
 * @returns {Node[]}
 */
export function sumCard(app, explanation, room) {
  const { terms, bias, value, rule, layer } = explanation;
  const isWeighted = rule === "weighted_sum";
  const shown = largestTerms(terms, room);
  const others = terms.filter((term) => !shown.includes(term));
  const rest = others.length ? [others.reduce((sum, { product }) => sum + product, 0)] : [];
  const constant = bias ? [bias] : [];
  const parts = [...shown.map(({ product }) => product), ...rest, ...constant];
  const written = summands(parts, value, rest.length ? [shown.length] : [...shown.keys()]); // the bias is as it is
  const most = reach(terms.map(({ weight }) => weight ?? 0));
  const range = rangeOf(-most, most, true);
  const names = [
    ...shown.map(({ input, value: x, weight }) => (isWeighted ? [cell(app, input, x), mark("×"), painted(app, range, weight ?? 0, "", rough(weight ?? 0)), mark("=")] : [h("span", { class: "card-name" }, input)])),
    ...rest.map(() => [h("span", { class: "card-name" }, t.mapDetail.terms.others(count(others.length)))]),
    ...constant.map(() => [h("span", { class: "card-name" }, t.explain.bias)]),
  ];
  return [
    line(`Σ ${isWeighted ? "x · w" : "x"}${bias ? " + b" : ""}`),
    h("ol", { class: "card-sum" }, ...names.map((name, i) => h("li", unitOf(shown[i]), ...name, summand(parts[i] ?? 0, written[i] ?? "")))),
    line(mark("="), cell(app, layer, value, "result", number(value))),
  ];
}

/**
 * Its exponential, those of the others, and what part of them all it is.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function softmaxCard(app, explanation) {
  const { terms, details, layer, index, op, value } = explanation;
  const { maximum = 0, denominator = 1 } = details;
  const own = terms.find((term) => isOwn(explanation, term));
  if (!own) return [];
  const { model } = app.store.state;
  const here = model && layerNamed(model, layer);
  const label = (model && here && unitLabels(model, here)?.[index.unit ?? -1]) ?? "z";
  const power = own.weight ?? 0;
  const [mine = "", theirs = ""] = summands([power, denominator - power], denominator, [1]);
  const sum = number(denominator);
  const row = (/** @type {string} */ name, /** @type {number} */ x, /** @type {string} */ written, kind = "") => h("li", { class: kind }, h("span", { class: "card-name" }, name), summand(x, written));
  const bar = h("span", { class: "share-track" }, h("span", { class: "share-fill", style: { width: `${(power / denominator) * 100}%` } }));
  const isLog = op === "log_softmax";
  return [
    line(isLog ? "ln(e^(z − max) ÷ Σ)" : "e^(z − max) ÷ Σ"),
    h("p", { class: "card-line", ...unitOf(own) }, mark("e^("), cell(app, own.input, own.value, "", number(own.value)), mark("−"), text(maximum, number(maximum)), mark(")")),
    h(
      "ol",
      { class: "card-sum own" },
      row(words(label), power, mine.replace(/^\+/, "")),
      row(t.mapDetail.terms.others(count(terms.length - 1)), denominator - power, theirs),
      row("Σ", denominator, sum, "total"),
    ),
    bar,
    line(...(isLog ? [mark("ln(")] : []), `${mine.replace(/^\+/, "")} ÷ ${sum}`, ...(isLog ? [mark(")")] : [])),
    line(mark("="), cell(app, layer, value, "result", number(value, isLog ? value : 1))),
  ];
}

/**
 * Where a line of the card comes from, for the line that is drawn to it.
 *
 * @param {Term | undefined} term
 */
function unitOf(term) {
  return typeof term?.unit === "number" ? { data: { unit: String(term.unit) } } : {};
}

/**
 * @param {number} value
 * @param {string} written
 */
function summand(value, written) {
  return h("data", { class: "card-summand", value: String(value), title: number(value) }, written);
}
