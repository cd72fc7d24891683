/** A long vector as cells, read like text: line by line, each line as many whole maps as fit. */

import { h, placeBox } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { mapsBehind } from "../../model/graph.js";
import { paint } from "../../render/raster.js";
import { extremes, layerRange } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 */

/** @implements {View} */
export class Cells {
  #canvas = h("canvas", { width: 1, height: 1 });
  #mark = h("span", { class: "highlight", hidden: true });
  #across = 1;
  #sheet;
  /** @type {Tensor | null} */
  #tensor = null;

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#sheet = h(
      "div",
      {
        class: "heatmap sheet",
        tabindex: 0,
        role: "img",
        on: pointing(app.navigation, (event) => this.#placeOf(event)),
      },
      this.#canvas,
      this.#mark,
    );
    this.element = h("div", { class: "cells" }, this.#sheet);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const count = this.layer.shape[0] ?? 1;
    const { model } = this.app.store.state;
    const maps = model && mapsBehind(model, this.layer.name);
    const run = maps ? (maps.shape[1] ?? 1) * (maps.shape[2] ?? 1) : 1;
    const square = Math.sqrt((count * width) / height);
    this.#across = Math.min(count, Math.max(1, Math.round(square / run)) * run);
    const cell = Math.max(1, Math.floor(Math.min(width / this.#across, height / Math.ceil(count / this.#across))));
    this.#sheet.style.width = `${cell * this.#across}px`;
    this.#sheet.style.height = `${cell * Math.ceil(count / this.#across)}px`;
    if (this.#tensor) this.paint(this.#tensor);
  }

  /** @param {Tensor} tensor */
  paint(tensor) {
    const { analysis, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.layer.name);
    if (!result) return;
    this.#tensor = tensor;
    paint(this.#canvas, tensor.data, this.#across, layerRange(result), theme);
    const { min, max, mean } = extremes(tensor.data);
    const figures = t.numbers.span(number(min), number(max), number(mean));
    this.#sheet.setAttribute("aria-label", t.stage.cells(this.layer.name, tensor.data.length, figures));
  }

  mark() {
    const unit = this.app.store.state.cursor?.[0] ?? 0;
    const rows = Math.ceil((this.layer.shape[0] ?? 1) / this.#across);
    const [y, x] = [Math.floor(unit / this.#across), unit % this.#across];
    placeBox(this.#mark, { left: x / this.#across, top: y / rows, width: 1 / this.#across, height: 1 / rows });
  }

  focus() {
    this.#sheet.focus({ preventScroll: true });
  }

  /**
   * @param {MouseEvent} event
   * @returns {import("../../state/types.js").Place}
   */
  #placeOf(event) {
    const count = this.layer.shape[0] ?? 1;
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const rows = Math.ceil(count / this.#across);
    const y = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * rows)));
    const x = Math.min(this.#across - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * this.#across)));
    return [Math.min(count - 1, y * this.#across + x)];
  }
}
