/**
 * One map, or a long vector, three times: before, after and the difference, with one cursor and its
 * three numbers.
 */

import { h, placeBox } from "../../lib/dom.js";
import { number, signed } from "../../i18n/format.js";
import { hasMaps, mapName } from "../../model/graph.js";
import { evenSize } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { extremes } from "../../model/colour-range.js";
import { fractions } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";
import { lineLength, peekBoth, readBoth, readValues, whenBoth } from "./tensors.js";
import { ramp } from "../shared/ramp.js";
import { sideNames } from "./switch.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("./tensors.js").Both} Both
 * @typedef {import("../layer/stage.js").View} View
 *
 * @typedef {{ sheet: HTMLElement, canvas: HTMLCanvasElement, mark: HTMLElement, value: HTMLElement,
 *   figure: HTMLElement, name: HTMLElement }} Part
 */

const KEYS = /** @type {const} */ (["reference", "candidate", "difference"]);

/** @implements {View} */
export class CompareLarge {
  #parts;
  #columns;
  #rows;

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {() => void} repaint called when numbers that are waited for are here
   */
  constructor(app, layer, repaint) {
    this.app = app;
    this.layer = layer;
    this.repaint = repaint;
    this.#columns = lineLength(app, layer);
    this.#rows = hasMaps(layer) ? (layer.shape[1] ?? 1) : Math.ceil((layer.shape[0] ?? 1) / this.#columns);
    this.#parts = { reference: this.#part(), candidate: this.#part(), difference: this.#part() };
    this.element = h("div", { class: "compare-large" }, ...KEYS.map((key) => this.#parts[key].figure));
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = width < 32 * root;
    this.element.classList.toggle("narrow", isNarrow);
    const aside = isNarrow ? width : (width - 2 * root) / 3;
    const down = isNarrow ? Infinity : height - 3 * root;
    const size = evenSize(Math.min(aside, (down * this.#columns) / this.#rows), this.#columns);
    for (const { sheet, figure } of Object.values(this.#parts)) {
      figure.style.width = `${size}px`;
      sheet.style.width = `${size}px`;
      sheet.style.height = `${(size * this.#rows) / this.#columns}px`;
    }
  }

  paint() {
    const { pair, tile, theme } = this.app.store.state;
    const both = peekBoth(pair, this.layer);
    if (!both) {
      void whenBoth(this.app, this.layer, this.repaint);
      return;
    }
    const names = { ...sideNames(this.app.store.state), difference: t.whatif.difference };
    for (const key of KEYS) {
      const { canvas, sheet, name } = this.#parts[key];
      const values = hasMaps(this.layer) ? planeOf(both[key], tile) : both[key].data;
      const isChange = key === "difference";
      paint(canvas, values, this.#columns, isChange ? both.changes : both.values, theme);
      name.replaceChildren(names[key], isChange ? ramp(both.changes, theme) : ""); // the legend is that of the values
      const { min, max, mean } = extremes(values);
      const what = hasMaps(this.layer) ? `${this.layer.name}, ${mapName(this.layer, tile)}` : this.layer.name;
      sheet.setAttribute("aria-label", t.whatif.stage.sheet(what, names[key], number(min), number(max), number(mean)));
    }
    this.mark();
  }

  mark() {
    const { cursor, pair, held } = this.app.store.state;
    const both = peekBoth(pair, this.layer);
    const [first = 0, row, column] = cursor ?? [];
    const y = row ?? Math.floor(first / this.#columns);
    const x = column ?? first % this.#columns;
    const box = cursor && fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, this.#rows, this.#columns);
    const values = both && cursor ? readBoth(both, cursor) : null;
    for (const key of KEYS) {
      const { mark, value, sheet } = this.#parts[key];
      placeBox(mark, box);
      sheet.classList.toggle("held", held !== null);
      const text = key === "difference" ? signed(values?.difference ?? 0) : number(values?.[key] ?? 0);
      value.textContent = values ? text : "";
      value.dataset.value = String(values?.[key] ?? "");
    }
  }

  focus() {
    this.#parts.reference.sheet.focus({ preventScroll: true });
  }

  reading() {
    const { cursor, pair } = this.app.store.state;
    const both = peekBoth(pair, this.layer);
    return both && cursor ? readValues(both, cursor) : null;
  }

  /** @returns {Part} */
  #part() {
    const canvas = h("canvas", { width: 1, height: 1 });
    const mark = h("span", { class: "highlight", hidden: true });
    const sheet = h(
      "div",
      {
        class: "heatmap large",
        tabindex: 0,
        role: "application",
        "aria-roledescription": "heatmap",
        data: hasMaps(this.layer) ? { cursor: "" } : {},
        on: pointing(this.app.navigation, (event) => this.#placeOf(event, canvas), { drags: true }),
      },
      canvas,
      mark,
    );
    const name = h("span", {});
    const value = h("output", {});
    const figure = h("figure", {}, sheet, h("figcaption", {}, name, value));
    return { sheet, canvas, mark, value, figure, name };
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLCanvasElement} canvas
   * @returns {Place}
   */
  #placeOf(event, canvas) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const within = (/** @type {number} */ share, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const y = within((event.clientY - top) / height, this.#rows);
    const x = within((event.clientX - left) / width, this.#columns);
    if (hasMaps(this.layer)) return [this.app.store.state.tile, y, x];
    return [Math.min((this.layer.shape[0] ?? 1) - 1, y * this.#columns + x)];
  }
}
