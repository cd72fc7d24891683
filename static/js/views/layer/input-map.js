/** One map that the open map is made from: within its padding, with the window on it. */

import { h, placeBox } from "../../lib/dom.js";
import { hasMaps, layerNamed, mapName } from "../../model/graph.js";
import { layerRange } from "../../model/colour-range.js";
import { windowBox } from "../../model/terms.js";
import { cellsApart, frameOf, slidingOf, windowAt, within } from "../../model/window.js";
import { paint, planeOf } from "../../render/raster.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../model/terms.js").Group} Group
 *
 * @typedef {{ input: string, channel: number }} Channel One map of a layer that is read.
 */

export class InputMap {
  #canvas = h("canvas", { width: 1, height: 1 });
  #light = h("span", { class: "highlight", hidden: true });
  #winner = h("span", { class: "winning-cell", hidden: true });
  #source;
  #frame;

  /**
   * @param {App} app
   * @param {Layer} layer the one whose map is open
   * @param {Channel} channel
   */
  constructor(app, layer, { input, channel }) {
    this.app = app;
    this.layer = layer;
    this.input = input;
    this.channel = channel;
    this.#source = sourceOf(app, input);
    this.#frame = this.#source ? frameOf(layer, this.#source) : { left: 0, top: 0, right: 1, bottom: 1 };
    const name = nameOf(app, this);
    const aspect = `${this.#frame.right - this.#frame.left} / ${this.#frame.bottom - this.#frame.top}`;
    const go = () => this.app.navigation.goTo(input, this.#place());
    this.#drawCells();
    this.element = h(
      "button",
      { type: "button", class: "row-map", title: t.stage.goTo(name), "aria-label": t.stage.goTo(name), on: { click: go } },
      h("span", { class: "heatmap padded", style: { "--aspect": aspect } }, this.#source && this.#inside(this.#source), this.#light, this.#winner),
    );
    void this.paint();
  }

  /** The window on it; null where there is none to be seen. */
  get window() {
    return this.#light.hidden ? null : this.#light;
  }

  /** Move the window at once: where it lies needs no answer of the server. */
  slide() {
    const sliding = slidingOf(this.layer);
    const [, y, x] = this.app.store.state.cursor ?? [];
    if (sliding && y !== undefined && x !== undefined) placeBox(this.#light, within(windowAt(sliding, y, x), this.#frame));
  }

  /**
   * Where the terms lie, of a layer that has no window; and the cell that a maximum was found in.
   *
   * @param {Group | null} group
   */
  mark(group) {
    const box = group && windowBox(group.terms);
    if (!slidingOf(this.layer)) placeBox(this.#light, box && within(box, this.#frame));
    const best = this.layer.op === "max_pool" ? group?.terms.filter(({ weight }) => weight === 1) : null;
    const cell = best && windowBox(best);
    placeBox(this.#winner, cell ? within(cell, this.#frame) : null);
  }

  /** On its layer's own scale, as everywhere else. */
  async paint() {
    const { numbers, analysis, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.input);
    if (!this.#source || !result) return;
    const tensor = await numbers?.some(this.#source, [this.channel]).catch(() => null);
    if (tensor) paint(this.#canvas, planeOf(tensor, 0), this.#source.shape[2] ?? 1, layerRange(result), theme);
  }

  /**
   * The map itself within the frame of what the windows reach; around it, the padding shows.
   *
   * @param {Layer} source
   */
  #inside({ shape: [, height = 1, width = 1] }) {
    const map = h("span", { class: "within" }, this.#canvas);
    placeBox(map, within({ left: 0, top: 0, right: width, bottom: height }, this.#frame));
    return map;
  }

  /** A dilated window is drawn as what it is: cells apart. */
  #drawCells() {
    const sliding = slidingOf(this.layer);
    const cells = sliding ? cellsApart(sliding) : [];
    this.#light.classList.toggle("apart", cells.length > 0);
    for (const cell of cells) {
      const span = h("span", { class: "apart-cell" });
      placeBox(span, cell);
      this.#light.append(span);
    }
  }

  /** Of the value that brings most. */
  #place() {
    const terms = this.app.store.state.explanation?.terms.filter((term) => isOf(term, this) && !term.padding) ?? [];
    const [best] = terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    return best ? [this.channel, best.y ?? 0, best.x ?? 0] : [this.channel, 0, 0];
  }
}

/**
 * The layer of this name, if it has maps.
 *
 * @param {App} app
 * @param {string} name
 * @returns {Layer | null}
 */
export function sourceOf({ store }, name) {
  const layer = store.state.model && layerNamed(store.state.model, name);
  return layer && hasMaps(layer) ? layer : null;
}

/**
 * @param {App} app
 * @param {Channel} map
 */
export function nameOf(app, { input, channel }) {
  const source = sourceOf(app, input);
  return `${input} ${source ? mapName(source, channel) : channel}`;
}

/**
 * A map's name, of which the layer may be cut where there is no room, the map's number never.
 *
 * @param {App} app
 * @param {Channel} map
 */
export function nameTag(app, { input, channel }) {
  const source = sourceOf(app, input);
  return h("span", { class: "row-name" }, h("span", {}, input), h("span", {}, source ? mapName(source, channel) : String(channel)));
}

/**
 * @param {{ input: string, channel?: number | null }} a
 * @param {Channel} b
 */
export function isOf(a, b) {
  return a.input === b.input && (a.channel ?? 0) === b.channel;
}
