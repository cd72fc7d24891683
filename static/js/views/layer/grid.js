/** All maps of a layer side by side. */

import { h, placeBox } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { mapName } from "../../model/graph.js";
import { fitGrid } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { extremes, rangeFor } from "../../model/colour-range.js";
import { mapsInOrder } from "../../model/tensors.js";
import { fractions } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { tileEvents } from "../shared/tile-events.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 *
 * @typedef {{ button: HTMLButtonElement, plane: HTMLElement, canvas: HTMLCanvasElement }} Tile
 */

// Maps with their numbers under them; or, where that would make them smaller than a thumbnail,
// closer and without.
const AIRY = { gap: 8, caption: 1.125, least: 3 };
const DENSE = { gap: 4, caption: 0, least: 1.5 };
const BAND = 600; // pixels

/**
 * Maps are painted when they are in sight or about to be: of two thousand, only those of a screen
 * cost anything. Browsers make every canvas on the page a layer of its own, and many layers take
 * longer to put together than a frame lasts; so the tiles' canvases stay out of sight, and one
 * canvas shows a band of rows.
 *
 * @implements {View}
 */
export class Grid {
  /** @type {Tile[]} By the numbers of their maps. */
  #tiles;
  /** @type {readonly number[]} The maps as they follow each other on the page. */
  #order;
  #mark = h("span", { class: "highlight", hidden: true });
  #current = -1;
  #cell = { across: 1, width: 1, height: 1, gap: 0, pitch: 1 };
  #tilesABand = 1;
  /** @type {HTMLCanvasElement[]} */
  #bands = [];
  /** What has to be painted yet, and how. @type {Set<number>} */
  #blank = new Set();
  #isPainted = false;
  #paintOne = (/** @type {number} */ _channel) => {};
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "50%" });

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#tiles = Array.from({ length: layer.shape[0] ?? 0 }, (_, channel) => this.#tile(channel));
    this.#order = [...this.#tiles.keys()];
    this.element = h(
      "div",
      {
        class: "grid",
        role: "group",
        "aria-label": t.stage.maps(layer.name),
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
    const { gap, caption } = isDense ? DENSE : AIRY;
    const pitch = cell.height + root * caption + gap;
    const isSame = this.#bands.length && cell.across === this.#cell.across && cell.width === this.#cell.width && pitch === this.#cell.pitch;
    this.#cell = { ...cell, gap, pitch };
    if (!isSame) this.#layBands();
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
    if (!this.app.store.state.live) this.#sort(mapsInOrder(tensor, this.app.store.state.order)); // what moves is looked at where it is
    this.#paintVisible();
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

  /** The chosen map's tile. */
  picture() {
    const tile = this.#tiles[this.app.store.state.tile];
    return tile ? { canvas: tile.canvas, box: tile.plane.getBoundingClientRect() } : null;
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

  /**
   * Put the tiles in another order, on the page and for who goes through them by Tab.
   *
   * @param {readonly number[]} order
   */
  #sort(order) {
    if (order.every((channel, i) => channel === this.#order[i])) return;
    this.#order = order;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.element.append(...order.map((channel) => this.#button(channel)));
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true }); // what is moved loses it
  }

  /** A canvas behind each band of tiles; what is painted already is shown again in the new size. */
  #layBands() {
    for (const band of this.#bands) band.remove();
    const { across, pitch } = this.#cell;
    const all = Math.ceil(this.#tiles.length / across);
    const rows = Math.min(all, Math.max(1, Math.floor(BAND / pitch)));
    this.#tilesABand = rows * across;
    this.#bands = Array.from({ length: Math.ceil(all / rows) }, (_, i) =>
      h("canvas", {
        class: "grid-band",
        width: 1,
        height: 1,
        "aria-hidden": "true",
        style: { "grid-row": `${i * rows + 1} / ${Math.min(all, (i + 1) * rows) + 1}` },
      }),
    );
    this.element.style.setProperty("--rows", String(all));
    this.element.prepend(...this.#bands);
    this.#observer.disconnect();
    for (const band of this.#bands) this.#observer.observe(band);
    if (this.#isPainted) for (const band of this.#bands.keys()) this.#showBand(band);
  }

  /** @param {number} band */
  #channels(band) {
    const first = band * this.#tilesABand;
    return this.#order.slice(first, first + this.#tilesABand);
  }

  /** @param {number} band */
  #showBand(band) {
    const canvas = this.#bands[band];
    const channels = this.#channels(band);
    if (!canvas || channels.some((channel) => this.#blank.has(channel))) return;
    const { across, width, height, gap, pitch } = this.#cell;
    const rows = Math.ceil(channels.length / across);
    const below = pitch - height; // the caption and the gap
    canvas.width = Math.round((across * (width + gap) - gap) * devicePixelRatio);
    canvas.height = Math.round((rows * pitch - below) * devicePixelRatio);
    canvas.style.height = `${rows * pitch - below}px`;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.imageSmoothingEnabled = false; // hard pixels
    context.scale(devicePixelRatio, devicePixelRatio);
    channels.forEach((channel, i) => {
      const tile = this.#tiles[channel];
      if (tile) context.drawImage(tile.canvas, (i % across) * (width + gap), Math.floor(i / across) * pitch, width, height);
    });
  }

  /**
   * The bands that are on the screen now or near it; the observer, who tells only what changes,
   * brings the others.
   */
  #paintVisible() {
    const near = innerHeight / 2;
    this.#bands.forEach((band, i) => {
      const { top, bottom } = band.getBoundingClientRect();
      if (bottom > -near && top < innerHeight + near) this.#paintBand(i);
    });
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { isIntersecting, target } of entries) {
      const band = this.#bands.findIndex((band) => band === target);
      if (isIntersecting && band >= 0) this.#paintBand(band);
    }
  }

  /** @param {number} band */
  #paintBand(band) {
    let isNew = false;
    for (const channel of this.#channels(band)) {
      if (!this.#blank.delete(channel)) continue;
      this.#paintOne(channel);
      isNew = true;
    }
    if (isNew) this.#showBand(band);
  }

  /**
   * @param {number} channel
   * @returns {Tile}
   */
  #tile(channel) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const plane = h("span", { class: "heatmap" }, canvas);
    const name = mapName(this.layer, channel);
    const button = h(
      "button",
      { type: "button", class: "tile", tabindex: -1, "aria-label": name, data: { channel: String(channel) } },
      plane,
      h("span", { class: "tile-name", "aria-hidden": "true" }, name === t.numbers.map(channel) ? String(channel) : name),
    );
    return { button, plane, canvas };
  }

  /**
   * @param {number} channel
   * @param {Float32Array} plane
   */
  #inWords(channel, plane) {
    const { min, max, mean } = extremes(plane);
    const name = t.numbers.of(mapName(this.layer, channel), this.layer.shape[0] ?? 0);
    if (min === 0 && max === 0) return t.stage.zero(name);
    return `${name}, ${t.numbers.span(number(min), number(max), number(mean))}`;
  }
}
