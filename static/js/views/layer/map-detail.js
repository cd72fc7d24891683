/** One map enlarged, beside its inputs; the window follows the cursor. */

import { h, placeBox } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { isMapByMap, mapName } from "../../model/graph.js";
import { evenSize } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { extremes, rangeFor } from "../../model/colour-range.js";
import { fractions } from "../../model/terms.js";
import { slidingOf } from "../../model/window.js";
import { hasWindow } from "../../state/window-animation.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";
import { ConvSum } from "./conv-sum.js";
import { MapInputs } from "./map-inputs.js";
import { Player } from "./player.js";
import { Veil } from "./veil.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 */

const LOW = 15; // rem in which a sum has room for its call-out
const CLOSE = 7.875; // rem for one window's numbers below, and in the line above them the player
const CAPTION = 1.125; // rem below the map
const PLAYER = 2.25; // rem below that, where there is no window below
const LEAST = 15; // rem for what is above them
const COLOURS = 45; // rem in which the window's numbers have room for it in colour

/** @implements {View} */
export class MapDetail {
  #canvas = h("canvas", { width: 1, height: 1 });
  #mark = h("span", { class: "highlight", hidden: true });
  #veil = new Veil();
  #map;
  /** @type {import("./map-inputs.js").Inputs} */
  #before;
  #player;

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#player = hasWindow(layer) ? new Player(app) : null;
    this.#map = h(
      "div",
      {
        class: "heatmap large",
        tabindex: 0,
        role: "application",
        "aria-roledescription": t.stage.heatmap,
        data: { cursor: "" },
        on: pointing(app.navigation, (event) => this.#placeOf(event), { drags: true }),
      },
      this.#canvas,
      ...this.#veil.elements,
      this.#mark,
    );
    for (const type of ["pointermove", "pointerdown"]) this.#map.addEventListener(type, () => app.windowAnimation.pause()); // a hand on the map takes over
    const isConvolution = layer.op === "conv" || slidingOf(layer)?.isTransposed;
    this.#before = isConvolution ? new ConvSum(app, layer) : new MapInputs(app, layer);
    this.element = h(
      "div",
      { class: this.#before.windowDetail ? "map-detail with-close" : "map-detail" },
      this.#before.element,
      this.#before.between,
      this.#player?.element,
      h("figure", { class: "after" }, this.#map, h("figcaption", { class: "muted" }, "")),
      this.#before.windowDetail,
      this.#before.lines,
    );
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const [, rows = 1, columns = 1] = this.layer.shape;
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const isNarrow = width < 32 * root;
    this.element.classList.toggle("narrow", isNarrow);
    const below = this.#before.windowDetail && !isNarrow ? CLOSE * root : 0;
    const tall = Math.max(height, below + LEAST * root); // with less, the stage scrolls
    this.element.style.minHeight = isNarrow ? "" : `${tall}px`;
    this.element.classList.toggle("tight", width < COLOURS * root);
    const free = (isNarrow ? height : tall) - below;
    this.element.classList.toggle("low", free < LOW * root && !isNarrow);
    const rest = this.#before.fit(width, free, root, isNarrow);
    const foot = root * (CAPTION + (this.#player && !below ? PLAYER : 0));
    const side = Math.min(rest, isNarrow ? Infinity : (Math.max(8 * root, free - foot) * columns) / rows);
    const size = side === rest && isMapByMap(this.layer) ? side : evenSize(side, columns); // that of the map before, which has been made even
    this.element.style.setProperty("--map", `${size}px`);
    this.#map.style.width = `${size}px`;
    this.#map.style.height = `${(size * rows) / columns}px`;
    this.#drawLines();
  }

  /** @param {Tensor} tensor */
  paint(tensor) {
    const { analysis, scale, theme, tile } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.layer.name);
    if (!analysis || !result) return;
    const plane = planeOf(tensor, tile);
    const range = rangeFor(scale, analysis, result, tensor, tile);
    paint(this.#canvas, plane, this.layer.shape[2] ?? 1, range, theme);
    const { min, max, mean } = extremes(plane);
    const figures = t.numbers.span(number(min), number(max), number(mean));
    const name = mapName(this.layer, tile);
    this.#map.setAttribute("aria-label", t.stage.open(this.layer.name, name, figures));
    const caption = this.element.querySelector(".after figcaption");
    if (caption) caption.textContent = `${name} · ${figures}`;
    this.#before.paint(tensor);
  }

  mark() {
    const [, y, x] = this.app.store.state.cursor ?? [];
    const [, height = 1, width = 1] = this.layer.shape;
    const at = y !== undefined && x !== undefined ? { left: x, top: y, right: x + 1, bottom: y + 1 } : null;
    placeBox(this.#mark, at && fractions(at, height, width));
    this.#map.classList.toggle("held", this.app.store.state.held !== null);
    this.#player?.mark();
    this.#veil.mark(this.layer.shape, this.app.store.state.animation);
    this.element.classList.toggle("sliding", this.app.store.state.animation?.playing ?? false);
    this.#before.paint(null);
    this.#drawLines();
  }

  focus() {
    this.#map.focus({ preventScroll: true });
  }

  /** The map, and where it is. */
  picture() {
    return { canvas: this.#canvas, box: this.#canvas.getBoundingClientRect() };
  }

  #drawLines() {
    this.#before.mark(this.#mark.hidden ? this.#map : this.#mark);
  }

  /**
   * @param {MouseEvent} event
   * @returns {Place}
   */
  #placeOf(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const [, rows = 1, columns = 1] = this.layer.shape;
    const within = (/** @type {number} */ share, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const y = within((event.clientY - top) / height, rows);
    const x = within((event.clientX - left) / width, columns);
    return [this.app.store.state.tile, y, x];
  }
}
