/** Phase 4, the correction: what the optimiser does with each weight, and the same picture once more. */

import { h, setAttribute } from "../../lib/dom.js";
import { decimals, plain, points, probability, words as plainWords } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { worded } from "./view-model.js";
import { figure, precise } from "./figure.js";
import { Kernels } from "./kernels.js";

/** @typedef {import("./view-model.js").Bench} Bench */

const words = say.learn.glass.update;

export class Update {
  #layers = h("div", { class: "glass-choices", role: "group", "aria-label": words.layers });
  #kernels;
  #again = h("div", { class: "glass-again" });
  #formula = h("div", { class: "glass-about" });
  above = h("div", {});

  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.#kernels = new Kernels(bench, ["before", "gradient", "step", "after"], "update");
    this.above.append(this.#layers);
    this.element = h("div", { class: "glass-phase" }, this.#formula, this.#kernels.element, this.#again);
  }

  show() {
    const { glass } = this.bench;
    if (!glass) return;
    const learners = glass.layers.filter(({ parameters }) => parameters.length);
    this.#layers.replaceChildren(
      ...learners.map(({ name, parameters }) => {
        const weights = parameters[0]; // biases begin at zero, beside which every step is large
        const moved = weights?.change.relative ?? 0;
        const text = `${name} · ${decimals(100 * moved, 2)}\u00a0%`;
        return h("button", { type: "button", class: "toggle", data: { layer: name }, on: { click: () => this.bench.choose(name) } }, text);
      }),
    );
    const { optimiser, learning_rate: rate, options } = glass;
    const chosen = Object.entries(options)
      .filter(([, value]) => typeof value === "number" && value !== 0)
      .map(([name, value]) => `${worded(words.options, name)} = ${plain(value)}`);
    this.#formula.replaceChildren(
      h("h3", {}, worded(words.optimisers, optimiser)),
      h("p", { class: "glass-formula" }, worded(words.formulas, optimiser, words.formulas.sgd)),
      h("p", { class: "quiet" }, [`η = ${precise(rate)}`, ...chosen].join(" · ")),
    );
    this.#showAgain();
    if (!this.bench.layer?.parameters.length) this.bench.choose(learners[0]?.name ?? "");
    void this.choose();
  }

  async choose() {
    for (const button of this.#layers.querySelectorAll("button")) {
      setAttribute(button, "aria-pressed", String(button.dataset.layer === this.bench.view.state.layer));
    }
    await this.#kernels.show();
  }

  mark() {
    this.#kernels.mark();
  }

  #showAgain() {
    const { glass } = this.bench;
    const picture = glass?.pictures[glass.picture];
    if (!glass || !picture) return;
    const rows = glass.loss.classes.map(({ label, probability: share, probability_after: after, target }) =>
      h(
        "tr",
        { class: target > 0.5 ? "target" : "" },
        h("th", { scope: "row" }, plainWords(label)),
        h(
          "td",
          { class: "glass-bars", "aria-hidden": "true" },
          h("span", { style: { width: `${share * 100}%` } }),
          h("span", { class: "after", style: { width: `${after * 100}%` } }),
        ),
        h("td", {}, h("data", { value: String(share), title: String(share) }, probability(share))),
        h("td", {}, h("data", { value: String(after), title: String(after) }, probability(after))),
        h("td", { class: "quiet" }, points(after - share)),
      ),
    );
    const titles = [words.class, "", words.before, words.after, words.apart];
    this.#again.replaceChildren(
      h("h3", {}, glass.applied ? words.again : words.wouldBe),
      h("p", { class: "formula again-loss" }, "L = ", figure(picture.loss), " → ", figure(picture.loss_after)),
      h("p", { class: "quiet" }, picture.loss_after < picture.loss ? words.better : words.worse),
      h("p", { class: "quiet" }, words.batch, " ", figure(glass.loss.mean), " → ", figure(glass.loss.mean_after)),
      h(
        "table",
        { class: "glass-shares" },
        h("caption", { class: "unseen" }, words.table),
        h("thead", {}, h("tr", {}, ...titles.map((text) => (text ? h("th", { scope: "col" }, text) : h("td", {}))))),
        h("tbody", {}, ...rows),
      ),
    );
  }
}
