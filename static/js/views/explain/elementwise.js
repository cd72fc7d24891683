/** Numbers made of few others: copied, added, multiplied, scaled. */

import { h } from "../../lib/dom.js";
import { count, number, plain, signed } from "../../i18n/format.js";
import { formulaOf } from "../../model/preprocess.js";
import { t } from "../../i18n/index.js";
import { layerNamed } from "../../model/graph.js";
import { counting } from "./reshape.js";
import { functionSums, plot } from "./function.js";
import { exact, formula, isOnStage, ledger, pageOf, source } from "./components.js";
import { SIGNS, relationOf } from "./signs.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 */

const LISTED = 24; // terms of a sum, the largest; the others together
const NAMED = 4; // that many are told by their places, too

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function copySums(app, explanation) {
  const { value, terms: [term] } = explanation;
  if (!term) return [formula(exact(value)), h("p", {}, t.explain.elementwise.constant)];
  return [formula(exact(value), " = ", exact(term.value)), h("p", {}, t.explain.elementwise.copy, source(app, term), "."), ...counting(app, explanation), ...stack(app, explanation)];
}

/**
 * Which maps of a pile come from which layer.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
function stack(app, explanation) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  if (!model || layer?.op !== "concat") return [];
  let from = 0;
  const parts = layer.inputs.map((name) => {
    const maps = layerNamed(model, name)?.shape[0] ?? 0;
    const part = { name, from, to: from + maps };
    from += maps;
    return part;
  });
  const here = explanation.index.channel ?? explanation.index.unit ?? 0;
  return [
    h("p", { class: "muted" }, t.mapDetail.terms.stack),
    h(
      "ol",
      { class: "stack" },
      ...parts.map(({ name, from, to }) => {
        const isHere = from <= here && here < to;
        return h(
          "li",
          { class: isHere ? "own" : "", style: { "flex-grow": String(to - from) } },
          h("b", {}, name),
          h("span", {}, t.mapDetail.terms.range(from, to - 1)),
          isHere && h("span", { class: "stack-mark", style: { left: `${((here + 0.5 - from) / (to - from)) * 100}%` } }),
        );
      }),
    ),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function scaleSums(app, explanation) {
  const { value, bias, terms: [term], details } = explanation;
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  if (!term) return [formula(exact(value))];
  const { mean, std, var: variance, gamma, beta, epsilon } = details;
  const how =
    std !== undefined && mean !== undefined
      ? t.explain.elementwise.pixel(formulaOf(count(term.value), { mean: [mean], std: [std], scale: details.scale ?? 255 }))
      : t.explain.elementwise.norm({
          mean: number(mean ?? 0),
          variance: number(variance ?? 0),
          epsilon: plain(epsilon ?? 0),
          gamma: number(gamma ?? 1),
          beta: signed(beta ?? 0),
        });
  return [
    formula(exact(value), " = ", exact(term.value), " × ", exact(term.weight ?? 0), ` ${signed(bias)}`),
    h("p", {}, how),
    ...(layer && layer.inputs.length && !isOnStage(app) ? [plot(straight(app, layer, (x) => x * (term.weight ?? 0) + bias), term.value, value)] : []),
    h("p", {}, t.explain.elementwise.xIs, source(app, term), "."),
  ];
}

/**
 * A straight line over the range of a layer's input.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {(x: number) => number} line
 */
export function straight({ store }, layer, line) {
  const before = store.state.analysis?.layers.find(({ name }) => name === layer.inputs[0]);
  const reach = Math.max(Math.abs(before?.stats.min ?? 1), Math.abs(before?.stats.max ?? 1)) || 1;
  return { x: [-reach, reach], y: [line(-reach), line(reach)] };
}

/**
 * Two numbers joined by a sign; or one, where the other is a constant.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function joinedSums(app, explanation) {
  const { rule, value, terms: [a, b] } = explanation;
  const sign = SIGNS[rule] ?? relationOf(app, explanation) ?? "?";
  if (!a || !b) return functionSums(app, explanation);
  return [
    formula(exact(value), " = ", exact(a.value), ` ${sign} `, exact(b.value)),
    h("p", {}, source(app, a), ` ${sign} `, source(app, b)),
  ];
}

/**
 * The smaller or the larger of two numbers.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function choiceSums(app, explanation) {
  const { op, value, terms: [a, b] } = explanation;
  if (!a || !b) return functionSums(app, explanation);
  return [
    formula(exact(value), ` = ${op}(`, exact(a.value), ", ", exact(b.value), ")"),
    h("p", {}, t.explain.elementwise.from, source(app, a), t.explain.and, source(app, b), "."),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function sumSums(app, { value, bias, terms }) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const { shown, after } = pageOf(sorted, { all: false, page: 0 }, LISTED, ({ product }) => product);
  const entries = shown.map((term) => ({ name: term.input, sum: term.product }));
  const named = terms.length <= NAMED ? h("p", {}, t.explain.elementwise.from, ...terms.flatMap((term, i) => [i ? t.explain.and : "", source(app, term)]), ".") : null;
  return [
    formula(exact(value), t.explain.elementwise.sum(terms.length)),
    ledger(app, [...entries, ...after, ...(bias ? [{ name: t.explain.bias, sum: bias, constant: true }] : [])], value),
    ...(named ? [named] : []),
  ];
}
