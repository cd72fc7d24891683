/** Numbers made of few others: copied, added, multiplied, scaled. */

import { h } from "../../lib/dom.js";
import { count, number, plain, signed } from "../../i18n/format.js";
import { formulaOf } from "../../model/preprocess.js";
import { say } from "../../i18n/index.js";
import { layerNamed } from "../../model/graph.js";
import { counting } from "./reshape.js";
import { functionSums, plot } from "./function.js";
import { exact, formula, ledger, pageOf, source } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 */

const LISTED = 24; // terms of a sum, the largest; the others together
const NAMED = 4; // that many are told by their places, too

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function copySums(app, why) {
  const { value, terms: [term] } = why;
  if (!term) return [formula(exact(value)), h("p", {}, say.sums.few.constant)];
  return [formula(exact(value), " = ", exact(term.value)), h("p", {}, say.sums.few.copy, source(app, term), "."), ...counting(app, why), ...stack(app, why)];
}

/**
 * Which maps of a pile come from which layer.
 *
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
function stack(app, why) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, why.layer);
  if (!model || layer?.op !== "concat") return [];
  let from = 0;
  const parts = layer.inputs.map((name) => {
    const maps = layerNamed(model, name)?.shape[0] ?? 0;
    const part = { name, from, to: from + maps };
    from += maps;
    return part;
  });
  const here = why.index.channel ?? why.index.unit ?? 0;
  return [
    h("p", { class: "quiet" }, say.micro.sums.stack),
    h(
      "ol",
      { class: "stack" },
      ...parts.map(({ name, from, to }) => {
        const isHere = from <= here && here < to;
        return h(
          "li",
          { class: isHere ? "own" : "", style: { "flex-grow": String(to - from) } },
          h("b", {}, name),
          h("span", {}, say.micro.sums.range(from, to - 1)),
          isHere && h("span", { class: "stack-mark", style: { left: `${((here + 0.5 - from) / (to - from)) * 100}%` } }),
        );
      }),
    ),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function scaleSums(app, why) {
  const { value, bias, terms: [term], details } = why;
  const { model } = app.store.state;
  const layer = model && layerNamed(model, why.layer);
  if (!term) return [formula(exact(value))];
  const { mean, std, var: variance, gamma, beta, epsilon } = details;
  const how =
    std !== undefined && mean !== undefined
      ? say.sums.few.pixel(formulaOf(count(term.value), { mean: [mean], std: [std], scale: details.scale ?? 255 }))
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
    ...(layer && layer.inputs.length ? [plot(app, layer, (x) => x * (term.weight ?? 0) + bias, term.value, value)] : []),
    h("p", {}, say.sums.few.xIs, source(app, term), "."),
  ];
}

/**
 * Two numbers joined by a sign; or one, where the other is a constant.
 *
 * @param {string} sign
 * @returns {import("./index.js").Sums}
 */
export function joinedSums(sign) {
  return (app, why) => {
    const { value, terms: [a, b] } = why;
    if (!a || !b) return functionSums(app, why);
    return [
      formula(exact(value), " = ", exact(a.value), ` ${sign} `, exact(b.value)),
      h("p", {}, source(app, a), ` ${sign} `, source(app, b)),
    ];
  };
}

/**
 * The smaller or the larger of two numbers.
 *
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function choiceSums(app, why) {
  const { op, value, terms: [a, b] } = why;
  if (!a || !b) return functionSums(app, why);
  return [
    formula(exact(value), ` = ${op}(`, exact(a.value), ", ", exact(b.value), ")"),
    h("p", {}, say.sums.few.from, source(app, a), say.sums.and, source(app, b), "."),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function sumSums(app, { value, bias, terms }) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const { shown, after } = pageOf(sorted, { all: false, page: 0 }, LISTED, ({ product }) => product);
  const entries = shown.map((term) => ({ name: term.input, sum: term.product }));
  const named = terms.length <= NAMED ? h("p", {}, say.sums.few.from, ...terms.flatMap((term, i) => [i ? say.sums.and : "", source(app, term)]), ".") : null;
  return [
    formula(exact(value), say.sums.few.sum(terms.length)),
    ledger(app, [...entries, ...after, ...(bias ? [{ name: say.sums.bias, sum: bias }] : [])], value),
    ...(named ? [named] : []),
  ];
}
