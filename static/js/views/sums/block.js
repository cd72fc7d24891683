/** A pool's number: the block, which cell won, what was thrown away; or the mean of all. */

import { h } from "../../dom.js";
import { number } from "../../format.js";
import { swatch } from "../../palette.js";
import { layerRange, rangeOf } from "../../scale.js";
import { windowWidth } from "../../terms.js";
import { say } from "../../words/index.js";
import { exact, formula, source } from "./parts.js";

/**
 * @typedef {import("../../types.js").App} App
 * @typedef {import("../../types.js").Explanation} Explanation
 * @typedef {import("../../types.js").Term} Term
 */

const MOST = 49; // cells of a block that are listed; a global pool's are only counted

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function blockSums(app, why) {
  const { terms, rule, value } = why;
  const isMax = rule === "max";
  const winner = terms.find(({ weight }) => weight === 1) ?? terms[0];
  const result = app.store.state.analysis?.layers.find(({ name }) => name === winner?.input);
  const range = result ? layerRange(result) : rangeOf(-1, 1);
  const shown = terms.slice(0, MOST);
  const cells = shown.map((term) => cell(app, term, range, isMax && term === winner));
  const rest = terms.length - shown.length;
  return [
    formula(exact(value), isMax ? say.sums.block.largest(terms.length) : say.sums.block.mean(terms.length)),
    h("ol", { class: "block", style: { "--columns": String(windowWidth(shown)) } }, ...cells),
    rest > 0 ? h("p", { class: "quiet" }, say.sums.block.more(rest)) : document.createTextNode(""),
    isMax && winner ? won(app, winner, terms) : meanOf(terms, value),
  ];
}

/**
 * @param {App} app
 * @param {Term} term
 * @param {import("../../types.js").Range} range
 * @param {boolean} wins
 */
function cell({ store }, { value, padding }, range, wins) {
  const { background, text } = swatch(value, range, store.state.theme);
  return h(
    "li",
    { class: wins ? "winner" : "", style: { "background-color": background, color: text } },
    h("data", { value: String(value), title: padding ? say.sums.outsideTheMap : String(value) }, number(value)),
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
    say.sums.block.kept, source(app, winner), ". ",
    lost && ties === lost ? say.sums.block.allEqual : say.sums.block.thrownAway(lost),
  );
}

/**
 * @param {Term[]} terms
 * @param {number} value
 */
function meanOf(terms, value) {
  const sum = terms.reduce((total, term) => total + term.value, 0);
  const weight = terms[0]?.weight ?? 0;
  return h("p", {}, say.sums.block.sum(number(sum), number(weight), Math.round(1 / weight)), exact(value));
}
