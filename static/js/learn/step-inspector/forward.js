/**
 * Phase 1, the student sits the exam: what each layer makes of what it reads, and what it keeps for
 * the way back.
 */

import { h } from "../../lib/dom.js";
import { strongestPlace } from "../../model/tensors.js";
import { t } from "../../i18n/index.js";
import { term } from "../../views/shared/term.js";
import { opTitle } from "../../model/layer-text.js";
import { worded } from "./view-model.js";
import { planesOf } from "./planes.js";
import { Row } from "./layer-row.js";
import { Heatmap } from "./heatmap.js";

/** @typedef {import("./view-model.js").StepViewModel} StepViewModel */

const words = t.learn.stepInspector.forward;

export class Forward {
  #row;
  #about = h("div", { class: "step-about" });
  #maps = h("div", {});
  /** @type {Heatmap | null} */
  #heatmap = null;
  #asked = "";

  /** @param {StepViewModel} viewModel */
  constructor(viewModel) {
    this.viewModel = viewModel;
    this.#row = new Row(viewModel, "value");
    this.above = this.#row.element;
    this.element = h("div", { class: "step-phase" }, this.#about, this.#maps);
  }

  show() {
    this.#row.show();
    this.choose();
  }

  async choose() {
    this.#row.choose();
    const { stepTrace, layer, theme } = this.viewModel;
    if (!stepTrace || !layer) return;
    const key = JSON.stringify([stepTrace.id, stepTrace.picture, layer.name, theme]);
    this.#asked = key;
    const tensor = await this.viewModel.attempt(() => this.viewModel.values(layer.name, "value"));
    if (!tensor || this.#asked !== key) return;
    const { name, op, inputs, cached } = layer;
    this.#about.replaceChildren(
      h("h3", {}, `${name} `, h("span", { class: "muted" }, opTitle(layer))),
      h("p", { class: "step-formula" }, worded(words.formulas, op, words.other)),
      h("p", { class: "muted" }, inputs.length ? words.reads(inputs.join(", ")) : words.first),
      h(
        "p",
        { class: "step-cached" },
        ...(cached.length ? [term("cache", words.cached), ": "] : [words.nothingCached]),
        ...cached.map((what) => h("span", {}, worded(words.caches, what))),
      ),
    );
    this.#heatmap = new Heatmap({
      what: name,
      planes: planesOf(tensor),
      theme,
      hint: true,
      open: (place) => this.viewModel.open({ kind: "value", layer: name, place }),
    });
    this.#maps.replaceChildren(this.#heatmap.element);
    const { opened } = this.viewModel.view.state;
    if (opened?.kind !== "value" || opened.layer !== name) this.viewModel.open({ kind: "value", layer: name, place: strongestPlace(tensor) });
    this.mark();
  }

  /** The opened number may be one of another layer: then that layer is what is looked at. */
  mark() {
    const { opened, layer } = this.viewModel.view.state;
    if (opened?.kind !== "value") return;
    if (opened.layer !== layer) this.viewModel.choose(opened.layer);
    else this.#heatmap?.mark(opened.place);
  }
}
