/** Phase 3, the teacher's red pen: from the right to the left, who is to blame for the loss, and by how much. */

import { h } from "../../lib/dom.js";
import { strongestPlace } from "../../model/tensors.js";
import { say } from "../../i18n/index.js";
import { opTitle } from "../../model/layer-text.js";
import { worded } from "./view-model.js";
import { Kernels } from "./kernels.js";
import { blameOpener, scoresLayer } from "./value-detail.js";
import { planesOf } from "./planes.js";
import { Row } from "./layer-row.js";
import { Sheet } from "./heatmap.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("../types.js").GlassLayer} GlassLayer
 */

const words = say.learn.glass.backward;

export class Backward {
  #row;
  #about = h("div", { class: "glass-about" });
  #maps = h("div", {});
  #kernels;
  #handed = h("p", { class: "glass-handed" });
  /** @type {Sheet | null} */
  #sheet = null;
  #asked = "";

  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.#row = new Row(bench, "gradient");
    this.#kernels = new Kernels(bench, ["gradient"], "gradient");
    this.above = this.#row.element;
    this.element = h("div", { class: "glass-phase" }, this.#about, this.#kernels.element, this.#maps, this.#handed);
  }

  show() {
    this.#row.show();
    if (this.bench.view.state.opened?.kind === "loss") this.bench.choose(scoresLayer(this.bench)); // the way back begins at the loss
    void this.choose();
  }

  async choose() {
    const { glass, layer, theme } = this.bench;
    if (!glass || !layer) return;
    if (!layer.gradient) {
      this.bench.choose(scoresLayer(this.bench)); // nothing is known of who is to blame in this one
      return;
    }
    this.#row.choose();
    const key = JSON.stringify([glass.id, glass.picture, layer.name, theme]);
    if (this.#asked !== key) await this.#showLayer(layer, key);
    if (this.#asked === key) await this.#kernels.show();
    this.mark();
  }

  mark() {
    const { opened } = this.bench.view.state;
    const name = this.bench.layer?.name;
    const isHere = opened?.kind === "activation-gradient" && opened.layer === name;
    const isScore = opened?.kind === "loss" && name === scoresLayer(this.bench);
    this.#sheet?.mark(isHere ? opened.place : isScore ? [opened.unit] : null);
    this.#kernels.mark();
  }

  /**
   * @param {GlassLayer} layer
   * @param {string} key
   */
  async #showLayer(layer, key) {
    this.#asked = key;
    const tensor = await this.bench.attempt(() => this.bench.values(layer.name, "gradient"));
    if (!tensor || this.#asked !== key) return;
    const { name, op, parameters } = layer;
    const has = parameters.length > 0;
    this.#about.replaceChildren(
      h("h3", {}, `${name} `, h("span", { class: "quiet" }, opTitle(op))),
      h("p", { class: "glass-formula" }, worded(words.formulas, has ? "weights" : op, words.formulas.other)),
      h("p", { class: "quiet" }, has ? words.weights : words.none),
    );
    this.#sheet = new Sheet({
      what: `dZ ${name}`,
      planes: planesOf({ ...tensor, name: `dZ ${name}` }),
      theme: this.bench.theme,
      signed: true,
      open: (place) => this.bench.open(blameOpener(this.bench, name, place)),
    });
    this.#maps.replaceChildren(h("h4", {}, words.maps(name)), this.#sheet.element);
    this.#showHanded(layer);
    const { opened } = this.bench.view.state;
    const isHere = opened && "layer" in opened && opened.layer === name && opened.kind !== "value";
    if (!has && !isHere) this.bench.open(blameOpener(this.bench, name, strongestPlace(tensor)));
  }

  /** @param {GlassLayer} layer */
  #showHanded({ inputs }) {
    const known = inputs.filter((input) => this.bench.layerNamed(input)?.gradient);
    const go = (/** @type {string} */ input) => {
      const click = () => this.bench.choose(input);
      return h("button", { type: "button", class: "text", on: { click } }, `← ${input}`);
    };
    this.#handed.replaceChildren(known.length ? words.handed : words.end, ...known.flatMap((input) => [" ", go(input)]));
  }
}
