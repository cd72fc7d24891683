/**
 * Two networks side by side: a layer of the one and the layer of the other that goes with it, on
 * one scale.
 */

import { isAbort } from "../../api/http.js";
import { matchingLayer } from "../../state/compared-analyses.js";
import { h, placeBox, setAttribute } from "../../lib/dom.js";
import { number, shapeText, words } from "../../i18n/format.js";
import { hasMaps, mapName, unitLabels } from "../../model/graph.js";
import { fitGrid } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { extremes, layerRange, rangeOf } from "../../model/colour-range.js";
import { valueAt } from "../../model/tensors.js";
import { fractions } from "../../model/terms.js";
import { networkName } from "../../model/network-names.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";
import { pointing } from "../shared/pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").Side} Side
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("../layer/stage.js").View} View
 */

/** @implements {View} */
export class CompareNetworks {
  /** @type {Half[]} */
  #halves = [];
  #matchedLayer = "";

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {() => void} repaint called when numbers that are waited for are here
   */
  constructor(app, layer, repaint) {
    this.app = app;
    this.layer = layer;
    this.repaint = repaint;
    this.element = h("div", { class: "compare-networks" });
    this.#build();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = width < 32 * root;
    this.element.classList.toggle("narrow", isNarrow);
    const room = isNarrow ? { width, height: 20 * root } : { width: (width - 2 * root) / 2, height };
    for (const half of this.#halves) half.fit(room.width, room.height - 2 * root, root);
  }

  paint() {
    this.#build();
    const range = this.#range();
    const tensors = this.#halves.map(({ side, layer }) => side.numbers.peek(layer.name));
    const isHere = tensors.every((tensor) => tensor !== null);
    if (!isHere) void this.#await();
    this.#halves.forEach((half, i) => {
      const tensor = tensors[i];
      if (tensor && range) half.paint(tensor, range, this.app.store.state.theme);
    });
    this.mark();
  }

  mark() {
    for (const half of this.#halves) half.mark(this.#placeIn(half.layer));
  }

  focus() {
    this.#shown()?.focus();
  }

  /**
   * The number under the cursor, and the one in the same part of the picture in the other network.
   */
  reading() {
    const range = this.#range();
    const [reference, candidate] = this.#halves.map(({ side, layer }) => {
      const tensor = side.numbers.peek(layer.name);
      const place = this.#placeIn(layer);
      return tensor && place && { layer, place, value: valueAt(tensor, place) };
    });
    if (!range || !reference || !candidate) return null;
    return { range, reference: reference.value, candidate: candidate.value, difference: null, apart: apart(reference, candidate) };
  }

  /** Both halves; anew when another layer was chosen to go with this one. */
  #build() {
    const { pair, side, model, matchedLayer } = this.app.store.state;
    const away = pair && pair[side === "reference" ? "candidate" : "reference"];
    const other = model && away && matchingLayer(model, this.layer.name, away.model, matchedLayer);
    if (!pair || !other || other.name === this.#matchedLayer) return;
    this.#matchedLayer = other.name;
    this.#halves = [pair.reference, pair.candidate].map((each) => {
      const isShown = each === pair[side];
      return new Half(this.app, each, isShown ? this.layer : other, isShown);
    });
    this.element.replaceChildren(...this.#halves.map(({ element }) => element));
    const stage = this.element.parentElement;
    if (stage) this.fit(stage.clientWidth, stage.clientHeight);
  }

  #shown() {
    return this.#halves.find(({ isShown }) => isShown);
  }

  /** @returns {Range | null} one for both layers */
  #range() {
    const ranges = this.#halves.map(({ side, layer }) => {
      const result = side.analysis.layers.find(({ name }) => name === layer.name);
      return result ? layerRange(result) : null;
    });
    const [a, b] = ranges;
    return a && b ? rangeOf(Math.min(a.low, b.low), Math.max(a.high, b.high), a.signed || b.signed) : null;
  }

  /** @param {Layer} layer */
  #placeIn(layer) {
    const { cursor } = this.app.store.state;
    if (!cursor || layer === this.layer || cursor.length !== layer.shape.length) return layer === this.layer ? cursor : null;
    const at = cursor.map((n, axis) => Math.floor((n * (layer.shape[axis] ?? 1)) / (this.layer.shape[axis] ?? 1)));
    return [Math.min(cursor[0] ?? 0, (layer.shape[0] ?? 1) - 1), ...at.slice(1)];
  }

  async #await() {
    const { pair } = this.app.store.state;
    try {
      await Promise.all(this.#halves.map(({ side, layer }) => side.numbers.whole(layer)));
      if (this.app.store.state.pair === pair) this.repaint();
    } catch (error) {
      if (!isAbort(error)) console.warn(error); // the comparison, which waits for the same numbers, tells the reader
    }
  }
}

/**
 * Both values, each with its own place, where maps of different sizes make that two places.
 *
 * @typedef {{ layer: Layer, place: Place, value: number }} Found
 *
 * @param {Found} reference
 * @param {Found} candidate
 */
function apart(reference, candidate) {
  if (!hasMaps(reference.layer) || String(reference.place) === String(candidate.place)) return undefined;
  const said = (/** @type {Found} */ { layer, place: [map = 0, y, x], value }, /** @type {boolean} */ isMapSaid) =>
    t.whatif.stage.valueAt(`${isMapSaid ? `${mapName(layer, map)} · ` : ""}y ${y} · x ${x}`, number(value));
  const isSameMap = reference.place[0] === candidate.place[0];
  return t.whatif.stage.reading(said(reference, true), said(candidate, !isSameMap));
}

/** One network's part of the stage. */
class Half {
  /** @type {{ canvas: HTMLCanvasElement, button: HTMLButtonElement }[]} */
  #tiles = [];
  #sheet = h("div", { class: "half-body" });
  #mark = h("span", { class: "highlight", hidden: true });

  /**
   * @param {App} app
   * @param {Side} side
   * @param {Layer} layer
   * @param {boolean} isShown whether the page shows this network, so that its maps can be opened
   */
  constructor(app, side, layer, isShown) {
    this.app = app;
    this.side = side;
    this.layer = layer;
    this.isShown = isShown;
    this.name = networkName(side.model, app.store.state.models);
    const title = h("p", {}, h("b", {}, this.name), ` ${layer.name}, ${shapeText(layer.shape)}`);
    this.element = h("section", { class: "half", "aria-label": `${this.name}: ${layer.name}` }, title, this.#sheet);
    if (!hasMaps(layer)) return;
    const only = app.store.state.open;
    const count = only ? 1 : (layer.shape[0] ?? 0);
    this.#tiles = Array.from({ length: count }, (_, i) => this.#tile(only ? null : i));
    this.#sheet.classList.add("tiles");
    this.#sheet.append(...this.#tiles.map(({ button }) => button));
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} root
   */
  fit(width, height, root) {
    if (!hasMaps(this.layer)) return;
    const [, rows = 1, columns = 1] = this.layer.shape;
    const room = { width, height, count: this.#tiles.length, rows, columns, gap: 4, caption: 0, least: root * 1.5 };
    const cell = fitGrid({ ...room, most: this.#tiles.length === 1 ? Infinity : root * 16 });
    this.#sheet.style.setProperty("--across", String(cell.across));
    this.#sheet.style.setProperty("--cell-width", `${cell.width}px`);
    this.#sheet.style.setProperty("--cell-height", `${cell.height}px`);
  }

  /**
   * @param {Tensor} tensor
   * @param {Range} range
   * @param {"light" | "dark"} theme
   */
  paint(tensor, range, theme) {
    if (!hasMaps(this.layer)) {
      this.#list(tensor, range);
      return;
    }
    this.#tiles.forEach(({ canvas, button }, i) => {
      const channel = this.#channelOf(i);
      const plane = planeOf(tensor, channel);
      paint(canvas, plane, this.layer.shape[2] ?? 1, range, theme);
      const { min, max, mean } = extremes(plane);
      const name = mapName(this.layer, channel);
      setAttribute(button, "aria-label", t.whatif.stage.sheet(name, this.name, number(min), number(max), number(mean)));
    });
  }

  /** @param {Place | null} place */
  mark(place) {
    const [channel = 0, y, x] = place ?? [];
    const [, height = 1, width = 1] = this.layer.shape;
    const tile = this.#tiles[this.#tiles.length === 1 ? 0 : channel];
    if (tile && y !== undefined && x !== undefined) {
      tile.canvas.parentElement?.append(this.#mark);
      placeBox(this.#mark, fractions({ left: x, top: y, right: x + 1, bottom: y + 1 }, height, width));
    }
    this.#tiles.forEach(({ button }, i) => (button.tabIndex = this.isShown && this.#channelOf(i) === channel ? 0 : -1));
  }

  focus() {
    this.#tiles.find(({ button }) => button.tabIndex === 0)?.button.focus({ preventScroll: true });
  }

  /** @param {number} tile */
  #channelOf(tile) {
    const { tile: current, open } = this.app.store.state;
    return open ? Math.min(current, (this.layer.shape[0] ?? 1) - 1) : tile;
  }

  /** @param {number | null} channel null for the one in focus */
  #tile(channel) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const button = h("button", { type: "button", class: "tile", disabled: !this.isShown }, h("span", { class: "heatmap" }, canvas));
    if (channel !== null && this.isShown) button.dataset.channel = String(channel);
    const { navigation, store } = this.app;
    const placeOf = (/** @type {MouseEvent} */ event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const [, rows = 1, columns = 1] = this.layer.shape;
      const y = Math.floor(((event.clientY - top) / height) * rows);
      const x = Math.floor(((event.clientX - left) / width) * columns);
      const isIn = y >= 0 && x >= 0 && y < rows && x < columns;
      return isIn ? [channel ?? store.state.tile, y, x] : null;
    };
    const options = channel === null ? {} : { open: () => navigation.open(channel) };
    for (const [type, listener] of Object.entries(pointing(navigation, placeOf, options))) button.addEventListener(type, listener);
    return { canvas, button };
  }

  /**
   * A vector as a list, the largest first: the two networks' numbers have nothing to do with each
   * other one by one.
   *
   * @param {Tensor} tensor
   * @param {Range} range
   */
  #list({ data }, range) {
    const labels = unitLabels(this.side.model, this.layer);
    const order = [...data.keys()].sort((a, b) => (data[b] ?? 0) - (data[a] ?? 0)).slice(0, 24);
    const along = (/** @type {number} */ x) => (range.high > range.low ? (x - range.low) / (range.high - range.low) : 0);
    this.#sheet.style.setProperty("--zero", `${along(0) * 100}%`);
    const rows = order.map((unit) => {
      const value = data[unit] ?? 0;
      const from = along(Math.min(0, value));
      const style = { "--from": `${from * 100}%`, "--length": `${(along(Math.max(0, value)) - from) * 100}%` };
      const name = labels?.[unit];
      return h(
        "li",
        { class: "half-row" },
        h("span", { class: "bar-name", lang: name === undefined ? null : classLanguage(labels ?? []) }, name === undefined ? String(unit) : words(name, labels ?? [])),
        h("span", { class: "bar-track" }, h("span", { class: "compare-bar", style })),
        h("span", { class: "bar-value" }, number(value, range.high)),
      );
    });
    this.#sheet.replaceChildren(h("ol", {}, ...rows));
  }
}
