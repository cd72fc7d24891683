/** Phase 3: the backward pass, layer by layer: gradients of parameters and activations. */

import { h } from "../../lib/dom.js";
import { strongestPlace } from "../../model/tensors.js";
import { t } from "../../i18n/index.js";
import { opTitle } from "../../model/layer-text.js";
import { letterOf, worded } from "./view-model.js";
import { Kernels } from "./kernels.js";
import { activationGradientOpener, scoresLayer } from "./value-detail.js";
import { planesOf } from "./planes.js";
import { Row } from "./layer-row.js";
import { Heatmap } from "./heatmap.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepLayer} StepLayer
 */

const words = t.learn.stepInspector.backward;

export class Backward {
  #row;
  #about = h("div", { class: "step-about" });
  #maps = h("div", {});
  #kernels;
  #handed = h("p", { class: "step-handed" });
  /** @type {Heatmap | null} */
  #heatmap = null;
  #asked = "";

  /** @param {StepViewModel} viewModel */
  constructor(viewModel) {
    this.viewModel = viewModel;
    this.#row = new Row(viewModel, "gradient");
    this.#kernels = new Kernels(viewModel, ["gradient"], "gradient");
    this.above = this.#row.element;
    this.element = h("div", { class: "step-phase" }, this.#about, this.#kernels.element, this.#maps, this.#handed);
  }

  show() {
    this.#row.show();
    if (this.viewModel.view.state.opened?.kind === "loss") this.viewModel.choose(scoresLayer(this.viewModel)); // the way back begins at the loss
    void this.choose();
  }

  async choose() {
    const { stepTrace, layer, theme } = this.viewModel;
    if (!stepTrace || !layer) return;
    if (!layer.gradient) {
      this.viewModel.choose(scoresLayer(this.viewModel)); // no gradient is known of this one
      return;
    }
    this.#row.choose();
    const key = JSON.stringify([stepTrace.id, stepTrace.picture, layer.name, theme]);
    if (this.#asked !== key) await this.#showLayer(layer, key);
    if (this.#asked === key) await this.#kernels.show();
    this.mark();
  }

  mark() {
    const { opened } = this.viewModel.view.state;
    const name = this.viewModel.layer?.name;
    const isHere = opened?.kind === "activation-gradient" && opened.layer === name;
    const isScore = opened?.kind === "loss" && name === scoresLayer(this.viewModel);
    this.#heatmap?.mark(isHere ? opened.place : isScore ? [opened.unit] : null);
    this.#kernels.mark();
  }

  /**
   * @param {StepLayer} layer
   * @param {string} key
   */
  async #showLayer(layer, key) {
    this.#asked = key;
    const tensor = await this.viewModel.attempt(() => this.viewModel.values(layer.name, "gradient"));
    if (!tensor || this.#asked !== key) return;
    const { name, op, parameters } = layer;
    const has = parameters.length > 0;
    this.#about.replaceChildren(
      h("h3", {}, `${name} `, h("span", { class: "muted" }, opTitle(layer))),
      h("p", { class: "step-formula" }, worded(words.formulas, has ? "weights" : op, words.formulas.other)),
      h("p", { class: "muted" }, has ? words.weights : words.none),
    );
    const symbol = `d${letterOf(this.viewModel, name)}`;
    this.#heatmap = new Heatmap({
      what: `${symbol} ${name}`,
      planes: planesOf({ ...tensor, name: `${symbol} ${name}` }),
      theme: this.viewModel.theme,
      signed: true,
      open: (place) => this.viewModel.open(activationGradientOpener(this.viewModel, name, place)),
    });
    this.#maps.replaceChildren(h("h4", {}, words.maps(symbol, name)), this.#heatmap.element);
    this.#showHanded(layer);
    const { opened } = this.viewModel.view.state;
    const isHere = opened && "layer" in opened && opened.layer === name && opened.kind !== "value";
    if (!has && !isHere) this.viewModel.open(activationGradientOpener(this.viewModel, name, strongestPlace(tensor)));
  }

  /** @param {StepLayer} layer */
  #showHanded({ inputs }) {
    const known = inputs.filter((input) => this.viewModel.layerNamed(input)?.gradient);
    const go = (/** @type {string} */ input) => {
      const click = () => this.viewModel.choose(input);
      return h("button", { type: "button", class: "text", on: { click } }, `← d${letterOf(this.viewModel, input)} ${words.of} ${input}`);
    };
    this.#handed.replaceChildren(known.length ? words.passed : words.end, ...known.flatMap((input) => [" ", go(input)]));
  }
}
