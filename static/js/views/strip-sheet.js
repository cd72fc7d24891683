/** What the columns of the strip are drawn on. Lengths are in sixteenths of a rem, as in layout.js. */

import { h } from "../dom.js";
import { STRIP } from "../layout.js";
import { paint } from "../raster.js";

/** @typedef {import("../layout.js").Column} Column */

export const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
export const rem = (/** @type {number} */ units) => `${units / 16}rem`;

/** The maps of neighbouring columns on one canvas. */
export class Sheet {
  #one = h("canvas"); // one map, a pixel a number
  #left;

  /** @param {Column[]} columns */
  constructor(columns) {
    this.columns = columns;
    const cells = columns.flatMap((column) => column.cells);
    this.#left = Math.min(...cells.map(({ x }) => x));
    const width = Math.max(...cells.map((cell) => cell.x + cell.width)) - this.#left;
    const height = Math.max(...cells.map((cell) => cell.y + cell.height)) - STRIP.top;
    this.canvas = h("canvas", {
      class: "strip-sheet",
      "aria-hidden": "true",
      width: Math.ceil(width * this.#scale),
      height: Math.ceil(height * this.#scale),
      style: { left: rem(this.#left), top: rem(STRIP.top), width: rem(width), height: rem(height) },
    });
  }

  /**
   * @param {Column} column
   * @param {number} i which of its cells
   * @param {Float32Array} values
   * @param {number} width in numbers
   * @param {import("../types.js").Range} range
   * @param {"light" | "dark"} theme
   */
  paint(column, i, values, width, range, theme) {
    const cell = column.cells[i];
    const context = this.canvas.getContext("2d");
    if (!cell || !context) return;
    paint(this.#one, values, width, range, theme);
    const edge = (/** @type {number} */ at) => Math.round(at * this.#scale); // whole pixels: hard edges
    const [left, top] = [edge(cell.x - this.#left), edge(cell.y - STRIP.top)];
    const [right, bottom] = [edge(cell.x + cell.width - this.#left), edge(cell.y + cell.height - STRIP.top)];
    context.imageSmoothingEnabled = false;
    context.clearRect(left, top, right - left, bottom - top); // what is not a number is see-through
    context.drawImage(this.#one, left, top, right - left, bottom - top);
  }

  /** The screen's own pixels in a sixteenth of a rem. */
  get #scale() {
    return (devicePixelRatio * rootSize()) / 16;
  }
}
