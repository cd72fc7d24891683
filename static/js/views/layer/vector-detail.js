/**
 * A vector put together: what it is made from, the formula of the value under the cursor, and all
 * of its values.
 */

import { h, svg } from "../../lib/dom.js";
import { hasMaps, layerNamed } from "../../model/graph.js";
import { curve } from "../../lib/layout.js";
import { layerRange } from "../../model/colour-range.js";
import { byMap, explains } from "../../model/terms.js";
import { condense, paint } from "../../render/raster.js";
import { t } from "../../i18n/index.js";
import { formulaCard } from "../explain/card.js";
import { largestTerms } from "../explain/sum-card.js";
import { InputMap, nameTag } from "./input-map.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 */

const NARROW = 32; // rem in which there is no room beside the values
const BESIDE = 19; // rem for what stands before them, with the gaps
const HEAD = 11; // rem of a card without its products
const ROW = 1.875; // rem of a product
const ROWS = [3, 8];
const CELLS = 256; // of a vector that are drawn

/** @implements {View} */
export class VectorDetail {
  #input = h("div", { class: "vector-input" });
  #card = h("div", { class: "formula-card", hidden: true });
  #lines = svg("svg", { class: "lines", "aria-hidden": "true" });
  #sum = h("section", { class: "vector-sum" }, this.#input, this.#card, this.#lines);
  #room = ROWS[0] ?? 1;
  /** @type {InputMap | null} */
  #map = null;
  #paintInput = () => {};
  /** What the input is drawn for. */
  #drawn = "";
  /** @type {Explanation | null} */
  #told = null;

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {View} values
   */
  constructor(app, layer, values) {
    this.app = app;
    this.layer = layer;
    this.values = values;
    this.element = h("div", { class: "vector-detail" }, this.#sum, values.element);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = width < NARROW * rem;
    this.element.classList.toggle("narrow", isNarrow);
    const [least = 1, most = 1] = ROWS;
    this.#room = isNarrow ? least + 1 : Math.max(least, Math.min(most, Math.floor((height / rem - HEAD) / ROW)));
    this.#sum.style.height = isNarrow ? "" : `${height}px`;
    this.values.fit(isNarrow ? width : width - BESIDE * rem, height);
    this.#told = null;
  }

  /** @param {Tensor} tensor */
  paint(tensor) {
    this.values.paint(tensor);
    this.#paintInput();
    this.#told = null;
    this.#tell();
  }

  mark() {
    this.values.mark();
    this.#tell();
  }

  focus() {
    this.values.focus();
  }

  /** The card is that of the last value that was explained, until the next one is. */
  #tell() {
    const { explanation, cursor } = this.app.store.state;
    if (!explains(explanation, this.layer.name, cursor) || explanation === this.#told) return;
    this.#told = explanation;
    this.#card.replaceChildren(...formulaCard(this.app, explanation, this.#room));
    this.#card.hidden = !this.#card.hasChildNodes();
    this.#showInput(explanation);
    this.#drawLines(explanation);
  }

  /**
   * The vector that it is made from, or the map.
   *
   * @param {Explanation} explanation
   */
  #showInput({ terms }) {
    const { model, theme } = this.app.store.state;
    const [first] = terms;
    const source = model && layerNamed(model, first?.input ?? "");
    const [group] = byMap(terms);
    const isOfMaps = source !== null && hasMaps(source);
    const key = `${source?.name} ${isOfMaps ? group?.channel : ""} ${theme}`;
    if (key !== this.#drawn) {
      this.#drawn = key;
      const map = isOfMaps && group ? new InputMap(this.app, this.layer, group) : null;
      this.#map = map;
      if (map) this.#paintInput = () => void map.paint();
      if (this.#map && group) this.#input.replaceChildren(this.#map.element, nameTag(this.app, group));
      else this.#input.replaceChildren(...(source ? [this.#vector(source), h("span", { class: "row-name" }, h("span", {}, source.name))] : []));
    }
    this.#input.classList.toggle("of-maps", isOfMaps);
    this.#map?.mark(group ?? null);
  }

  /**
   * All of a vector as one column of cells.
   *
   * @param {Layer} source
   */
  #vector(source) {
    const canvas = h("canvas", { width: 1, height: 1 });
    this.#paintInput = async () => {
      const { numbers } = this.app.store.state;
      const tensor = await numbers?.whole(source).catch(() => null);
      const { analysis, theme } = this.app.store.state;
      const result = analysis?.layers.find(({ name }) => name === source.name);
      if (tensor && result) paint(canvas, condense(tensor.data, CELLS), 1, layerRange(result), theme);
    };
    this.#paintInput();
    const go = () => this.app.navigation.goTo(source.name, [this.#told ? (largestTerms(this.#told.terms, 1)[0]?.unit ?? 0) : 0]);
    const name = t.stage.goTo(source.name);
    return h("button", { type: "button", class: "heatmap vector-column", title: name, "aria-label": name, on: { click: go } }, canvas);
  }

  /**
   * From each place in the input to its line of the card.
   *
   * @param {Explanation} explanation
   */
  #drawLines({ terms: [first] }) {
    const { model } = this.app.store.state;
    const column = this.#input.firstElementChild;
    const lines = [...this.#card.querySelectorAll("[data-unit]")];
    const targets = lines.length ? lines : [...this.#card.querySelectorAll(".card-cell")].slice(0, 1);
    const source = model && layerNamed(model, first?.input ?? "");
    const home = this.#sum.getBoundingClientRect();
    const from = column?.getBoundingClientRect();
    const to = this.#card.getBoundingClientRect();
    const isBelow = this.element.classList.contains("narrow");
    const paths = targets.map((target) => {
      if (isBelow || !from || !source) return "";
      const unit = Number(target.getAttribute("data-unit") ?? first?.unit ?? 0);
      const part = this.#map ? 0.5 : (unit + 0.5) / (source.shape[0] ?? 1);
      const { top, height } = target.getBoundingClientRect();
      return curve(from.right - home.left, from.top - home.top + part * from.height, to.left - home.left, top + height / 2 - home.top);
    });
    this.#lines.replaceChildren(...paths.map((d) => svg("path", { d })));
  }
}
