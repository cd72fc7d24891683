/** All maps of a layer side by side. */

import { h, placeBox } from "../dom.js";
import { number } from "../format.js";
import { mapName } from "../graph.js";
import { fitGrid } from "../layout.js";
import { paint, planeOf } from "../raster.js";
import { extremes, rangeFor } from "../scale.js";
import { fractions } from "../terms.js";
import { say } from "../words/index.js";
import { tileEvents } from "./tiles.js";

/**
 * @typedef {import("../types.js").App} App
 * @typedef {import("../types.js").Layer} Layer
 * @typedef {import("../types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 *
 * @typedef {{ button: HTMLButtonElement, plane: HTMLElement, canvas: HTMLCanvasElement }} Tile
 */

// Maps with their numbers under them; or, where that would make them smaller than a thumbnail, closer and without.
const AIRY = { gap: 8, caption: 1.125, least: 3 };
const DENSE = { gap: 4, caption: 0, least: 1.5 };

/**
 * Maps are painted when they are in sight or about to be: of two thousand, only those of a screen cost anything. Browsers make
 * every canvas on the page a layer of its own, and hundreds of layers take longer to put together than a frame lasts; so the
 * tiles' canvases stay out of sight, and one canvas a row shows them.
 *
 * @implements {View}
 */
export class Grid {
  /** @type {Tile[]} */
  #tiles;
  #mark = h("span", { class: "lit", hidden: true });
  #current = -1;
  #cell = { across: 1, width: 1, height: 1, gap: 0 };
  /** @type {HTMLCanvasElement[]} One a row. */
  #rows = [];
  /** What has to be painted yet, and how. @type {Set<number>} */
  #blank = new Set();
  #isPainted = false;
  #paintOne = (/** @type {number} */ _channel) => {};
  #sight = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "50%" });

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#tiles = Array.from({ length: layer.shape[0] ?? 0 }, (_, channel) => this.#tile(channel));
    this.element = h(
      "div",
      {
        class: "grid",
        role: "group",
        "aria-label": say.stage.maps(layer.name),
        on: tileEvents(app, layer),
      },
      ...this.#tiles.map(({ button }) => button),
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
    this.#cell = { ...cell, gap: isDense ? DENSE.gap : AIRY.gap };
    this.#layRows();
    this.#sight.disconnect();
    for (let i = 0; i < this.#tiles.length; i += cell.across) this.#sight.observe(this.#button(i)); // one stands for its row
  }

  /** @param {Tensor} tensor */
  paint(tensor) {
    const { analysis, scale, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.layer.name);
    if (!analysis || !result) return;
    const shared = scale === "map" ? null : rangeFor(scale, analysis, result, tensor, 0);
    this.#paintOne = (channel) => {
      const tile = this.#tiles[channel];
      if (!tile) return;
      const plane = planeOf(tensor, channel);
      const range = shared ?? rangeFor(scale, analysis, result, tensor, channel);
      paint(tile.canvas, plane, this.layer.shape[2] ?? 1, range, theme);
      tile.button.setAttribute("aria-label", this.#inWords(channel, plane));
    };
    this.#blank = new Set(this.#tiles.keys());
    this.#isPainted = true;
    this.#paintInSight();
  }

  mark() {
    const { cursor, tile } = this.app.store.state;
    const [, height = 1, width = 1] = this.layer.shape;
    const [, y, x] = cursor ?? [];
    const here = this.#tiles[tile];
    if (here && y !== undefined && x !== undefined) {
      if (this.#mark.parentElement !== here.plane) here.plane.append(this.#mark);
      placeBox(this.#mark, fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, height, width));
    }
    if (tile === this.#current) return;
    this.#choose(this.#current, false);
    this.#choose(tile, true);
    this.#current = tile;
  }

  focus() {
    this.#button(this.app.store.state.tile).focus({ preventScroll: false });
  }

  /**
   * @param {number} channel
   * @param {boolean} isCurrent
   */
  #choose(channel, isCurrent) {
    const button = this.#tiles[channel]?.button;
    if (!button) return;
    button.tabIndex = isCurrent ? 0 : -1;
    button.classList.toggle("current", isCurrent);
  }

  /** @param {number} channel */
  #button(channel) {
    return this.#tiles[channel]?.button ?? this.element;
  }

  /** A canvas behind each row of tiles; what is painted already is shown again in the new size. */
  #layRows() {
    for (const row of this.#rows) row.remove();
    const count = Math.ceil(this.#tiles.length / this.#cell.across);
    const place = (/** @type {number} */ row) => ({ "grid-row": `${row + 1} / ${row + 2}` });
    this.#rows = Array.from({ length: count }, (_, row) => h("canvas", { class: "grid-row", width: 1, height: 1, "aria-hidden": "true", style: place(row) }));
    this.element.style.setProperty("--rows", String(count));
    this.element.prepend(...this.#rows);
    if (this.#isPainted) for (let row = 0; row < count; row++) this.#showRow(row);
  }

  /** @param {number} row */
  #showRow(row) {
    const canvas = this.#rows[row];
    const { across, width, height, gap } = this.#cell;
    const tiles = this.#tiles.slice(row * across, (row + 1) * across);
    if (!canvas || tiles.some((_, i) => this.#blank.has(row * across + i))) return;
    canvas.width = Math.round((across * (width + gap) - gap) * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    const context = canvas.getContext("2d");
    if (!context) return;
    context.imageSmoothingEnabled = false; // hard pixels
    context.scale(devicePixelRatio, devicePixelRatio);
    tiles.forEach((tile, i) => context.drawImage(tile.canvas, i * (width + gap), 0, width, height));
  }

  /** The rows that are on the screen now; the observer brings the others as they come near. */
  #paintInSight() {
    const { top } = this.element.getBoundingClientRect();
    const pitch = this.element.scrollHeight / this.#rows.length || 1;
    const first = Math.max(0, Math.floor(-top / pitch));
    const last = Math.ceil((innerHeight - top) / pitch);
    for (let row = first; row <= last; row++) this.#paintRow(row);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { isIntersecting, target } of entries) {
      const channel = target instanceof HTMLElement ? Number(target.dataset.channel) : 0;
      if (isIntersecting) this.#paintRow(Math.floor(channel / this.#cell.across));
    }
  }

  /** @param {number} row */
  #paintRow(row) {
    const { across } = this.#cell;
    let isNew = false;
    for (let channel = row * across; channel < (row + 1) * across; channel++) {
      if (!this.#blank.delete(channel)) continue;
      this.#paintOne(channel);
      isNew = true;
    }
    if (isNew) this.#showRow(row);
  }

  /**
   * @param {number} channel
   * @returns {Tile}
   */
  #tile(channel) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const plane = h("span", { class: "plane" }, canvas);
    const name = mapName(this.layer, channel);
    const button = h(
      "button",
      { type: "button", class: "tile", tabindex: -1, "aria-label": name, data: { channel: String(channel) } },
      plane,
      h("span", { class: "tile-name", "aria-hidden": "true" }, name === say.numbers.map(channel) ? String(channel) : name),
    );
    return { button, plane, canvas };
  }

  /**
   * @param {number} channel
   * @param {Float32Array} plane
   */
  #inWords(channel, plane) {
    const { min, max, mean } = extremes(plane);
    const name = say.numbers.of(mapName(this.layer, channel), this.layer.shape[0] ?? 0);
    if (min === 0 && max === 0) return say.stage.zero(name);
    return `${name}, ${say.numbers.span(number(min), number(max), number(mean))}`;
  }
}
