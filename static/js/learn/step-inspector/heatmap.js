/**
 * Planes of numbers as heatmaps in which every number can be pointed at and opened, by pointer and
 * by keyboard.
 */

import { announce, h, placeBox } from "../../lib/dom.js";
import { rough } from "../../i18n/format.js";
import { paint } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { numberName } from "./view-model.js";
import { precise } from "./figure.js";

/**
 * @typedef {import("./planes.js").Plane} Plane
 * @typedef {import("../../state/types.js").Range} Range
 *
 * @typedef {object} HeatmapOptions
 * @property {string} what of which array these numbers are, as in `conv2` or `dW`
 * @property {Plane[]} planes
 * @property {"light" | "dark"} theme
 * @property {boolean} [hint] whether it is said that the numbers can be opened
 * @property {boolean} [signed] on a diverging scale, also where no number is negative
 * @property {(index: number[]) => void} open
 */

const words = t.learn.stepInspector.heatmap;
const FIRST = 32; // planes at first
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Heatmap {
  #at = { plane: 0, number: 0 };
  #list = h("div", { class: "step-heatmaps" });
  #reading = h("p", { class: "step-reading muted", "aria-hidden": "true" });
  #more = h("button", { type: "button", class: "text", on: { click: () => this.#fill(this.options.planes.length) } });
  /** @type {{ button: HTMLButtonElement, mark: HTMLElement }[]} */
  #tiles = [];

  /** @param {HeatmapOptions} options */
  constructor(options) {
    this.options = options;
    const all = options.planes.map(({ values }) => extremes(values));
    const [least, most] = [Math.min(...all.map(({ min }) => min)), Math.max(...all.map(({ max }) => max))];
    this.range = options.signed ? rangeOf(least, most, true) : rangeOf(least, most);
    this.element = h(
      "div",
      {
        class: "step-heatmap-group",
        on: {
          pointermove: (/** @type {PointerEvent} */ event) => this.#point(event),
          click: (/** @type {MouseEvent} */ event) => this.#click(event),
          keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
        },
      },
      this.#list,
      h("div", { class: "step-under" }, scale(this.range, options.theme), this.#reading, this.#more),
    );
    if (options.hint) this.#reading.textContent = words.hint;
    this.#fill(FIRST);
  }

  /**
   * Mark the number of this name; null marks none.
   *
   * @param {readonly number[] | null} index
   */
  mark(index) {
    const wanted = index?.join();
    this.#tiles.forEach(({ mark }, n) => {
      const plane = this.options.planes[n];
      const i = plane && wanted !== undefined ? plane.values.findIndex((_, i) => plane.index(i).join() === wanted) : -1;
      if (i >= 0) this.#at = { plane: n, number: i };
      placeBox(mark, plane && i >= 0 ? boxOf(plane, i) : null);
    });
    this.#rove();
  }

  /** @param {number} most */
  #fill(most) {
    const { planes, what, theme } = this.options;
    this.#tiles = planes.slice(0, most).map((plane, n) => {
      const { min, max, mean } = extremes(plane.values);
      const canvas = h("canvas", {});
      paint(canvas, plane.values, plane.width, this.range, theme);
      const mark = h("span", { class: "highlight", hidden: true });
      const label = words.plane(plane.name === what ? what : plane.name, t.numbers.span(rough(min), rough(max), rough(mean)));
      const size = sizeOf(plane, planes.length);
      const button = h(
        "button",
        { type: "button", class: "step-heatmap", tabindex: n ? -1 : 0, "aria-label": label, style: size, data: { plane: String(n) } },
        canvas,
        mark,
      );
      return { button, mark };
    });
    this.#list.replaceChildren(...this.#tiles.map(({ button }) => button));
    this.#more.hidden = planes.length <= most;
    this.#more.textContent = words.more(planes.length);
    this.#rove();
  }

  /** One of the planes can be reached by Tab, the others from it. */
  #rove() {
    this.#tiles.forEach(({ button }, n) => {
      button.tabIndex = n === Math.min(this.#at.plane, this.#tiles.length - 1) ? 0 : -1;
    });
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const at = this.#under(event);
    if (at) this.#read(at);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (!(event.target instanceof Element) || !event.target.closest(".step-heatmap")) return;
    const at = event.detail > 0 ? this.#under(event) : this.#at; // Enter on a button is a click without a count
    const plane = at && this.options.planes[at.plane];
    if (!at || !plane || at.number >= plane.values.length) return;
    this.#at = at;
    this.options.open(plane.index(at.number));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#at = this.#moved(...move);
    this.#rove();
    this.#tiles.forEach(({ button, mark }, n) => {
      const plane = this.options.planes[n];
      placeBox(mark, plane && n === this.#at.plane ? boxOf(plane, this.#at.number) : null);
      if (n === this.#at.plane && document.activeElement !== button) button.focus();
    });
    announce(this.#read(this.#at));
  }

  /**
   * The number beside this one; beyond the edge of a plane, the same line of the next.
   *
   * @param {number} right
   * @param {number} down
   */
  #moved(right, down) {
    const { planes } = this.options;
    const plane = planes[this.#at.plane];
    if (!plane) return this.#at;
    const { width, values } = plane;
    const [x, y] = [(this.#at.number % width) + right, Math.floor(this.#at.number / width) + down];
    const inside = x >= 0 && x < width && y >= 0 && y * width + x < values.length;
    if (inside) return { plane: this.#at.plane, number: y * width + x };
    const other = this.#at.plane + right;
    if (!right || other < 0 || other >= this.#tiles.length) return this.#at;
    return { plane: other, number: y * width + (right > 0 ? 0 : width - 1) };
  }

  /** @param {MouseEvent} event */
  #under(event) {
    const button = event.target instanceof Element ? event.target.closest(".step-heatmap") : null;
    const n = button instanceof HTMLElement ? Number(button.dataset.plane) : NaN;
    const plane = this.options.planes[n];
    if (!button || !plane) return null;
    const { left, top, width, height } = button.getBoundingClientRect();
    const rows = Math.ceil(plane.values.length / plane.width);
    const x = Math.max(0, Math.min(plane.width - 1, Math.floor(((event.clientX - left) / width) * plane.width)));
    const y = Math.max(0, Math.min(rows - 1, Math.floor(((event.clientY - top) / height) * rows)));
    return { plane: n, number: y * plane.width + x };
  }

  /** @param {{ plane: number, number: number }} at */
  #read({ plane: n, number: i }) {
    const plane = this.options.planes[n];
    const value = plane?.values[i];
    if (!plane || value === undefined) return "";
    const text = `${numberName(this.options.what, plane.index(i))} = ${precise(value)}`;
    this.#reading.textContent = text;
    return text;
  }
}

/**
 * The colour scale with its ends in numbers.
 *
 * @param {Range} range
 * @param {"light" | "dark"} theme
 */
export function scale(range, theme) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  paint(canvas, Float32Array.from({ length: 128 }, (_, i) => range.low + ((range.high - range.low) * i) / 127), 128, range, theme);
  return h("p", { class: "step-scale" }, rough(range.low), canvas, rough(range.high));
}

/**
 * @param {Plane} plane
 * @param {number} i
 */
export function boxOf({ width, values }, i) {
  const rows = Math.ceil(values.length / width);
  return { left: (i % width) / width, top: Math.floor(i / width) / rows, width: 1 / width, height: 1 / rows };
}

/**
 * As large as can be looked at: the more planes, the smaller each.
 *
 * @param {Plane} plane
 * @param {number} count
 */
function sizeOf({ width, values }, count) {
  const rows = Math.ceil(values.length / width);
  const room = count === 1 ? 384 : count <= 4 ? 128 : 96;
  const cell = Math.max(1, Math.min(20, Math.floor(room / Math.max(width, rows))));
  return { width: `${(width * cell) / 16}rem`, "aspect-ratio": `${width} / ${rows}` };
}
