/**
 * All maps of a layer on both sides: their differences, or each one before, after and apart, those
 * that changed most first.
 */

import { h, placeBox } from "../../lib/dom.js";
import { number, percent } from "../../i18n/format.js";
import { mapName } from "../../model/graph.js";
import { fitGrid } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { fractions } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { peekBoth, readBoth, readValues, whenBoth } from "./tensors.js";
import { tileEvents } from "../shared/tile-events.js";
import { ramp } from "../shared/ramp.js";
import { sideNames } from "./switch.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("./tensors.js").Both} Both
 * @typedef {import("../layer/stage.js").View} View
 *
 * @typedef {{ channel: number, button: HTMLButtonElement, canvases: HTMLCanvasElement[], isVisible:
 *   boolean }} Tile
 */

const GAP = 8; // pixels between tiles
const INNER = 2; // and between the maps of one

/** @implements {View} */
export class CompareMaps {
  /** @type {Tile[]} */
  #tiles;
  #marks;
  /** @type {Both | null} */
  #both = null;
  #key = h("p", { class: "compare-key muted" });
  #order = "";
  /** @type {IntersectionObserver} */
  #observer;

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {() => void} repaint called when numbers that are waited for are here
   */
  constructor(app, layer, repaint) {
    this.app = app;
    this.layer = layer;
    this.repaint = repaint;
    this.across = app.store.state.bothSides === "side-by-side" ? 3 : 1;
    this.#marks = Array.from({ length: this.across }, () => h("span", { class: "highlight", hidden: true }));
    this.#tiles = Array.from({ length: layer.shape[0] ?? 0 }, (_, channel) => this.#tile(channel));
    this.element = h(
      "div",
      {
        class: "tiles compare-maps",
        role: "group",
        "aria-label": t.whatif.stage[this.across === 3 ? "beside" : "difference"](layer.name),
        on: tileEvents(app, layer),
      },
    );
    this.#place(this.#tiles);
    this.#observer = new IntersectionObserver((entries) => this.#appear(entries), { rootMargin: "200px" });
    for (const { button } of this.#tiles) this.#observer.observe(button);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const [count = 1, rows = 1, columns = 1] = this.layer.shape;
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const least = root * (this.across === 3 ? 9 : 3);
    const most = root * 16 * this.across;
    const isNarrow = width < 32 * root; // there the page scrolls, and is as high as its maps
    const head = this.across === 3 ? 2.5 * root : 0;
    const room = { width, height: isNarrow ? 0 : height - head, count, rows, columns: columns * this.across, gap: GAP, caption: root * 1.125, least, most };
    const cell = fitGrid(room);
    const side = Math.max(1, Math.floor((cell.width - (this.across - 1) * INNER) / this.across));
    this.element.style.setProperty("--across", String(cell.across));
    this.element.style.setProperty("--cell-width", `${cell.width}px`);
    this.element.style.setProperty("--side", `${side}px`);
    this.element.style.setProperty("--cell-height", `${Math.max(1, Math.round((side * rows) / columns))}px`);
  }

  paint() {
    const both = peekBoth(this.app.store.state.pair, this.layer);
    if (!both) {
      void whenBoth(this.app, this.layer, this.repaint);
      return;
    }
    const isNew = both !== this.#both;
    this.#both = both;
    if (isNew && this.across === 3) this.#sort(both);
    this.#writeKey(both);
    for (const tile of this.#tiles) if (tile.isVisible) this.#paint(tile);
    this.mark();
  }

  mark() {
    const { cursor, tile } = this.app.store.state;
    const [, height = 1, width = 1] = this.layer.shape;
    const [, y, x] = cursor ?? [];
    const home = this.#tiles[tile];
    this.#marks.forEach((mark, i) => {
      const plane = home?.canvases[i]?.parentElement;
      if (!plane || y === undefined || x === undefined) return;
      plane.append(mark);
      placeBox(mark, fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, height, width));
    });
    for (const { button, channel } of this.#tiles) {
      button.tabIndex = channel === tile ? 0 : -1;
      button.classList.toggle("current", channel === tile);
    }
  }

  focus() {
    this.#tiles[this.app.store.state.tile]?.button.focus({ preventScroll: false });
  }

  reading() {
    const { cursor } = this.app.store.state;
    if (!this.#both || cursor?.length !== 3) return null;
    return this.across === 3 ? readValues(this.#both, cursor) : { ...readBoth(this.#both, cursor), range: this.#both.apart };
  }

  /**
   * @param {number} channel
   * @returns {Tile}
   */
  #tile(channel) {
    const canvases = Array.from({ length: this.across }, () => h("canvas", { width: 1, height: 1 }));
    const name = mapName(this.layer, channel);
    const button = h(
      "button",
      { type: "button", class: "tile", tabindex: -1, "aria-label": name, data: { channel: String(channel) } },
      h("span", { class: "heatmaps" }, ...canvases.map((canvas) => h("span", { class: "heatmap" }, canvas))),
      h(
        "span",
        { class: "tile-name", "aria-hidden": "true" },
        h("span", {}, name === t.numbers.map(channel) ? String(channel) : name),
        this.across === 3 && h("span", { class: "tile-change" }),
      ),
    );
    return { channel, button, canvases, isVisible: false };
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #appear(entries) {
    for (const { isIntersecting, target } of entries) {
      const tile = this.#tiles[Number(target instanceof HTMLElement && target.dataset.channel)];
      if (!tile) continue;
      tile.isVisible = isIntersecting;
      if (isIntersecting) this.#paint(tile);
    }
  }

  /** @param {Tile} tile */
  #paint({ channel, canvases, button }) {
    if (!this.#both) return;
    const { reference, candidate, difference, apart, values, changes } = this.#both;
    const planes = [reference, candidate, difference].map((tensor) => planeOf(tensor, channel));
    const { theme } = this.app.store.state;
    const width = this.layer.shape[2] ?? 1;
    const shown = this.across === 3 ? planes : planes.slice(2);
    const ranges = this.across === 3 ? [values, values, changes] : [apart];
    shown.forEach((plane, i) => {
      const canvas = canvases[i];
      const range = ranges[i];
      if (canvas && range) paint(canvas, plane, width, range, theme);
    });
    button.setAttribute("aria-label", this.#inWords(channel));
    const caption = button.querySelector(".tile-change");
    if (caption) caption.textContent = percent(change(this.#both, channel));
  }

  /** @param {number} channel */
  #inWords(channel) {
    const name = mapName(this.layer, channel);
    if (!this.#both) return name;
    const values = planeOf(this.#both.difference, channel);
    const most = values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    return t.whatif.stage.tile(name, percent(change(this.#both, channel)), number(most));
  }

  /**
   * The tiles in an order, below a line that says what is seen of each.
   *
   * @param {Tile[]} tiles
   */
  #place(tiles) {
    this.element.replaceChildren(...(this.across === 3 ? [this.#key] : []), ...tiles.map(({ button }) => button));
  }

  /**
   * What stands beside what, and the scale of the differences: the legend is that of the values.
   *
   * @param {Both} both
   */
  #writeKey(both) {
    const { reference, candidate } = sideNames(this.app.store.state);
    this.#key.replaceChildren(t.whatif.stage.key(reference, candidate), " ", ramp(both.changes, this.app.store.state.theme));
  }

  /**
   * The maps that changed most first; where equally much, in their order.
   *
   * @param {Both} both
   */
  #sort(both) {
    const apart = this.#tiles.map(({ channel }) => size(planeOf(both.difference, channel)));
    const sorted = [...this.#tiles].sort((a, b) => (apart[b.channel] ?? 0) - (apart[a.channel] ?? 0));
    const order = sorted.map(({ channel }) => channel).join();
    if (order === this.#order) return;
    this.#order = order;
    const focused = document.activeElement;
    this.#place(sorted);
    if (focused instanceof HTMLElement && this.element.contains(focused)) focused.focus({ preventScroll: true });
  }
}

/**
 * How much a map changed, measured against what it was; 0 for one that was nothing and stayed so.
 *
 * @param {Both} both
 * @param {number} channel
 */
function change({ reference, difference }, channel) {
  const apart = size(planeOf(difference, channel));
  return apart === 0 ? 0 : apart / size(planeOf(reference, channel));
}

/** @param {Float32Array} values */
function size(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
