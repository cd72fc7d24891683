/**
 * What the columns of the strip are drawn on. Lengths are in sixteenths of a rem, as in
 * network/geometry.js.
 */

import { h } from "../../lib/dom.js";
import { paint } from "../../render/raster.js";

/** @typedef {import("../../network/geometry.js").Column} Column */

/** Pixels in a sixteenth of a rem. */
export const unitNow = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
export const rem = (/** @type {number} */ units) => `${units / 16}rem`;

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/**
 * How wide a name of a column is, in sixteenths of a rem.
 *
 * @param {string} text
 */
export function textWidth(text) {
  if (!ruler) {
    ruler = document.createElement("canvas").getContext("2d");
    const { fontFamily, letterSpacing } = getComputedStyle(document.body);
    if (!ruler) return 0;
    ruler.font = `600 12px ${fontFamily}`; // as bold as the current one's
    ruler.letterSpacing = letterSpacing;
  }
  return ruler.measureText(text).width;
}


/**
 * The maps of neighbouring columns on one canvas, which is made when the first of them is painted.
 */
export class Sheet {
  #one = h("canvas"); // one map, a pixel a number
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;
  #left;
  #top;
  #right;
  #bottom;
  #root;
  #scale;

  /**
   * @param {Column[]} columns
   * @param {HTMLElement} root that the canvas is put into
   * @param {number} unit pixels in a sixteenth of a rem
   */
  constructor(columns, root, unit) {
    this.#root = root;
    this.#scale = devicePixelRatio * unit; // the screen's own pixels
    const cells = columns.flatMap((column) => column.cells);
    this.#left = Math.min(...cells.map(({ x }) => x));
    this.#top = Math.min(...cells.map(({ y }) => y));
    this.#right = Math.max(...cells.map((cell) => cell.x + cell.width));
    this.#bottom = Math.max(...cells.map((cell) => cell.y + cell.height));
  }

  /**
   * @param {Column} column
   * @param {number} i which of its cells
   * @param {Float32Array} values
   * @param {number} width in numbers
   * @param {import("../../state/types.js").Range} range
   * @param {"light" | "dark"} theme
   */
  paint(column, i, values, width, range, theme) {
    const cell = column.cells[i];
    this.#canvas ??= this.#make();
    const context = this.#canvas.getContext("2d");
    if (!cell || !context) return;
    paint(this.#one, values, width, range, theme);
    const edge = (/** @type {number} */ at) => Math.round(at * this.#scale); // whole pixels: hard edges
    const [left, top] = [edge(cell.x - this.#left), edge(cell.y - this.#top)];
    const [right, bottom] = [edge(cell.x + cell.width - this.#left), edge(cell.y + cell.height - this.#top)];
    context.imageSmoothingEnabled = false;
    context.clearRect(left, top, right - left, bottom - top); // what is not a number is see-through
    context.drawImage(this.#one, left, top, right - left, bottom - top);
  }

  #make() {
    const [width, height] = [this.#right - this.#left, this.#bottom - this.#top];
    const canvas = h("canvas", {
      class: "strip-sheet",
      "aria-hidden": "true",
      width: Math.ceil(width * this.#scale),
      height: Math.ceil(height * this.#scale),
      style: { left: rem(this.#left), top: rem(this.#top), width: rem(width), height: rem(height) },
    });
    this.#root.append(canvas);
    return canvas;
  }
}
