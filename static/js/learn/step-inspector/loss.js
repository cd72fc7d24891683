/**
 * Phase 2, the mark: what the network says beside what is true, class by class, and the number that
 * comes of it.
 */

import { h } from "../../lib/dom.js";
import { fixed, plain, words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { term } from "../../views/shared/term.js";
import { figure } from "./figure.js";
import { scoresLayer } from "./value-detail.js";
import { isSquared, termOf } from "./loss-term.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("./view-model.js").Opened} Opened
 * @typedef {import("../types.js").StepTrace} StepTrace
 * @typedef {import("../types.js").StepClass} StepClass
 */

const words = t.learn.stepInspector.loss;
const EARLY = 10; // steps in which the weights are still much as they were drawn

export class Loss {
  above = h("div", {});
  element = h("div", { class: "step-phase" });

  /** @param {StepViewModel} viewModel */
  constructor(viewModel) {
    this.viewModel = viewModel;
  }

  show() {
    const { stepTrace } = this.viewModel;
    const picture = stepTrace?.pictures[stepTrace.picture];
    if (!stepTrace || !picture) return;
    const titles = [
      words.class, term("logit", words.score), term("probability", words.probability), term("target", words.target), words.term, term("gradient", words.gradient),
    ];
    this.element.replaceChildren(
      h("h3", {}, words.title(plainWords(picture.label))),
      h("p", { class: "step-formula" }, isSquared(stepTrace) ? words.squared : words.crossEntropy),
      h(
        "div",
        { class: "step-scroll", role: "region", "aria-label": words.table, tabindex: 0 },
        h(
          "table",
          { class: "step-loss" },
          h("caption", { class: "visually-hidden" }, words.table),
          h("thead", {}, h("tr", {}, ...titles.map((title) => h("th", { scope: "col" }, title)))),
          h("tbody", {}, ...stepTrace.loss.classes.map((one, unit) => this.#row(stepTrace, one, unit))),
          h("tfoot", {}, h("tr", {}, h("th", { scope: "row", colspan: 4 }, words.sum), h("td", {}, figure(picture.loss)), h("td", {}))),
        ),
      ),
      h("p", { class: "step-mean" }, words.mean(String(stepTrace.batch_size)), " ", figure(stepTrace.loss.mean)),
      ...notesOn(stepTrace).map((text) => h("p", { class: "muted step-note" }, text)),
    );
    const { opened } = this.viewModel.view.state;
    const truth = stepTrace.loss.classes.findIndex(({ target }) => target > 0.5);
    if (opened?.kind !== "loss") this.viewModel.open({ kind: "loss", unit: Math.max(0, truth) });
  }

  choose() {}

  mark() {}

  /**
   * @param {StepTrace} stepTrace
   * @param {StepClass} one
   * @param {number} unit
   */
  #row(stepTrace, one, unit) {
    const scores = scoresLayer(this.viewModel);
    const softmax = stepTrace.layers.find(({ op, inputs }) => op === "softmax" && inputs[0] === scores)?.name;
    const open = (/** @type {string | undefined} */ layer, /** @type {number} */ value) =>
      layer ? opener(this.viewModel, { kind: "value", layer, place: [unit] }, value) : figure(value);
    return h(
      "tr",
      { class: one.target > 0.5 ? "target" : "", data: { label: one.label } },
      h("th", { scope: "row" }, plainWords(one.label)),
      h("td", {}, open(scores, one.score)),
      h("td", { class: "step-probability", style: { "--share": `${one.probability * 100}%` } }, open(softmax, one.probability)),
      h("td", {}, plain(one.target)),
      h("td", { title: termOf(stepTrace, one) }, one.term ? h("span", { class: "muted" }, `${termOf(stepTrace, one)} = `) : "", figure(one.term)),
      h("td", {}, opener(this.viewModel, { kind: "loss", unit }, one.gradient)),
    );
  }
}

/**
 * What a beginner stumbles over: the size of the first losses, and what the squared error is taken
 * of.
 *
 * @param {StepTrace} stepTrace
 */
function notesOn(stepTrace) {
  if (isSquared(stepTrace)) return [words.onLogits];
  const classes = stepTrace.loss.classes.length;
  const even = Math.log(classes);
  const isFirst = stepTrace.step !== null && stepTrace.step <= EARLY && stepTrace.loss.mean > even;
  return [words.even(classes, fixed(even, 3)), ...(isFirst ? [words.above] : [])];
}

/**
 * A number as a button that writes it out.
 *
 * @param {StepViewModel} viewModel
 * @param {Opened} opened
 * @param {number} value
 */
function opener(viewModel, opened, value) {
  return h("button", { type: "button", class: "text number", on: { click: () => viewModel.open(opened) } }, figure(value));
}
