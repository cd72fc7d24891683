/** A pool's number: the block, which cell won, what was thrown away; or the mean of all. */

import { h } from "../../lib/dom.js";
import { count, number, percent } from "../../i18n/format.js";
import { hasMaps, layerNamed } from "../../model/graph.js";
import { swatch } from "../../render/palette.js";
import { layerRange, rangeOf } from "../../model/colour-range.js";
import { windowWidth } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { exact, fitsCard, formula, heat, isOnStage, ledger, source } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Term} Term
 */

const MOST = 49; // cells of a block that are listed; a larger one is told row by row

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function blockSums(app, explanation) {
  const { terms, rule, value } = explanation;
  const isMax = rule === "max";
  const winner = terms.find(({ weight }) => weight === 1) ?? terms[0];
  const result = app.store.state.analysis?.layers.find(({ name }) => name === winner?.input);
  const range = result ? layerRange(result) : rangeOf(-1, 1);
  const isDrawn = isOnStage(app) && fitsCard(terms); // with its numbers, on the formula's card
  return [
    formula(exact(value), isMax ? t.explain.pooling.largest(terms.length) : t.explain.pooling.mean(terms.length)),
    ...(isDrawn ? [] : terms.length > MOST ? rows(app, explanation, range) : [block(app, terms, range, isMax ? winner : undefined)]),
    isMax && winner ? won(app, winner, terms) : meanOf(terms, value),
    ...sizes(app, explanation),
  ];
}

/**
 * @param {App} app
 * @param {Term[]} terms
 * @param {import("../../state/types.js").Range} range
 * @param {Term | undefined} winner
 */
function block(app, terms, range, winner) {
  return h("ol", { class: "block", style: { "--columns": String(windowWidth(terms)) } }, ...terms.map((term) => cell(app, term, range, term === winner)));
}

/**
 * A block too large for its numbers: its picture, and what each of its rows brings to the mean.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @param {import("../../state/types.js").Range} range
 */
function rows(app, { terms, value, rule }, range) {
  const picture = h("div", { class: "whole-block" }, heat(app, terms.map((term) => term.value), windowWidth(terms), range));
  if (rule === "max") return [picture];
  /** @type {Map<number, number>} */
  const sums = new Map();
  for (const { y, product } of terms) sums.set(y ?? 0, (sums.get(y ?? 0) ?? 0) + product);
  return [picture, ledger(app, [...sums].map(([y, sum]) => ({ name: t.mapDetail.terms.row(y), sum })), value)];
}

/**
 * How much smaller the maps are afterwards.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
function sizes({ store }, { layer: name, terms }) {
  const { model } = store.state;
  const layer = model && layerNamed(model, name);
  const input = model && layerNamed(model, terms[0]?.input ?? "");
  if (!layer || !input || !hasMaps(layer) || !hasMaps(input)) return [];
  const [, fromRows = 1, fromColumns = 1] = input.shape;
  const [, rows = 1, columns = 1] = layer.shape;
  const fewer = 1 - (rows * columns) / (fromRows * fromColumns);
  if (fewer <= 0) return [];
  const size = (/** @type {number} */ y, /** @type {number} */ x) => `${y} × ${x}`;
  const words = t.mapDetail.terms.sizes(
    size(fromRows, fromColumns), size(rows, columns), count(fromRows * fromColumns), count(rows * columns), percent(fewer),
  );
  return [h("p", { class: "sizes" }, words)];
}

/**
 * @param {App} app
 * @param {Term} term
 * @param {import("../../state/types.js").Range} range
 * @param {boolean} wins
 */
function cell({ store }, { value, padding }, range, wins) {
  const { background, text } = swatch(value, range, store.state.theme);
  return h(
    "li",
    { class: wins ? "winner" : "", style: { "background-color": background, color: text } },
    h("data", { value: String(value), title: padding ? t.explain.outsideTheMap : String(value) }, number(value)),
  );
}

/**
 * @param {App} app
 * @param {Term} winner
 * @param {Term[]} terms
 */
function won(app, winner, terms) {
  const ties = terms.filter(({ value }) => value === winner.value).length - 1;
  const lost = terms.length - 1;
  return h(
    "p",
    {},
    t.explain.pooling.maximum, source(app, winner), ". ",
    lost && ties === lost ? t.explain.pooling.allEqual : t.explain.pooling.discarded(lost),
  );
}

/**
 * @param {Term[]} terms
 * @param {number} value
 */
function meanOf(terms, value) {
  const sum = terms.reduce((total, term) => total + term.value, 0);
  const weight = terms[0]?.weight ?? 0;
  return h("p", {}, t.explain.pooling.sum(number(sum), number(weight), Math.round(1 / weight)), exact(value));
}
