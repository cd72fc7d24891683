/**
 * A convolution put together, a transposed one too: input channels, their kernels, the maps of the
 * products, the sum with its bias. Whatever stands here adds up to the value of the open map, at
 * every position.
 */

import { fetchWeights } from "../../api/client.js";
import { h, placeBox, svg } from "../../lib/dom.js";
import { count, number, summands } from "../../i18n/format.js";
import { curve, evenSize } from "../../lib/layout.js";
import { layerRange, rangeOf } from "../../model/colour-range.js";
import { productMap, restMap } from "../../model/products.js";
import { byMap, explains, fractions, largestFirst } from "../../model/terms.js";
import { frameOf, slidingOf } from "../../model/window.js";
import { paint, planeOf } from "../../render/raster.js";
import { t } from "../../i18n/index.js";
import { reach } from "../explain/components.js";
import { InputMap, isOf, nameOf, nameTag, sourceOf } from "./input-map.js";
import { ramp } from "../shared/ramp.js";
import { Veil } from "./veil.js";
import { WindowDetail } from "./window-detail.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("../../model/terms.js").Group} Group
 * @typedef {import("./map-inputs.js").Inputs} Inputs
 *
 * @typedef {object} Row One addend: a channel, or all the others together.
 * @property {HTMLElement} element
 * @property {HTMLCanvasElement} canvas The map of what it brings.
 * @property {HTMLElement} spot The place in it.
 * @property {Veil} veil
 * @property {HTMLDataElement} figure
 * @property {InputMap | null} input
 * @property {HTMLCanvasElement | null} kernel
 * @property {HTMLElement | null} choose
 * @property {SVGPathElement} line
 *
 * @typedef {object} Filter What the rows show, chosen once for a map.
 * @property {string} key
 * @property {number} tile
 * @property {number} bias
 * @property {Group[]} shown
 * @property {number} others How many are not shown.
 * @property {Float64Array[]} products Of the shown ones and, last, of the others; empty until their
 *   numbers are here.
 */

const ROW = 4.75; // rem that a row needs at least
const MOST_ROWS = 4;
const KERNEL = 0.5; // of a map's side
const NARROWEST = 3.5; // rem of a map, whose number stands below it
const SIGNS = 2.5; // rem in a row for × and =
const NODE = 5; // rem for the node of the sum
const LINES = [2.5, 1.5]; // rem before and after it, at least

/** @implements {Inputs} */
export class ConvSum {
  lines = svg("svg", { class: "lines", "aria-hidden": "true" });
  element = h("div", { class: "before conv-sum" });
  #plus = h("span", { class: "plus", "aria-hidden": "true" }, "+");
  #bias = h("data", { class: "addend" });
  #total = h("data", { class: "sum-total" });
  #biasDot = h("span", { class: "dot", "aria-hidden": "true" });
  between = h(
    "div",
    { class: "sum-node" },
    h("span", { class: "bias" }, h("span", { class: "muted" }, t.explain.bias), this.#bias, this.#biasDot),
    this.#plus,
    h("span", { class: "result" }, this.#total, h("span", { class: "call-out" }, t.mapDetail.sum.add)),
  );
  #windowDetail;
  #biasLine = svg("path", {});
  #lastLine = svg("path", { class: "lit" });
  #room = MOST_ROWS;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Filter | null} */
  #filter = null;
  /** The row that the pointer is on. @type {Row | null} */
  #pointed = null;
  /** @type {Tensor | null} */
  #tensor = null;

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#windowDetail = new WindowDetail(app);
    this.windowDetail = this.#windowDetail.element;
  }

  get #source() {
    return sourceOf(this.app, this.layer.inputs[0] ?? "");
  }

  /** How many input channels a map is made from: those of its group. */
  get #depth() {
    return (this.#source?.shape[0] ?? 1) / Number(this.layer.attributes.groups ?? 1);
  }

  /**
   * A window of a transposed one holds part of the kernel only: the cells that paint on the place.
   */
  get #isTransposed() {
    return slidingOf(this.layer)?.isTransposed ?? false;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} rem
   * @param {boolean} isNarrow
   */
  fit(width, height, rem, isNarrow) {
    const free = height - 3 * rem; // the call-out above, the scales below
    this.#room = isNarrow ? MOST_ROWS : Math.max(2, Math.min(MOST_ROWS, Math.floor(free / (ROW * rem))));
    const { tallest, across } = this.#shape();
    const heightOf = (/** @type {number} */ rows) => (free / rows - 1.75 * rem) / tallest; // without its name and a gap
    if (!isNarrow && tallest > 1.25 && heightOf(this.#room) < NARROWEST * rem) this.#room = Math.max(2, this.#room - 1); // its padding makes a map high
    const byHeight = heightOf(Math.min(this.#room, this.#depth));
    const side = isNarrow ? 4.5 * rem : evenSize(Math.max(NARROWEST * rem, Math.min(byHeight, width * 0.11, 12 * rem)), across);
    this.element.style.setProperty("--side", `${side}px`);
    this.element.style.setProperty("--kernel-side", `${side * KERNEL}px`);
    const [before = 0, after = 0] = LINES;
    return isNarrow ? width : width - (2 + KERNEL) * side - (SIGNS + before + NODE + after) * rem;
  }

  /**
   * How high a row's maps are at most, in their widths; and how many cells lie in the input's
   * width.
   */
  #shape() {
    const [, rows = 1, columns = 1] = this.layer.shape;
    const source = this.#source;
    const { left, top, right, bottom } = source ? frameOf(this.layer, source) : { left: 0, top: 0, right: 1, bottom: 1 };
    return { tallest: Math.max(rows / columns, (bottom - top) / (right - left)), across: right - left };
  }

  /** @param {Tensor | null} tensor */
  paint(tensor) {
    const { explanation, layer, cursor } = this.app.store.state;
    if (layer !== this.layer.name) return;
    const isNew = tensor !== null;
    if (isNew) this.#tensor = tensor;
    for (const { input } of this.#rows) {
      input?.slide();
      if (isNew) void input?.paint();
    }
    if (explains(explanation, layer, cursor)) this.#explain(explanation);
    if (isNew) this.#compute();
    this.#write();
  }

  /**
   * Choose the channels, once for each map, so that nothing jumps; and show one of them closely.
   *
   * @param {Explanation} explanation
   */
  #explain(explanation) {
    const { tile, focus, theme } = this.app.store.state;
    const groups = this.#groups(explanation);
    const chosen = groups.find((group) => focus && isOf(group, focus));
    const key = `${tile} ${this.#room} ${theme}`;
    if (this.#filter?.key !== key) {
      const sorted = largestFirst(groups);
      this.#choose({ key, tile, bias: explanation.bias, shown: sorted.slice(0, sorted.length <= this.#room ? sorted.length : this.#room - 1), others: 0, products: [] }, groups);
    }
    const filter = this.#filter;
    if (!filter) return;
    if (chosen && !filter.shown.some((group) => isOf(group, chosen))) {
      this.#choose({ ...filter, shown: [...filter.shown.slice(0, -1), chosen] }, groups); // one chosen in the ledger takes the place of the last
    }
    const close = chosen ?? groups.find((group) => filter.shown[0] && isOf(group, filter.shown[0]));
    if (!close) return;
    this.#windowDetail.show(explanation, this.layer, close);
    for (const { input, choose, element } of this.#rows) {
      const isClose = input !== null && isOf(input, close);
      element.classList.toggle("shown", isClose);
      choose?.setAttribute("aria-pressed", String(isClose));
    }
    this.#light();
    if (!chosen) this.app.store.set({ focus: { input: close.input, channel: close.channel } }); // it stays while the window moves
  }

  /**
   * What each channel brings; of a transposed one, nothing, where a place lies between all kernels.
   *
   * @param {Explanation} explanation
   * @returns {Group[]}
   */
  #groups({ terms }) {
    if (terms.length) return byMap(terms);
    const first = this.#firstChannel;
    return Array.from({ length: this.#depth }, (_, i) => ({ input: this.layer.inputs[0] ?? "", channel: first + i, terms: [], sum: 0 }));
  }

  /** Of the open map's group. */
  get #firstChannel() {
    return Math.floor(this.app.store.state.tile / this.#perGroup) * this.#depth;
  }

  get #perGroup() {
    return (this.layer.shape[0] ?? 1) / Number(this.layer.attributes.groups ?? 1);
  }

  /**
   * @param {Filter} filter
   * @param {Group[]} groups all of them
   */
  #choose(filter, groups) {
    this.#filter = { ...filter, others: groups.length - filter.shown.length, products: [] };
    this.#pointed = null;
    this.#rows = filter.shown.map((group) => this.#row(group));
    if (!this.#isTransposed) this.#paintKernels(filter.shown.map(weightsOf), reach(groups.flatMap(weightsOf)));
    if (this.#filter.others) this.#rows.push(this.#restRow(this.#filter.others));
    this.element.replaceChildren(
      h("p", { class: "call-out" }, this.#isTransposed ? t.mapDetail.sum.paint : t.mapDetail.sum.slide, svg("svg", { viewBox: "0 0 20 12", "aria-hidden": "true" }, svg("path", { d: "M1 3c8-3 13 0 14 7m-3-3 3 3 3-4" }))),
      ...this.#rows.map(({ element }) => element),
    );
    this.lines.replaceChildren(...this.#rows.map(({ line }) => line), this.#biasLine, this.#lastLine);
    this.#compute();
  }

  /**
   * @param {Group} group
   * @returns {Row}
   */
  #row(group) {
    const { input, channel } = group;
    const map = new InputMap(this.app, this.layer, group);
    const kernel = h("canvas", { class: "kernel", width: 1, height: 1 });
    const name = `${t.mapDetail.windowDetail.choose}: ${nameOf(this.app, group)}`;
    const focus = () => this.app.store.set({ focus: { input, channel } });
    const choose = h("button", { type: "button", class: "row-kernel", title: t.mapDetail.windowDetail.choose, "aria-label": name, on: { click: focus } }, kernel);
    const row = this.#addend([map.element, sign("×"), choose], nameTag(this.app, group));
    const point = (/** @type {PointerEvent} */ { pointerType }) => pointerType === "mouse" && focus();
    row.element.addEventListener("pointerenter", point);
    map.slide();
    return { ...row, input: map, kernel, choose };
  }

  /**
   * @param {number} others
   * @returns {Row}
   */
  #restRow(others) {
    const name = h("span", { class: "rest" }, h("b", {}, t.mapDetail.terms.others(count(others))), h("span", { class: "call-out" }, t.mapDetail.sum.others));
    const row = this.#addend([name], null);
    row.element.classList.add("others");
    return { ...row, input: null, kernel: null, choose: null };
  }

  /**
   * @param {Node[]} parts what is multiplied
   * @param {Node | null} name
   */
  #addend(parts, name) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const spot = h("span", { class: "highlight", hidden: true });
    const veil = new Veil();
    const figure = h("data", { class: "addend row-sum" });
    const [, rows = 1, columns = 1] = this.layer.shape;
    const map = h("span", { class: "heatmap product", style: { "--aspect": `${columns} / ${rows}` } }, canvas, ...veil.elements, spot);
    const line = svg("path", {});
    const element = h("div", { class: "row" }, ...parts, sign("="), map, name, figure);
    /** @type {Row} */
    const row = { element, canvas, spot, veil, figure, input: null, kernel: null, choose: null, line };
    element.addEventListener("pointerenter", () => this.#point(element));
    element.addEventListener("pointerleave", () => this.#point(null));
    return row;
  }

  /** @param {HTMLElement | null} element */
  #point(element) {
    this.#pointed = this.#rows.find((row) => row.element === element) ?? null;
    this.#light();
  }

  /** The line of the row that is pointed at stands out; else of the one that is shown closely. */
  #light() {
    for (const row of this.#rows) {
      const isLit = this.#pointed ? row === this.#pointed : row.element.classList.contains("shown");
      row.element.classList.toggle("lit", isLit);
      row.line.classList.toggle("lit", isLit);
    }
  }

  /**
   * The maps of the products, once for the open map: from then on every number is there at once.
   */
  async #compute() {
    const filter = this.#filter;
    const source = this.#source;
    const { numbers, tile } = this.app.store.state;
    if (!filter || !source || !numbers || !this.#tensor || filter.tile !== tile) return;
    const wanted = Promise.all([numbers.some(source, filter.shown.map(({ channel }) => channel)), this.#kernels(filter)]);
    const [planes, kernels] = (await wanted.catch(() => null)) ?? [];
    if (!planes || !kernels || this.#filter !== filter || !this.#tensor) return;
    if (this.#isTransposed) this.#paintKernels(kernels, reach(kernels.flat()));
    const map = planeOf(this.#tensor, filter.tile);
    filter.products = kernels.map((weights, i) => productMap(this.layer, source, planeOf(planes, i), weights));
    if (filter.others) filter.products.push(restMap(map, filter.bias, filter.products));
    this.#paintProducts(filter.products);
    this.#write();
  }

  /**
   * The shown channels' kernels. Every window of a convolution has all of it; of a transposed one
   * they are asked for, by channel, as its weights lie.
   *
   * @param {Filter} filter
   * @returns {Promise<number[][]>}
   */
  async #kernels({ shown, tile }) {
    const { model } = this.app.store.state;
    if (!this.#isTransposed || !model) return shown.map(weightsOf);
    const { parameters } = await fetchWeights(model.id, this.layer.name, shown.map(({ channel }) => channel));
    return parameters.weight.map((/** @type {number[][][]} */ ofChannel) => (ofChannel[tile % this.#perGroup] ?? []).flat().map(Math.fround)); // as they are before they are written in decimals
  }

  /**
   * @param {number[][]} kernels of the shown channels
   * @param {number} most the end of their scale
   */
  #paintKernels(kernels, most) {
    const range = rangeOf(-most, most, true);
    const width = slidingOf(this.layer)?.kernel[1] ?? 1;
    this.#rows.forEach(({ kernel }, i) => kernel && paint(kernel, kernels[i] ?? [], width, range, this.app.store.state.theme));
  }

  /**
   * All on one scale, symmetric about zero.
   *
   * @param {Float64Array[]} products
   */
  #paintProducts(products) {
    const { theme } = this.app.store.state;
    const most = products.reduce((largest, product) => product.reduce((a, b) => Math.max(a, Math.abs(b)), largest), 0) || 1;
    const range = rangeOf(-most, most, true);
    this.#rows.forEach(({ canvas }, i) => products[i] && paint(canvas, products[i], this.layer.shape[2] ?? 1, range, theme));
    this.element.querySelector(".scales-below")?.remove();
    const result = this.app.store.state.analysis?.layers.find(({ name }) => name === this.layer.inputs[0]);
    this.element.append(h("div", { class: "scales-below" }, result && ramp(layerRange(result), theme), ramp(range, theme)));
  }

  /** The numbers at the cursor. */
  #write() {
    const { cursor, animation, explanation } = this.app.store.state;
    const [channel, y, x] = cursor ?? [];
    for (const { veil } of this.#rows) veil.mark(this.layer.shape, animation);
    const [, rows = 1, columns = 1] = this.layer.shape;
    const filter = this.#filter;
    if (!filter?.products.length || !this.#tensor || channel !== filter.tile || y === undefined || x === undefined) return;
    const at = y * columns + x;
    const parts = [...filter.products.map((product) => product[at] ?? NaN), filter.bias];
    const total = planeOf(this.#tensor, filter.tile)[at] ?? NaN;
    const texts = summands(parts, total, filter.others ? [filter.shown.length] : [...filter.shown.keys()]); // the bias is as it is
    const figures = [...this.#rows.map(({ figure }) => figure), this.#bias];
    figures.forEach((figure, i) => write(figure, parts[i] ?? NaN, texts[i] ?? ""));
    write(this.#total, total, `= ${number(total)}`);
    const close = this.#rows.findIndex(({ element }) => element.classList.contains("shown"));
    if (explains(explanation, this.layer.name, cursor)) this.#windowDetail.writeSum(texts[close]); // as it is written where it is added
    for (const { spot } of this.#rows) placeBox(spot, fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, rows, columns));
  }

  /** @param {HTMLElement} target the mark on the large map */
  mark(target) {
    const home = this.lines.getBoundingClientRect();
    const isBelow = this.element.parentElement?.classList.contains("narrow") ?? false;
    this.lines.classList.toggle("none", isBelow);
    if (isBelow) return;
    const box = (/** @type {Element} */ element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left: left - home.left, right: right - home.left, x: (left + right) / 2 - home.left, y: (top + bottom) / 2 - home.top, bottom: bottom - home.top, top: top - home.top };
    };
    const plus = box(this.#plus);
    for (const { canvas, line } of this.#rows) {
      const from = box(canvas);
      line.setAttribute("d", curve(from.right, from.y, plus.left, plus.y));
    }
    const dot = box(this.#biasDot);
    this.#biasLine.setAttribute("d", `M${dot.x} ${dot.bottom}V${plus.top}`);
    const to = box(target);
    this.#lastLine.setAttribute("d", curve(plus.right, plus.y, to.x, to.y));
  }
}

/** @param {string} text */
function sign(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}

/**
 * @param {HTMLDataElement} element
 * @param {number} value
 * @param {string} text
 */
function write(element, value, text) {
  element.value = String(value);
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Group} group */
function weightsOf({ terms }) {
  return terms.map(({ weight }) => weight ?? 0);
}
