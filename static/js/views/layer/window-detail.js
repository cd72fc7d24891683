/**
 * One input map's window, the kernel and their products, number by number; of a colour photo also
 * in its colours.
 */

import { h } from "../../lib/dom.js";
import { number, rough, signed } from "../../i18n/format.js";
import { layerNamed, mapName } from "../../model/graph.js";
import { swatch } from "../../render/palette.js";
import { colourPlanes, isColour } from "../../model/preprocess.js";
import { layerRange, rangeOf } from "../../model/colour-range.js";
import { windowAt, slidingOf } from "../../model/window.js";
import { windowWidth } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { reach } from "../explain/components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").Term} Term
 * @typedef {import("../../model/terms.js").Group} Group
 *
 * @typedef {{ name: HTMLElement, figure: HTMLElement, cells: HTMLElement[] }} Sheet
 */

const LEGIBLE = 5; // a window this wide has room for its numbers

export class WindowDetail {
  /** @type {Term[]} */
  #terms = [];
  #size = "";
  /** @type {Sheet[]} */
  #sheets = [];
  #sum = h("b", { class: "close-sum" });
  #readout = h("p", { class: "readout" });
  #colour = { seen: h("canvas", { width: 1, height: 1 }), kernel: h("canvas", { width: 1, height: 1 }) };
  #colours = h(
    "div",
    { class: "in-colour", hidden: true },
    h("figure", {}, h("figcaption", {}, t.mapDetail.windowDetail.photo), this.#colour.seen),
    h("figure", { title: t.mapDetail.windowDetail.howColoured }, h("figcaption", {}, t.mapDetail.windowDetail.colourKernel), this.#colour.kernel),
  );
  #row = h("div", { class: "close-row" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.element = h(
      "section",
      {
        class: "loupe",
        "aria-label": t.mapDetail.windowDetail.title,
        on: {
          pointerover: (/** @type {Event} */ event) => this.#point(event),
          pointerleave: () => this.#tell(null),
        },
      },
      this.#readout,
      this.#row,
    );
  }

  /**
   * @param {Explanation} explanation
   * @param {Layer} layer
   * @param {Group} group
   */
  show(explanation, layer, group) {
    const { model, analysis } = this.app.store.state;
    const source = model && layerNamed(model, group.input);
    const result = analysis?.layers.find(({ name }) => name === group.input);
    const width = windowWidth(group.terms);
    this.#terms = group.terms;
    this.#build(width, group.terms.length);
    const [values, weights, products] = this.#sheets;
    const name = source ? mapName(source, group.channel) : String(group.channel);
    const most = reach(explanation.terms.map(({ weight }) => weight ?? 0));
    const largest = reach(group.terms.map(({ product }) => product));
    if (!values || !weights || !products) return;
    values.name.textContent = `${group.input} ${name}`;
    this.#fill(values, ({ value, padding }) => [value, padding], result ? layerRange(result) : rangeOf(-1, 1));
    this.#fill(weights, ({ weight }) => [weight ?? 0, false], rangeOf(-most, most, true));
    this.#fill(products, ({ product }) => [product, false], rangeOf(-largest, largest, true));
    this.writeSum(signed(group.sum));
    this.#paintColours(explanation, layer, source);
    this.#tell(null);
  }

  /** @param {string} [text] what the products add up to; none where it is not known */
  writeSum(text) {
    if (text !== undefined) this.#sum.textContent = text;
  }

  /**
   * The same cells stay as long as the window keeps its size: only their numbers change.
   *
   * @param {number} width
   * @param {number} count
   */
  #build(width, count) {
    const size = `${width} ${count}`;
    if (size === this.#size) return;
    this.#size = size;
    this.#sheets = [t.mapDetail.windowDetail.window, t.mapDetail.windowDetail.kernel, t.mapDetail.windowDetail.products].map((name) => this.#sheet(name, width, count));
    const [values, weights, products] = this.#sheets.map(({ figure }) => figure);
    const sign = (/** @type {string} */ text) => h("span", { class: "sign", "aria-hidden": "true" }, text);
    const end = h("p", { class: "close-end" }, h("span", { class: "muted" }, t.mapDetail.windowDetail.sum), this.#sum);
    this.#row.replaceChildren(this.#colours, values ?? "", sign("×"), weights ?? "", sign("="), products ?? "", end);
    this.element.classList.toggle("fine", width > 3 || count / width > 3);
  }

  /**
   * @param {string} title
   * @param {number} width
   * @param {number} count
   * @returns {Sheet}
   */
  #sheet(title, width, count) {
    const cells = Array.from({ length: count }, (_, i) => h("li", { data: { cell: String(i) } }));
    const name = h("span", {}, title);
    const isLegible = width <= LEGIBLE && count / width <= LEGIBLE;
    const list = h("ol", { class: isLegible ? "sheet-cells" : "sheet-cells mute", style: { "--columns": String(width) } }, ...cells);
    return { name, cells, figure: h("figure", {}, h("figcaption", {}, name), list) };
  }

  /**
   * @param {Sheet} sheet
   * @param {(term: Term) => [number, boolean]} read its number, and whether it lies outside of the
   *   map
   * @param {Range} range
   */
  #fill({ cells }, read, range) {
    const { theme } = this.app.store.state;
    cells.forEach((cell, i) => {
      const term = this.#terms[i];
      if (!term) return;
      const [x, isOutside] = read(term);
      const { background, text } = swatch(x, range, theme);
      cell.style.background = isOutside ? "" : background;
      cell.style.color = isOutside ? "" : text;
      cell.classList.toggle("outside", isOutside);
      cell.textContent = x && Math.abs(x) < 0.01 ? number(x, 1) : rough(x); // four places are all there is room for
    });
  }

  /** @param {Event} event */
  #point({ target }) {
    const cell = target instanceof HTMLElement ? target.dataset.cell : undefined;
    this.#tell(cell === undefined ? null : (this.#terms[Number(cell)] ?? null), cell);
  }

  /**
   * One cell in all three, with all of its places.
   *
   * @param {Term | null} term
   * @param {string} [cell]
   */
  #tell(term, cell) {
    for (const { cells } of this.#sheets) cells.forEach((li, i) => li.classList.toggle("highlight-cell", String(i) === cell));
    this.#readout.textContent = term
      ? `y ${term.y}, x ${term.x}${term.padding ? ` (${t.mapDetail.windowDetail.outside})` : ""}: ` +
        `${number(term.value)} × ${number(term.weight ?? 0)} = ${number(term.product)}`
      : [t.mapDetail.windowDetail.hint, ...(this.#terms.some(({ padding }) => padding) ? [t.mapDetail.windowDetail.hatched] : [])].join(" ");
  }

  /**
   * Where a layer looks at the photo's three colours: the window as it looked, and the kernel with
   * its weights for red, green and blue mixed, grey for zero.
   *
   * @param {Explanation} explanation
   * @param {Layer} layer
   * @param {Layer | null} source
   */
  #paintColours(explanation, layer, source) {
    const { inputImage } = this.app.store.state;
    const sliding = slidingOf(layer);
    const isPainted = source !== null && isColour(source) && layer.attributes.groups === 1 && inputImage !== null && sliding !== null && !sliding.isTransposed;
    this.#colours.hidden = !isPainted;
    if (!isPainted) return;
    const box = windowAt(sliding, explanation.index.y ?? 0, explanation.index.x ?? 0);
    const { seen: photo, kernel } = this.#colour;
    [photo.width, photo.height] = [box.right - box.left, box.bottom - box.top];
    photo.getContext("2d")?.drawImage(inputImage, -box.left, -box.top);
    paintMix(kernel, explanation.terms.map(({ weight }) => weight ?? 0), sliding.kernel, colourPlanes(source));
  }
}

/**
 * A kernel over red, green and blue as one picture on one scale for all three: grey is zero.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} weights (3, rows, columns)
 * @param {number[]} size [rows, columns]
 * @param {number[]} planes which of the three is red, green, blue
 * @param {number} [most] what the end of the scale stands for
 */
export function paintMix(canvas, weights, [rows = 1, columns = 1], planes, most = reach(Array.from(weights))) {
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const mixed = planes.map((colour) => 127.5 * (1 + (weights[colour * rows * columns + i] ?? 0) / most));
    image.data.set([...mixed, 255], 4 * i);
  }
  [canvas.width, canvas.height] = [columns, rows];
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
