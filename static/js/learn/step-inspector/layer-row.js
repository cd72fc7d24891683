/**
 * The layers in a row, each with a small picture of its numbers: on the way forward, or on the way
 * back.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { paint } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { opTitle } from "../../model/layer-text.js";
import { mosaic } from "./planes.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepLayer} StepLayer
 */

const words = t.learn.stepInspector.row;
const MOST = 3; // maps in a row of a small picture

export class Row {
  #list = h("ol", { class: "step-row" });
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {StepViewModel} viewModel
   * @param {"value" | "gradient"} of
   */
  constructor(viewModel, of) {
    this.viewModel = viewModel;
    this.of = of;
    this.element = h("nav", { class: `step-way ${of}`, "aria-label": words[of] }, this.#list);
  }

  show() {
    const { stepTrace } = this.viewModel;
    if (!stepTrace) return;
    const layers = stepTrace.layers.filter(({ gradient }) => this.of === "value" || gradient);
    const focused = [...this.#buttons].find(([, button]) => button === document.activeElement)?.[0];
    this.#buttons = new Map(layers.map((layer) => [layer.name, this.#card(layer)]));
    this.#list.replaceChildren(
      ...[...this.#buttons.values()].map((button, i) => {
        const order = this.of === "value" ? i : layers.length - 1 - i;
        return h("li", { style: { "--order": String(order) } }, button);
      }),
    );
    if (focused) this.#buttons.get(focused)?.focus({ preventScroll: true });
    this.choose();
  }

  choose() {
    for (const [name, button] of this.#buttons) {
      const isChosen = name === this.viewModel.view.state.layer;
      setAttribute(button, "aria-current", isChosen && "true");
      if (isChosen && button.parentElement) this.#uncover(button.parentElement);
    }
  }

  /**
   * Scroll the row, never the page.
   *
   * @param {HTMLElement} item
   */
  #uncover({ offsetLeft, offsetWidth }) {
    const left = offsetLeft - this.#list.offsetLeft;
    const { scrollLeft, clientWidth } = this.#list;
    if (left < scrollLeft || left + offsetWidth > scrollLeft + clientWidth) {
      this.#list.scrollLeft = left - (clientWidth - offsetWidth) / 2;
    }
  }

  /** @param {StepLayer} layer */
  #card(layer) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    void this.#picture(layer, canvas);
    const click = () => this.viewModel.choose(layer.name);
    return h(
      "button",
      { type: "button", class: layer.shape.length === 3 ? "step-card" : "step-card vector", on: { click } },
      h("span", { class: "step-mini" }, canvas),
      h("b", {}, layer.name),
      h("span", { class: "muted" }, opTitle(layer)),
      h("span", { class: "muted" }, layer.shape.join("\u202f×\u202f")),
    );
  }

  /**
   * @param {StepLayer} layer
   * @param {HTMLCanvasElement} canvas
   */
  async #picture({ name }, canvas) {
    const tensor = await this.viewModel.attempt(() => this.viewModel.values(name, this.of));
    if (!tensor) return;
    const { min, max } = extremes(tensor.data);
    const { values, width } = mosaic(tensor, MOST);
    paint(canvas, values, width, rangeOf(min, max, this.of === "gradient" || min < 0), this.viewModel.theme);
  }
}
