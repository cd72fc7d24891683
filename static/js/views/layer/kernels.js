/**
 * All kernels of a layer, and of the chosen one every slice. Weights come as they are looked at,
 * never all at once.
 */

import { fetchWeights } from "../../api/client.js";
import { isAbort } from "../../api/http.js";
import { h } from "../../lib/dom.js";
import { count, number, rough } from "../../i18n/format.js";
import { layerNamed, mapName, mapsBehind } from "../../model/graph.js";
import { colourPlanes, isColour } from "../../model/preprocess.js";
import { paint } from "../../render/raster.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";
import { paintMix } from "./window-detail.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("./stage.js").View} View
 *
 * @typedef {{ name: string, weights: number[], rows: number, columns: number, norm: number }} Slice
 *   One input's weights.
 * @typedef {{ button: HTMLButtonElement, canvas: HTMLCanvasElement }} Tile
 */

const BATCH = 16; // filters that are fetched at a time
const PAGE = 48; // slices that are shown at a time

/** @implements {View} */
export class Kernels {
  /** @type {Tile[]} */
  #tiles;
  /** @type {Map<number, Slice[]>} */
  #here = new Map();
  /** @type {Set<number>} The batches that are asked for. */
  #asked = new Set();
  #slices = h("section", { class: "kernel-slices", "aria-live": "off" });
  #list = h("div", { class: "kernel-list" });
  #page = 0;
  #onScale;
  #shown = -1;
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "25%" });

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {() => void} onScale called when the chosen kernel's scale has become known
   */
  constructor(app, layer, onScale) {
    this.app = app;
    this.layer = layer;
    this.#onScale = onScale;
    this.#tiles = Array.from({ length: layer.shape[0] ?? 0 }, (_, filter) => this.#tile(filter));
    this.#list.append(...this.#tiles.map(({ button }) => button));
    const handlers = {
      ...pointing(app.navigation, (event) => this.#placeOf(event)),
      focusin: (/** @type {FocusEvent} */ event) => this.#focus(event),
    };
    const all = h("div", { role: "group", "aria-label": t.mapDetail.kernels.all(layer.name), on: handlers }, this.#list);
    this.element = h("div", { class: "kernels" }, this.#slices, all);
    for (const { button } of this.#tiles) this.#observer.observe(button);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const side = Math.sqrt((width * Math.max(height * 0.55, 8 * rem)) / this.#tiles.length) - 1.5 * rem;
    this.#list.style.setProperty("--kernel", `${Math.max(2.5 * rem, Math.min(6 * rem, side))}px`);
  }

  /** Of the chosen kernel: each is drawn on its own scale, so that its pattern can be seen. */
  range() {
    const slices = this.#here.get(this.app.store.state.tile);
    return slices ? this.#rangeOf(slices) : null;
  }

  paint() {
    for (const filter of this.#here.keys()) this.#draw(filter);
    this.#shown = -1;
  }

  mark() {
    const { tile } = this.app.store.state;
    this.#fetch(tile);
    if (tile === this.#shown) return;
    for (const filter of [this.#shown, tile]) {
      const button = this.#tiles[filter]?.button;
      button?.classList.toggle("current", filter === tile);
      if (button) button.tabIndex = filter === tile ? 0 : -1;
    }
    this.#shown = tile;
    this.#page = 0;
    this.#showSlices();
  }

  focus() {
    this.#tiles[this.app.store.state.tile]?.button.focus();
  }

  /**
   * @param {number} filter
   * @returns {Tile}
   */
  #tile(filter) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const name = mapName(this.layer, filter);
    const button = h(
      "button",
      { type: "button", class: "kernel-tile", tabindex: -1, "aria-label": name, data: { channel: String(filter) } },
      canvas,
      h("span", { "aria-hidden": "true" }, String(filter)),
    );
    return { button, canvas };
  }

  /**
   * The number under the cursor, of the kernel's own map.
   *
   * @param {Event} event
   * @returns {import("../../state/types.js").Place | null}
   */
  #placeOf({ target }) {
    const tile = target instanceof Element && target.closest(".kernel-tile[data-channel]");
    const { cursor } = this.app.store.state;
    return tile instanceof HTMLElement && cursor ? [Number(tile.dataset.channel), ...cursor.slice(1)] : null;
  }

  /**
   * A kernel that is reached by key is shown; one that a pointer presses is the pointer's.
   *
   * @param {FocusEvent} event
   */
  #focus(event) {
    const place = event.target instanceof Element && event.target.matches(":focus-visible") ? this.#placeOf(event) : null;
    if (place) this.app.navigation.toMap(place[0] ?? 0);
  }

  /**
   * To the map that the kernel makes.
   *
   * @param {number} filter
   */
  #open(filter) {
    this.app.store.set({ kernels: false });
    if (this.layer.shape.length === 3) this.app.navigation.open(filter);
    else this.app.navigation.show([filter]);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && target instanceof HTMLElement) this.#fetch(Number(target.dataset.channel));
    }
  }

  /** @param {number} filter */
  #fetch(filter) {
    const batch = Math.floor(filter / BATCH);
    if (this.#asked.has(batch)) return;
    this.#asked.add(batch);
    void this.#bring(batch).catch((error) => {
      this.#asked.delete(batch);
      if (!isAbort(error)) console.warn(error);
    });
  }

  /** @param {number} batch */
  async #bring(batch) {
    const { model } = this.app.store.state;
    const filters = this.#tiles.map((_, filter) => filter).slice(batch * BATCH, (batch + 1) * BATCH);
    if (!model) return;
    const { parameters } = await fetchWeights(model.id, this.layer.name, filters);
    filters.forEach((filter, i) => {
      this.#here.set(filter, this.#slicesOf(filter, parameters.weight[i]));
      this.#draw(filter);
    });
    if (!filters.includes(this.#shown)) return;
    this.#showSlices();
    this.#onScale();
  }

  /**
   * A filter's weights, one slice an input map; a fully connected layer's by the maps behind its
   * list.
   *
   * @param {number} filter
   * @param {any} weight [channel][row][column] or [input]
   * @returns {Slice[]}
   */
  #slicesOf(filter, weight) {
    const { model } = this.app.store.state;
    const source = model && layerNamed(model, this.layer.inputs[0] ?? "");
    if (!model || !source) return [];
    const isConv = Array.isArray(weight[0]);
    const maps = isConv ? source : mapsBehind(model, source.name);
    const rows = isConv ? weight[0].length : (maps?.shape[1] ?? 1);
    const columns = isConv ? weight[0][0].length : (maps?.shape[2] ?? weight.length);
    /** @type {number[]} */
    const flat = weight.flat(2);
    const first = isConv ? this.#firstInput(filter, weight.length) : 0;
    return Array.from({ length: flat.length / (rows * columns) }, (_, i) => {
      const weights = flat.slice(i * rows * columns, (i + 1) * rows * columns);
      const norm = Math.hypot(...weights);
      return { name: maps ? mapName(maps, first + i) : `${first + i}`, weights, rows, columns, norm };
    });
  }

  /**
   * The first input map of the filter's group.
   *
   * @param {number} filter
   * @param {number} depth
   */
  #firstInput(filter, depth) {
    const perGroup = (this.layer.shape[0] ?? 1) / Number(this.layer.attributes.groups ?? 1);
    return Math.floor(filter / perGroup) * depth;
  }

  /** @param {Slice[]} slices */
  #rangeOf(slices) {
    const reaches = slices.map(({ weights }) => extremes(weights));
    const most = Math.max(...reaches.map(({ min, max }) => Math.max(-min, max)));
    return rangeOf(-most, most, true);
  }

  /**
   * The input, where the kernels look at the photo's three colours, so that they have colours of
   * their own.
   */
  get #colourInput() {
    const { model } = this.app.store.state;
    const source = model && layerNamed(model, this.layer.inputs[0] ?? "");
    return isColour(source) && this.layer.attributes.groups === 1 ? source : null;
  }

  /**
   * The small picture of a filter: its colours, or its largest slice, or where a slice is one
   * number, all of them.
   *
   * @param {number} filter
   */
  #draw(filter) {
    const slices = this.#here.get(filter);
    const tile = this.#tiles[filter];
    if (!slices?.[0] || !tile) return;
    const range = this.#rangeOf(slices);
    const { rows, columns } = slices[0];
    const { theme } = this.app.store.state;
    const input = this.#colourInput;
    if (input) paintMix(tile.canvas, slices.flatMap(({ weights }) => weights), [rows, columns], colourPlanes(input), range.high);
    else if (rows * columns === 1) paint(tile.canvas, slices.flatMap(({ weights }) => weights), Math.ceil(Math.sqrt(slices.length)), range, theme);
    else {
      const largest = slices.reduce((a, b) => (b.norm > a.norm ? b : a));
      paint(tile.canvas, largest.weights, columns, range, theme);
    }
    const name = mapName(this.layer, filter);
    tile.button.setAttribute("aria-label", t.mapDetail.kernels.inWords(name, number(range.low), number(range.high)));
  }

  #showSlices() {
    const slices = this.#here.get(this.#shown);
    const name = mapName(this.layer, this.#shown);
    if (!slices) {
      this.#slices.replaceChildren(h("p", { class: "muted" }, t.mapDetail.kernels.wait));
      return;
    }
    const range = this.#rangeOf(slices);
    const sorted = [...slices].sort((a, b) => b.norm - a.norm);
    const from = this.#page * PAGE;
    const pictures = sorted.slice(from, from + PAGE).map((slice) => this.#picture(slice, range));
    const open = h("button", { type: "button", class: "text", on: { click: () => this.#open(this.#shown) } }, t.mapDetail.kernels.open(name));
    this.#slices.replaceChildren(
      h("p", { class: "kernel-head" }, t.mapDetail.kernels.slices(name, count(slices.length)), open, ...this.#pager(slices.length)),
      h("div", { class: "kernel-list" }, this.#colourInput && this.#mixed(slices, this.#colourInput, range.high), ...pictures),
    );
  }

  /**
   * @param {Slice} slice
   * @param {import("../../state/types.js").Range} range
   */
  #picture({ name, weights, columns }, range) {
    const canvas = h("canvas", { role: "img", "aria-label": `${name}: ${weights.slice(0, 25).map(rough).join(" ")}` });
    paint(canvas, weights, columns, range, this.app.store.state.theme);
    return h("figure", { class: "kernel-tile", title: weights.map(rough).join("  ") }, canvas, h("span", {}, name));
  }

  /**
   * @param {Slice[]} slices
   * @param {import("../../state/types.js").Layer} input
   * @param {number} most
   */
  #mixed(slices, input, most) {
    const { rows = 1, columns = 1 } = slices[0] ?? {};
    const canvas = h("canvas", { role: "img", "aria-label": t.mapDetail.kernels.colour });
    paintMix(canvas, slices.flatMap(({ weights }) => weights), [rows, columns], colourPlanes(input), most);
    return h("figure", { class: "kernel-tile", title: t.mapDetail.kernels.colour }, canvas, h("span", {}, t.mapDetail.windowDetail.colourKernel));
  }

  /**
   * @param {number} all
   * @returns {Node[]}
   */
  #pager(all) {
    if (all <= PAGE) return [];
    const from = this.#page * PAGE;
    const turn = (/** @type {number} */ delta, /** @type {string} */ name, /** @type {boolean} */ isEnd) => {
      const click = () => {
        this.#page += delta;
        this.#showSlices();
      };
      return h("button", { type: "button", class: "text", disabled: isEnd, on: { click } }, name);
    };
    const where = t.mapDetail.kernels.page(count(from + 1), count(Math.min(all, from + PAGE)), count(all));
    return [turn(-1, t.mapDetail.kernels.before, from === 0), h("span", {}, where), turn(1, t.mapDetail.kernels.next, from + PAGE >= all)];
  }
}
