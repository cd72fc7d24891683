/** One class's term of the loss, and the gradient of the loss with respect to its logit. */

import { h } from "../../lib/dom.js";
import { plain, words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { figure, precise } from "./figure.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepTrace} StepTrace
 * @typedef {import("../types.js").StepClass} StepClass
 */

const words = t.learn.stepInspector.valueDetail;

/**
 * @param {StepViewModel} viewModel
 * @param {number} unit
 * @returns {Node[]}
 */
export function lossOf(viewModel, unit) {
  const { stepTrace } = viewModel;
  const one = stepTrace?.loss.classes[unit];
  if (!stepTrace || !one) return [];
  return [
    h("h3", { tabindex: -1 }, `∂L/∂ ${words.score(plainWords(one.label))}`),
    h("p", { class: "formula" }, "dZ = ", figure(one.gradient)),
    h("p", {}, isSquared(stepTrace) ? words.squared : words.crossEntropy),
    h(
      "p",
      { class: "step-worked" },
      isSquared(stepTrace)
        ? `2 × (${precise(one.score)} − ${precise(one.target)}) / (${plain(stepTrace.batch_size)} × ${plain(stepTrace.loss.classes.length)})`
        : `(${precise(one.probability)} − ${precise(one.target)}) / ${plain(stepTrace.batch_size)}`,
      " = ",
      figure(one.gradient),
    ),
    h("p", {}, one.gradient < 0 ? words.up(plainWords(one.label)) : words.down(plainWords(one.label))),
  ];
}

/**
 * How a class's term of the loss is worked out, in numbers.
 *
 * @param {StepTrace} stepTrace
 * @param {StepClass} one
 */
export function termOf(stepTrace, one) {
  const { score, probability: share, target } = one;
  const classes = stepTrace.loss.classes.length;
  if (isSquared(stepTrace)) return `(${precise(score)} − ${precise(target)})² / ${plain(classes)}`;
  return target ? `−${precise(target)} × ln ${precise(share)}` : "0";
}

/** @param {StepTrace} stepTrace */
export function isSquared({ loss }) {
  return loss.name === "mean_squared_error";
}
