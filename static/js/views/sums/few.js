/** Numbers made of few others: copied, added, multiplied, scaled. */

import { h } from "../../dom.js";
import { count, number, signed } from "../../format.js";
import { exact, formula, ledger, source } from "./parts.js";

/**
 * @typedef {import("../../types.js").App} App
 * @typedef {import("../../types.js").Explanation} Explanation
 */

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function copySums(app, { value, terms: [term] }) {
  if (!term) return [formula(exact(value)), h("p", {}, "A constant: it comes from no other number.")];
  return [formula(exact(value), " = ", exact(term.value)), h("p", {}, "The very number of ", source(app, term), ".")];
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function scaleSums(app, { value, bias, terms: [term], details }) {
  if (!term) return [formula(exact(value))];
  const { mean, std, var: variance, gamma, beta, epsilon } = details;
  const how =
    std !== undefined && mean !== undefined
      ? `Pixel ${count(term.value)} ÷ 255, minus the mean ${mean}, divided by ${std}.`
      : `(x − mean ${number(mean ?? 0)}) ÷ √(variance ${number(variance ?? 0)} + ${epsilon}) × ${number(gamma ?? 1)} ${signed(beta ?? 0)}.`;
  return [
    formula(exact(value), " = ", exact(term.value), " × ", exact(term.weight ?? 0), ` ${signed(bias)}`),
    h("p", {}, how),
    h("p", {}, "x is ", source(app, term), "."),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function productSums(app, { value, terms: [a, b] }) {
  if (!a || !b) return [formula(exact(value))];
  return [
    formula(exact(value), " = ", exact(a.value), " × ", exact(b.value)),
    h("p", {}, source(app, a), " × ", source(app, b)),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function sumSums(app, { value, bias, terms }) {
  const entries = terms.map((term) => ({ name: term.input, sum: term.product }));
  return [
    formula(exact(value), ` = the sum of ${terms.length}`),
    ledger(app, bias ? [...entries, { name: "bias", sum: bias }] : entries, value),
    h("p", {}, "From ", ...terms.flatMap((term, i) => [i ? " and " : "", source(app, term)]), "."),
  ];
}
