/** All maps of a layer side by side. */

import { h, placeBox } from "../dom.js";
import { number } from "../format.js";
import { mapName } from "../graph.js";
import { fitGrid } from "../layout.js";
import { paint, planeOf } from "../raster.js";
import { extremes, rangeFor } from "../scale.js";
import { fractions } from "../terms.js";

/**
 * @typedef {import("../types.js").App} App
 * @typedef {import("../types.js").Layer} Layer
 * @typedef {import("../types.js").Place} Place
 * @typedef {import("../types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 */

// Maps with their numbers under them; or, where that would make them smaller than a thumbnail, closer and without.
const AIRY = { gap: 8, caption: 1.125, least: 3 };
const DENSE = { gap: 4, caption: 0, least: 1.5 };

/** @implements {View} */
export class Grid {
  /** @type {HTMLCanvasElement[]} */
  #canvases = [];
  #mark = h("span", { class: "lit", hidden: true });

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.element = h(
      "div",
      {
        class: "grid",
        role: "group",
        "aria-label": `Maps of ${layer.name}`,
        on: {
          pointermove: (/** @type {PointerEvent} */ event) => this.#point(event),
          click: (/** @type {MouseEvent} */ event) => this.#open(event),
          focusin: (/** @type {FocusEvent} */ event) => this.#focused(event),
        },
      },
      ...Array.from({ length: layer.shape[0] ?? 0 }, (_, channel) => this.#tile(channel)),
    );
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const [count = 1, rows = 1, columns = 1] = this.layer.shape;
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const fit = (/** @type {typeof AIRY} */ { gap, caption, least }) =>
      fitGrid({ width, height, count, rows, columns, gap, caption: root * caption, least: root * least, most: root * 16 });
    const airy = fit(AIRY);
    const isDense = airy.scrolls && height > 0;
    const cell = isDense ? fit(DENSE) : airy;
    this.element.classList.toggle("dense", isDense);
    this.element.style.setProperty("--across", String(cell.across));
    this.element.style.setProperty("--cell-width", `${cell.width}px`);
    this.element.style.setProperty("--cell-height", `${cell.height}px`);
  }

  /** @param {Tensor} tensor */
  paint(tensor) {
    const { analysis, scale, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.layer.name);
    if (!analysis || !result) return;
    this.#canvases.forEach((canvas, channel) => {
      const plane = planeOf(tensor, channel);
      paint(canvas, plane, this.layer.shape[2] ?? 1, rangeFor(scale, analysis, result, tensor, channel), theme);
      canvas.parentElement?.parentElement?.setAttribute("aria-label", this.#inWords(channel, plane));
    });
  }

  mark() {
    const { cursor, tile } = this.app.store.state;
    const [, height = 1, width = 1] = this.layer.shape;
    const [, y, x] = cursor ?? [];
    const home = this.#canvases[tile]?.parentElement;
    if (home && y !== undefined && x !== undefined) {
      home.append(this.#mark);
      placeBox(this.#mark, fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, height, width));
    }
    this.#canvases.forEach((canvas, channel) => {
      const button = canvas.closest("button");
      if (!button) return;
      button.tabIndex = channel === tile ? 0 : -1;
      button.classList.toggle("current", channel === tile);
    });
  }

  focus() {
    this.#canvases[this.app.store.state.tile]?.closest("button")?.focus({ preventScroll: false });
  }

  /** @param {number} channel */
  #tile(channel) {
    const canvas = h("canvas", { width: 1, height: 1 });
    this.#canvases.push(canvas);
    const name = mapName(this.layer, channel);
    return h(
      "button",
      { type: "button", class: "tile", tabindex: -1, "aria-label": name, data: { channel: String(channel) } },
      h("span", { class: "plane" }, canvas),
      h("span", { class: "tile-name", "aria-hidden": "true" }, name.replace("map ", "")),
    );
  }

  /**
   * @param {number} channel
   * @param {Float32Array} plane
   */
  #inWords(channel, plane) {
    const { min, max, mean } = extremes(plane);
    const name = `${mapName(this.layer, channel)} of ${this.layer.shape[0]}`;
    if (min === 0 && max === 0) return `${name}, zero everywhere`;
    return `${name}, from ${number(min)} to ${number(max)}, mean ${number(mean)}`;
  }

  /**
   * @param {MouseEvent} event
   * @returns {Place | null}
   */
  #placeOf(event) {
    const canvas = event.target instanceof Element && event.target.closest(".tile")?.querySelector("canvas");
    if (!canvas) return null;
    const channel = this.#canvases.indexOf(canvas);
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const [, rows = 1, columns = 1] = this.layer.shape;
    const y = Math.floor(((event.clientY - top) / height) * rows);
    const x = Math.floor(((event.clientX - left) / width) * columns);
    return y >= 0 && x >= 0 && y < rows && x < columns ? [channel, y, x] : null;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const place = event.pointerType === "mouse" ? this.#placeOf(event) : null;
    if (place) this.app.explorer.point(place);
  }

  /** @param {MouseEvent} event */
  #open(event) {
    const tile = event.target instanceof Element && event.target.closest(".tile");
    if (!(tile instanceof HTMLElement)) return;
    const byPointer = event.detail > 0; // Enter on a button is a click without a count
    this.app.explorer.open(Number(tile.dataset.channel), byPointer ? this.#placeOf(event) : null);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const channel = event.target instanceof HTMLElement ? Number(event.target.dataset.channel) : NaN;
    const { tile } = this.app.store.state;
    if (Number.isInteger(channel) && channel !== tile) this.app.explorer.stepMap(channel - tile);
  }
}
