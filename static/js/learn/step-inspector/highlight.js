/** The map that holds a term's value, with that value highlighted. */

import { h, placeBox } from "../../lib/dom.js";
import { paint } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { numberName } from "./view-model.js";
import { precise } from "./figure.js";
import { planesOf } from "./planes.js";
import { boxOf } from "./heatmap.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../../state/types.js").Place} Place
 *
 * @typedef {object} Light Where a number stands.
 * @property {string} symbol what it is in the formula: dZ, A
 * @property {string} layer
 * @property {"value" | "gradient"} of
 * @property {number} picture
 * @property {Place} place
 */

export class Highlight {
  #canvas = h("canvas", {});
  #mark = h("span", { class: "highlight" });
  #plane = h("div", { class: "step-highlight-heatmap", role: "img" }, this.#canvas, this.#mark);
  #caption = h("figcaption", { class: "muted" });
  #asked = "";

  /** @param {StepViewModel} viewModel */
  constructor(viewModel) {
    this.viewModel = viewModel;
    this.element = h("figure", { class: "step-highlight", hidden: true }, this.#plane, this.#caption);
  }

  /** @param {Light | null} light */
  async show(light) {
    const key = JSON.stringify(light);
    if (key === this.#asked) return;
    this.#asked = key;
    if (!light) {
      this.element.hidden = true;
      return;
    }
    const { layer, of, picture, place, symbol } = light;
    const tensor = await this.viewModel.attempt(() => this.viewModel.values(layer, of, picture));
    if (!tensor || this.#asked !== key) return; // the reader points at another one meanwhile
    const planes = planesOf(tensor);
    const plane = planes[place.length === 3 ? (place[0] ?? 0) : 0];
    if (!plane) return;
    const i = place.length === 3 ? (place[1] ?? 0) * plane.width + (place[2] ?? 0) : (place[0] ?? 0);
    const { min, max } = extremes(plane.values);
    paint(this.#canvas, plane.values, plane.width, rangeOf(min, max, of === "gradient" || min < 0), this.viewModel.theme);
    const rows = Math.ceil(plane.values.length / plane.width);
    this.#plane.style.aspectRatio = `${plane.width} / ${rows}`;
    placeBox(this.#mark, boxOf(plane, i));
    const text = `${symbol}: ${numberName(layer, place)} = ${precise(plane.values[i] ?? NaN)}`;
    const whose = picture === this.viewModel.stepTrace?.picture ? "" : ` · ${t.learn.stepInspector.pictures.one(picture)}`;
    this.#plane.setAttribute("aria-label", text + whose);
    this.#caption.textContent = text + whose;
    this.element.hidden = false;
  }
}
