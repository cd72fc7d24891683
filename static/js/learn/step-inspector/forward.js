/** Phase 1, the student sits the exam: what each layer makes of what it reads, and what it keeps for the way back. */

import { h } from "../../lib/dom.js";
import { strongestPlace } from "../../model/tensors.js";
import { say } from "../../i18n/index.js";
import { term } from "../../views/shared/term.js";
import { opTitle } from "../../model/layer-text.js";
import { worded } from "./view-model.js";
import { planesOf } from "./planes.js";
import { Row } from "./layer-row.js";
import { Sheet } from "./heatmap.js";

/** @typedef {import("./view-model.js").Bench} Bench */

const words = say.learn.glass.forward;

export class Forward {
  #row;
  #about = h("div", { class: "glass-about" });
  #maps = h("div", {});
  /** @type {Sheet | null} */
  #sheet = null;
  #asked = "";

  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.#row = new Row(bench, "value");
    this.above = this.#row.element;
    this.element = h("div", { class: "glass-phase" }, this.#about, this.#maps);
  }

  show() {
    this.#row.show();
    this.choose();
  }

  async choose() {
    this.#row.choose();
    const { glass, layer, theme } = this.bench;
    if (!glass || !layer) return;
    const key = JSON.stringify([glass.id, glass.picture, layer.name, theme]);
    this.#asked = key;
    const tensor = await this.bench.attempt(() => this.bench.values(layer.name, "value"));
    if (!tensor || this.#asked !== key) return;
    const { name, op, inputs, cached } = layer;
    this.#about.replaceChildren(
      h("h3", {}, `${name} `, h("span", { class: "quiet" }, opTitle(op))),
      h("p", { class: "glass-formula" }, worded(words.formulas, op, words.other)),
      h("p", { class: "quiet" }, inputs.length ? words.reads(inputs.join(", ")) : words.first),
      h(
        "p",
        { class: "glass-cached" },
        ...(cached.length ? [term("cache", words.cached), ": "] : [words.nothingCached]),
        ...cached.map((what) => h("span", {}, worded(words.caches, what))),
      ),
    );
    this.#sheet = new Sheet({
      what: name,
      planes: planesOf(tensor),
      theme,
      hint: true,
      open: (place) => this.bench.open({ kind: "value", layer: name, place }),
    });
    this.#maps.replaceChildren(this.#sheet.element);
    const { opened } = this.bench.view.state;
    if (opened?.kind !== "value" || opened.layer !== name) this.bench.open({ kind: "value", layer: name, place: strongestPlace(tensor) });
    this.mark();
  }

  /** The opened number may be one of another layer: then that layer is what is looked at. */
  mark() {
    const { opened, layer } = this.bench.view.state;
    if (opened?.kind !== "value") return;
    if (opened.layer !== layer) this.bench.choose(opened.layer);
    else this.#sheet?.mark(opened.place);
  }
}
