/** An attribution's key figures, in words that can be checked. */

import { h } from "../../lib/dom.js";
import { fixed, number, percent, probability, words } from "../../i18n/format.js";
import { extremes } from "../../model/colour-range.js";
import { isLogit, placeInWords } from "../../model/attribution-target.js";
import { outputOf } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").Attribution} Attribution
 * @typedef {import("../../state/types.js").State} State
 */

/**
 * @param {Attribution} answer
 * @param {Readonly<Pick<State, "model" | "analysis">>} state
 * @returns {HTMLElement[]}
 */
export function figures(answer, { model, analysis }) {
  const { target, layer, score, sum } = answer;
  const found = outputOf({ model, analysis, output: target.output });
  const chance = found?.answer.predictions?.find(({ label }) => label === (target.label ?? String(target.unit)))?.score;
  const rows = [
    model && found && chance === undefined
      ? [t.attribution.figures.number, t.attribution.numberOf(placeInWords(model, found.info, target.unit), target.output)]
      : [t.attribution.figures.target, words(target.label ?? String(target.unit))],
    [found && isLogit(found.info) ? t.attribution.figures.logit : t.attribution.figures.score, number(score)],
    ...(found && isLogit(found.info) && chance !== undefined ? [[t.attribution.figures.probability, probability(chance)]] : []),
    [t.attribution.figures.sum, number(sum)],
    ...(layer === null ? [] : [[t.attribution.figures.layer, layer]]),
  ];
  return [
    h("dl", { class: "facts" }, ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("p", { class: "sentence" }, inWords(answer)),
    ...(answer.method === "integrated_gradients" ? [h("p", { class: "sentence completeness" }, completeness(answer))] : []),
  ];
}

/**
 * The map for those who cannot see it.
 *
 * @param {Attribution} answer
 */
export function inWords({ map, size, signed }) {
  const values = map.flat();
  const { min, max } = extremes(values);
  const [, width = 1] = size;
  const strongest = values.indexOf(max);
  const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const tenth = [...values].map(Math.abs).sort((a, b) => b - a).slice(0, Math.ceil(values.length / 10));
  if (total === 0) return t.attribution.nothing;
  return t.attribution.inWords({
    low: number(min),
    high: number(max),
    y: Math.floor(strongest / width),
    x: strongest % width,
    tenth: percent(tenth.reduce((sum, value) => sum + value, 0) / total),
    against: signed ? percent(values.reduce((sum, value) => sum + Math.max(0, -value), 0) / total) : null,
  });
}

/** @param {Attribution} answer */
function completeness({ sum, score, baseline_score }) {
  const whole = score - (baseline_score ?? 0);
  return t.attribution.completeness(number(sum), number(whole), fixed(100 * Math.abs(sum - whole) / (Math.abs(whole) || 1), 1));
}
