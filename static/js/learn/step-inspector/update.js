/**
 * Phase 4, the correction: what the optimiser does with each weight, and the same picture once
 * more.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { count, decimals, percent, plain, points, probability, words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { worded } from "./view-model.js";
import { figure, precise } from "./figure.js";
import { Kernels } from "./kernels.js";

/** @typedef {import("./view-model.js").StepViewModel} StepViewModel */

const words = t.learn.stepInspector.update;

export class Update {
  #layers = h("div", { class: "step-choices", role: "group", "aria-label": words.layers });
  #kernels;
  #payOff = h("div", { class: "step-pay-off" });
  #again = h("div", { class: "step-again" });
  #formula = h("div", { class: "step-about" });
  above = h("div", {});

  /** @param {StepViewModel} viewModel */
  constructor(viewModel) {
    this.viewModel = viewModel;
    this.#kernels = new Kernels(viewModel, ["before", "gradient", "step", "after"], "update");
    this.above.append(this.#payOff, this.#layers);
    this.element = h("div", { class: "step-phase" }, this.#formula, this.#kernels.element, this.#again);
  }

  show() {
    const { stepTrace } = this.viewModel;
    if (!stepTrace) return;
    const learners = stepTrace.layers.filter(({ parameters }) => parameters.length);
    this.#layers.replaceChildren(
      ...learners.map(({ name, parameters }) => {
        const weights = parameters[0]; // biases begin at zero, beside which every step is large
        const moved = weights?.change.relative ?? 0;
        const text = `${name} · ${decimals(100 * moved, 2)}\u00a0%`;
        return h("button", { type: "button", class: "toggle", data: { layer: name }, on: { click: () => this.viewModel.choose(name) } }, text);
      }),
    );
    const { optimiser, learning_rate: rate, options } = stepTrace;
    const chosen = Object.entries(options)
      .filter(([, value]) => typeof value === "number" && value !== 0)
      .map(([name, value]) => `${worded(words.options, name)} = ${plain(value)}`);
    this.#formula.replaceChildren(
      h("h3", {}, worded(words.optimisers, optimiser)),
      h("p", { class: "step-formula" }, worded(words.formulas, optimiser, words.formulas.sgd)),
      h("p", { class: "muted" }, [`η = ${precise(rate)}`, ...chosen].join(" · ")),
      ...this.#rateNote(stepTrace).map((text) => h("p", { class: "muted step-note" }, text)),
    );
    this.#showAgain();
    if (!this.viewModel.layer?.parameters.length) this.viewModel.choose(learners[0]?.name ?? "");
    void this.choose();
  }

  async choose() {
    for (const button of this.#layers.querySelectorAll("button")) {
      setAttribute(button, "aria-pressed", String(button.dataset.layer === this.viewModel.view.state.layer));
    }
    await this.#kernels.show();
  }

  mark() {
    this.#kernels.mark();
  }

  /**
   * Why the learning rate is not the one that was set.
   *
   * @param {import("../types.js").StepTrace} stepTrace
   */
  #rateNote({ training, step, learning_rate: rate }) {
    const { run } = this.viewModel.store.state;
    if (!run || training !== run.id || step === null) return [];
    const { learning_rate: set, schedule } = run.config;
    if (schedule === "constant") return [];
    return [words.rate(percent(rate / set), plain(set), count(step), count(run.steps), words.schedules[schedule])];
  }

  #showAgain() {
    const { stepTrace } = this.viewModel;
    const picture = stepTrace?.pictures[stepTrace.picture];
    if (!stepTrace || !picture) return;
    const rows = stepTrace.loss.classes.map(({ label, probability: share, probability_after: after, target }) =>
      h(
        "tr",
        { class: target > 0.5 ? "target" : "" },
        h("th", { scope: "row" }, plainWords(label)),
        h(
          "td",
          { class: "step-bars", "aria-hidden": "true" },
          h("span", { style: { width: `${share * 100}%` } }),
          h("span", { class: "after", style: { width: `${after * 100}%` } }),
        ),
        h("td", {}, h("data", { value: String(share), title: String(share) }, probability(share))),
        h("td", {}, h("data", { value: String(after), title: String(after) }, probability(after))),
        h("td", { class: "muted" }, points(after - share)),
      ),
    );
    const titles = [words.class, "", words.before, words.after, words.points];
    const isBatch = stepTrace.batch_size > 1;
    this.#payOff.replaceChildren(
      ...(isBatch ? [h("p", {}, words.batch, " ", h("b", {}, "L = ", figure(stepTrace.loss.mean), " → ", figure(stepTrace.loss.mean_after)))] : []),
      h("p", {}, stepTrace.applied ? words.again : words.wouldBe, ": ", h("b", { class: "again-loss" }, "L = ", figure(picture.loss), " → ", figure(picture.loss_after))),
      precise(picture.loss_after) === precise(picture.loss) ? "" : h("p", { class: "muted" }, picture.loss_after < picture.loss ? words.better : words.worse),
    );
    this.#again.replaceChildren(
      h("h3", {}, words.table),
      h(
        "table",
        { class: "step-shares" },
        h("caption", { class: "visually-hidden" }, words.table),
        h("thead", {}, h("tr", {}, ...titles.map((text) => (text ? h("th", { scope: "col" }, text) : h("td", {}))))),
        h("tbody", {}, ...rows),
      ),
    );
  }
}
