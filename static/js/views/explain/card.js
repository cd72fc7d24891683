/**
 * The formula as a picture, with the numbers of one value: between the opened map and what it is
 * made from. Chosen, as the words beside the stage are, by the explanation's rule.
 */

import { h, svg } from "../../lib/dom.js";
import { number, rough, summands } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { windowWidth } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { cell, colours, line, mark, note, rangeOfLayer, short, text } from "./card-parts.js";
import { fitsCard, heat } from "./components.js";
import { straight } from "./elementwise.js";
import { plot } from "./function.js";
import { SIGNS, relationOf } from "./signs.js";
import { softmaxCard, sumCard } from "./sum-card.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Term} Term
 */

const OPERANDS = 2; // that are joined by a sign
const FEW = 3; // terms of a longer sum that are listed
const PLOT = { width: 112, height: 88 };

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @param {number} [room] rows for the terms of a sum
 * @returns {Node[]} none where there is nothing to be drawn
 */
export function formulaCard(app, explanation, room = FEW) {
  const { op, rule, terms, value, curve } = explanation;
  const [first] = terms;
  if (!first) return [];
  const result = cell(app, explanation.layer, value, "result");
  const isPair = op === "min" || op === "max"; // of two operands, not of a block
  if ((rule === "max" || rule === "mean") && !isPair) {
    return [line(t.explain.card.name[rule]), block(app, explanation), line(mark("="), cell(app, explanation.layer, value, "result", number(value))), note(t.explain.card[rule])];
  }
  if (rule === "function" && curve) {
    const layer = app.store.state.model && layerNamed(app.store.state.model, explanation.layer);
    return [line(layer?.formula || "f(x)"), plot(curve, first.value, value, PLOT), ...fromTo(app, explanation, first)];
  }
  if (rule === "softmax") return softmaxCard(app, explanation);
  if (rule === "weighted_sum" || (rule === "sum" && terms.length > OPERANDS)) return sumCard(app, explanation, room);
  if (rule === "scale") return scaled(app, explanation, first);
  if (rule === "copy") return [...fromTo(app, explanation, first), note(t.explain.card.copy)];
  const between = isPair ? "," : (SIGNS[rule] ?? relationOf(app, explanation));
  if (!between || terms.length > OPERANDS) return [];
  const written = rule === "sum" ? summands(terms.map((term) => term.product), value, [...terms.keys()]).map((one) => one.replace(/^\+/, "")) : [];
  const operands = terms.map((term, i) => h("span", { class: "card-operand" }, i ? mark(between) : "", cell(app, term.input, term.value, "", written[i])));
  return [line(isPair ? mark(`${op}(`) : "", ...operands, isPair ? mark(")") : ""), line(mark("="), written.length ? cell(app, explanation.layer, value, "result", number(value)) : result)];
}

/**
 * Where x goes: the number before, an arrow, the number after.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @param {Term} term
 */
function fromTo(app, { layer, value }, term) {
  const arrow = svg("svg", { viewBox: "0 0 8 16", "aria-hidden": "true" }, svg("path", { d: "M4 1v13m-3-3 3 3 3-3" }));
  return [h("p", { class: "card-steps" }, cell(app, term.input, term.value), arrow, cell(app, layer, value, "result"))];
}

/**
 * A number that is scaled and shifted: the line that it lies on.
 *
 * @param {App} app
 * @param {Explanation} explanation
 * @param {Term} term
 */
function scaled(app, explanation, term) {
  const layer = app.store.state.model && layerNamed(app.store.state.model, explanation.layer);
  if (!layer?.inputs.length) return [];
  const [weight, bias] = [term.weight ?? 0, explanation.bias];
  return [
    line(`${rough(weight)} · x ${bias < 0 ? "−" : "+"} ${rough(Math.abs(bias))}`),
    plot(straight(app, layer, (x) => x * weight + bias), term.value, explanation.value, PLOT),
    ...fromTo(app, explanation, term),
  ];
}

/**
 * The window's numbers, the largest marked where it is the one that counts.
 *
 * @param {App} app
 * @param {Explanation} explanation
 */
function block(app, { terms, rule }) {
  const width = windowWidth(terms);
  const range = rangeOfLayer(app, terms[0]?.input ?? "");
  if (!fitsCard(terms)) return h("div", { class: "whole-block" }, heat(app, terms.map(({ value }) => value), width, range));
  const winner = rule === "max" ? terms.find(({ weight }) => weight === 1) : null;
  const cells = terms.map((term) => h("li", { class: term === winner ? "winner" : "", style: colours(app, term.value, range) }, text(term.value, width > 2 ? short(term.value) : number(term.value), term.padding)));
  return h("ol", { class: "card-block", style: { "--columns": String(width) } }, ...cells);
}
