/** Phase 2, the mark: what the network says beside what is true, class by class, and the number that comes of it. */

import { h } from "../../lib/dom.js";
import { plain, words as plainWords } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { term } from "../../views/shared/term.js";
import { figure } from "./figure.js";
import { scoresLayer } from "./value-detail.js";
import { isSquared, termOf } from "./loss-term.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("./view-model.js").Opened} Opened
 * @typedef {import("../types.js").Glass} Glass
 * @typedef {import("../types.js").GlassClass} GlassClass
 */

const words = say.learn.glass.loss;

export class Loss {
  above = h("div", {});
  element = h("div", { class: "glass-phase" });

  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
  }

  show() {
    const { glass } = this.bench;
    const picture = glass?.pictures[glass.picture];
    if (!glass || !picture) return;
    const titles = [
      words.class, term("logit", words.score), term("probability", words.share), term("target", words.target), words.term, term("gradient", words.blame),
    ];
    this.element.replaceChildren(
      h("h3", {}, words.title(plainWords(picture.label))),
      h("p", { class: "glass-formula" }, isSquared(glass) ? words.squared : words.crossEntropy),
      h(
        "div",
        { class: "glass-scroll", role: "region", "aria-label": words.table, tabindex: 0 },
        h(
          "table",
          { class: "glass-loss" },
          h("caption", { class: "unseen" }, words.table),
          h("thead", {}, h("tr", {}, ...titles.map((title) => h("th", { scope: "col" }, title)))),
          h("tbody", {}, ...glass.loss.classes.map((one, unit) => this.#row(glass, one, unit))),
          h("tfoot", {}, h("tr", {}, h("th", { scope: "row", colspan: 4 }, words.sum), h("td", {}, figure(picture.loss)), h("td", {}))),
        ),
      ),
      h("p", { class: "glass-mean" }, words.mean(String(glass.batch_size)), " ", figure(glass.loss.mean)),
    );
    const { opened } = this.bench.view.state;
    const truth = glass.loss.classes.findIndex(({ target }) => target > 0.5);
    if (opened?.kind !== "loss") this.bench.open({ kind: "loss", unit: Math.max(0, truth) });
  }

  choose() {}

  mark() {}

  /**
   * @param {Glass} glass
   * @param {GlassClass} one
   * @param {number} unit
   */
  #row(glass, one, unit) {
    const scores = scoresLayer(this.bench);
    const softmax = glass.layers.find(({ op, inputs }) => op === "softmax" && inputs[0] === scores)?.name;
    const open = (/** @type {string | undefined} */ layer, /** @type {number} */ value) =>
      layer ? opener(this.bench, { kind: "value", layer, place: [unit] }, value) : figure(value);
    return h(
      "tr",
      { class: one.target > 0.5 ? "target" : "", data: { label: one.label } },
      h("th", { scope: "row" }, plainWords(one.label)),
      h("td", {}, open(scores, one.score)),
      h("td", { class: "glass-share", style: { "--share": `${one.probability * 100}%` } }, open(softmax, one.probability)),
      h("td", {}, plain(one.target)),
      h("td", { title: termOf(glass, one) }, one.term ? h("span", { class: "quiet" }, `${termOf(glass, one)} = `) : "", figure(one.term)),
      h("td", {}, opener(this.bench, { kind: "loss", unit }, one.gradient)),
    );
  }
}

/**
 * A number as a button that writes it out.
 *
 * @param {Bench} bench
 * @param {Opened} opened
 * @param {number} value
 */
function opener(bench, opened, value) {
  return h("button", { type: "button", class: "text number", on: { click: () => bench.open(opened) } }, figure(value));
}
