/**
 * What the open map was made from: input maps with the window on them, the formula, and lines to
 * the number.
 */

import { h, svg } from "../../lib/dom.js";
import { isMapByMap } from "../../model/graph.js";
import { curve, evenSize } from "../../lib/layout.js";
import { byMap, explains, largestFirst } from "../../model/terms.js";
import { frameOf } from "../../model/window.js";
import { layerRange } from "../../model/colour-range.js";
import { formulaCard } from "../explain/card.js";
import { InputMap, isOf, nameTag, sourceOf } from "./input-map.js";
import { ramp } from "../shared/ramp.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {object} Inputs What stands before the open map.
 * @property {HTMLElement} element
 * @property {SVGElement} lines
 * @property {HTMLElement} between What stands between them and the map: the node of the sum, or the
 *   formula.
 * @property {HTMLElement | null} windowDetail
 * @property {(width: number, height: number, rem: number, isNarrow: boolean) => number} fit Take
 *   the room that is needed, and tell how much of the stage's width is left for the map.
 * @property {(tensor: Tensor | null) => void} paint The numbers at the cursor; and, told the
 *   layer's numbers, the maps.
 * @property {(target: HTMLElement) => void} mark Draw the lines to the number.
 */

const MOST_ROWS = 2;
const LEAST = 0.85; // of the room that a map takes rather than that all of its cells are of one size
const CARD = 7.5; // rem for the formula between the inputs and the map, with the gaps

/** @implements {Inputs} */
export class MapInputs {
  lines = svg("svg", { class: "lines", "aria-hidden": "true" });
  element = h("div", { class: "before" });
  between = h("div", { class: "formula-card", hidden: true });
  windowDetail = null;
  /** @type {InputMap[]} */
  #rows = [];
  #key = "";

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} rem
   * @param {boolean} isNarrow the inputs lie below the map instead of beside it
   */
  fit(width, height, rem, isNarrow) {
    const side = isNarrow ? 9 * rem : this.#sideOf(width, height, rem);
    this.element.style.setProperty("--side", `${side}px`);
    if (isNarrow || !this.layer.inputs.length) return width;
    return isMapByMap(this.layer) ? side : width - side - CARD * rem; // before and after in one size
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} rem
   */
  #sideOf(width, height, rem) {
    const source = sourceOf(this.app, this.layer.inputs[0] ?? "");
    const rows = this.layer.inputs.length || 1;
    const frame = source ? frameOf(this.layer, source) : { left: 0, top: 0, right: 1, bottom: 1 };
    const across = frame.right - frame.left;
    const byHeight = ((height / rows - 1.75 * rem) * across) / (frame.bottom - frame.top); // a name and a gap in each row
    return evenSize(Math.max(1.5 * rem, Math.min(byHeight, (width - CARD * rem) / 2)), across, LEAST);
  }

  /**
   * The same maps stay as long as the map stays, so that nothing jumps.
   *
   * @param {Tensor | null} tensor
   */
  paint(tensor) {
    const { explanation, layer, cursor, tile, theme } = this.app.store.state;
    if (tensor) for (const row of this.#rows) void row.paint();
    for (const row of this.#rows) row.slide();
    if (!explains(explanation, layer, cursor) || layer !== this.layer.name) return;
    const groups = byMap(explanation.terms);
    const key = `${tile} ${theme}`;
    if (this.#key !== key) {
      this.#key = key;
      const maps = largestFirst(groups).filter(({ input }) => sourceOf(this.app, input));
      this.#rows = maps.slice(0, MOST_ROWS).map((map) => new InputMap(this.app, this.layer, map));
      this.element.replaceChildren(...this.#rows.map((row) => this.#row(row)));
      for (const row of this.#rows) row.slide();
    }
    for (const row of this.#rows) row.mark(groups.find((group) => isOf(group, row)) ?? null);
    this.between.replaceChildren(...formulaCard(this.app, explanation));
    this.between.hidden = !this.between.hasChildNodes();
  }

  /** @param {InputMap} map */
  #row(map) {
    const { analysis, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === map.input);
    return h("div", { class: "row" }, map.element, h("div", { class: "row-foot" }, nameTag(this.app, map), result && ramp(layerRange(result), theme)));
  }

  /**
   * Draw lines from the windows to the number.
   *
   * @param {HTMLElement} target the mark on the large map
   */
  mark(target) {
    const home = this.lines.getBoundingClientRect();
    const to = target.getBoundingClientRect();
    const isBelow = this.element.parentElement?.classList.contains("narrow");
    const paths = this.#rows.flatMap(({ window }) => {
      if (!window || isBelow) return [];
      const from = window.getBoundingClientRect();
      return [curve(from.right - home.left, from.top + from.height / 2 - home.top, to.left + to.width / 2 - home.left, to.top + to.height / 2 - home.top)];
    });
    this.lines.replaceChildren(...paths.map((d) => svg("path", { d })));
  }
}
