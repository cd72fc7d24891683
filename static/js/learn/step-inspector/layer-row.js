/** The layers in a row, each with a small picture of its numbers: on the way forward, or on the way back. */

import { h, setAttribute } from "../../lib/dom.js";
import { paint } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { say } from "../../i18n/index.js";
import { opTitle } from "../../model/layer-text.js";
import { mosaic } from "./planes.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("../types.js").GlassLayer} GlassLayer
 */

const words = say.learn.glass.row;
const MOST = 3; // maps in a row of a small picture

export class Row {
  #list = h("ol", { class: "glass-row" });
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {Bench} bench
   * @param {"value" | "gradient"} of
   */
  constructor(bench, of) {
    this.bench = bench;
    this.of = of;
    this.element = h("nav", { class: `glass-way ${of}`, "aria-label": words[of] }, this.#list);
  }

  show() {
    const { glass } = this.bench;
    if (!glass) return;
    const layers = glass.layers.filter(({ gradient }) => this.of === "value" || gradient);
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
      const isChosen = name === this.bench.view.state.layer;
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

  /** @param {GlassLayer} layer */
  #card(layer) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    void this.#picture(layer, canvas);
    const click = () => this.bench.choose(layer.name);
    return h(
      "button",
      { type: "button", class: layer.shape.length === 3 ? "glass-card" : "glass-card vector", on: { click } },
      h("span", { class: "glass-mini" }, canvas),
      h("b", {}, layer.name),
      h("span", { class: "quiet" }, opTitle(layer.op)),
      h("span", { class: "quiet" }, layer.shape.join("\u202f×\u202f")),
    );
  }

  /**
   * @param {GlassLayer} layer
   * @param {HTMLCanvasElement} canvas
   */
  async #picture({ name }, canvas) {
    const tensor = await this.bench.attempt(() => this.bench.values(name, this.of));
    if (!tensor) return;
    const { min, max } = extremes(tensor.data);
    const { values, width } = mosaic(tensor, MOST);
    paint(canvas, values, width, rangeOf(min, max, this.of === "gradient" || min < 0), this.bench.theme);
  }
}
