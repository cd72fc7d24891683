/** Numbers made of few others: copied, added, multiplied, scaled. */

import { h } from "../../dom.js";
import { count, number, plain, signed } from "../../format.js";
import { say } from "../../words/index.js";
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
  if (!term) return [formula(exact(value)), h("p", {}, say.sums.few.constant)];
  return [formula(exact(value), " = ", exact(term.value)), h("p", {}, say.sums.few.copy, source(app, term), ".")];
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
      ? say.sums.few.pixel(count(term.value), plain(mean), plain(std))
      : say.sums.few.norm({
          mean: number(mean ?? 0),
          variance: number(variance ?? 0),
          epsilon: plain(epsilon ?? 0),
          gamma: number(gamma ?? 1),
          beta: signed(beta ?? 0),
        });
  return [
    formula(exact(value), " = ", exact(term.value), " × ", exact(term.weight ?? 0), ` ${signed(bias)}`),
    h("p", {}, how),
    h("p", {}, say.sums.few.xIs, source(app, term), "."),
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
    formula(exact(value), say.sums.few.sum(terms.length)),
    ledger(app, bias ? [...entries, { name: say.sums.bias, sum: bias }] : entries, value),
    h("p", {}, say.sums.few.from, ...terms.flatMap((term, i) => [i ? say.sums.and : "", source(app, term)]), "."),
  ];
}
