/** A softmax's number: scores → exponentials → shares. */

import { h } from "../../dom.js";
import { number, percent, words } from "../../format.js";
import { say } from "../../words/index.js";
import { exact, formula } from "./parts.js";

/**
 * @typedef {import("../../types.js").App} App
 * @typedef {import("../../types.js").Explanation} Explanation
 */

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function shareSums(app, why) {
  const { maximum = 0, denominator = 1 } = why.details;
  const own = why.terms.find((term) => isOwn(why, term));
  const { model } = app.store.state;
  const labels = model?.labels?.length === why.terms.length ? model.labels : null;
  const name = (/** @type {number} */ i) => words(labels?.[i] ?? String(i));
  const rows = [...why.terms.entries()]
    .sort(([, a], [, b]) => b.value - a.value)
    .map(([i, term]) => {
      const power = term.weight ?? 0;
      return h(
        "tr",
        { class: term === own ? "own" : "" },
        h("th", { scope: "row" }, name(i)),
        h("td", {}, number(term.value, 1)),
        h("td", {}, h("data", { class: "power", value: String(power) }, number(power, 1))),
        h("td", {}, percent(power / denominator)),
      );
    });
  return [
    formula(exact(why.value, 1), " = ", exact(own?.weight ?? 0, 1), " ÷ ", exact(denominator, 1)),
    h(
      "p",
      {},
      own?.value === maximum
        ? say.sums.share.highest(number(maximum, 1))
        : say.sums.share.below(number(own?.value ?? 0, 1), number(maximum - (own?.value ?? 0), 1), number(maximum, 1)),
      say.sums.share.rule,
    ),
    h(
      "table",
      { class: "shares-table" },
      h("thead", {}, h("tr", {}, h("td", {}), ...say.sums.share.columns.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...rows),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, say.sums.together), h("td", {}), h("td", {}, exact(denominator, 1)), h("td", {}, "100 %"))),
    ),
  ];
}

/**
 * @param {Explanation} why
 * @param {import("../../types.js").Term} term
 */
function isOwn({ index }, { unit, channel, y, x }) {
  return index.unit != null ? unit === index.unit : channel === index.channel && y === index.y && x === index.x;
}
