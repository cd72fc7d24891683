/** What a training step did: the probability before and after, and the largest updates. */

import { h } from "../../lib/dom.js";
import { decimals, number, probability } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../learn/types.js").StepTrace} StepTrace
 * @typedef {import("../../state/types.js").App} App
 */

const words = t.trainingStep;
const SHOWN = 6; // filters

/**
 * @param {App} app
 * @param {StepTrace[]} steps that were taken, one after the other
 * @param {string} label
 */
export function resultOf(app, steps, label) {
  const last = steps.at(-1);
  const [before, after] = [steps[0]?.pictures[0], last?.pictures[0]];
  if (!last || !before || !after) return [];
  return [
    h(
      "p",
      { class: "training-step-score", data: { before: String(before.probability), after: String(after.probability_after) } },
      words.score(label, probability(before.probability), probability(after.probability_after)),
    ),
    h("p", { class: "muted" }, `${words.loss(number(before.loss), number(after.loss_after))} · ${words.steps(steps.length)}`),
    h("h4", {}, words.largestUpdates),
    h("ol", { class: "training-step-updates" }, ...mostMoved(last).map((moved) => row(app, moved))),
    h("button", { type: "button", class: "text", on: { click: () => app.comparison.look("side-by-side") } }, words.sideBySide),
    h("a", { href: `learn?trace=${encodeURIComponent(last.id)}`, id: "training-step-inspect" }, words.stepInspector),
  ];
}

/**
 * The filters that the last step moved most, beside their own size, of all layers.
 *
 * @param {StepTrace} stepTrace
 */
function mostMoved({ layers }) {
  const all = layers.flatMap(({ name, parameters }) =>
    parameters.filter(({ shape }) => shape.length > 1).flatMap(({ largest_updates: updates }) => updates.map((one) => ({ layer: name, ...one }))),
  );
  return all.sort((a, b) => b.relative - a.relative).slice(0, SHOWN);
}

/**
 * @param {App} app
 * @param {{ layer: string, filter: number, relative: number }} moved
 */
function row({ navigation }, { layer, filter, relative }) {
  const go = () => void navigation.goToMap(layer, filter);
  return h(
    "li",
    { data: { layer, filter: String(filter) } },
    h("button", { type: "button", class: "text", on: { click: go } }, words.filter(layer, filter)),
    h("span", { class: "muted" }, `${decimals(100 * relative, 2)}\u00a0%`),
  );
}
