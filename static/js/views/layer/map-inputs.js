/**
 * What the open map was made from: input maps with the window on them, the kernels, and lines to
 * the number.
 */

import { h, placeBox, svg } from "../../lib/dom.js";
import { signed } from "../../i18n/format.js";
import { hasMaps, isMapByMap, layerNamed, mapName } from "../../model/graph.js";
import { curve, evenSize } from "../../lib/layout.js";
import { paint, planeOf } from "../../render/raster.js";
import { companionRange, layerRange, rangeOf } from "../../model/colour-range.js";
import { byMap, explains, largestFirst, windowBox, windowWidth } from "../../model/terms.js";
import { cellsApart, frameOf, slidingOf, windowAt, within } from "../../model/window.js";
import { t } from "../../i18n/index.js";
import { WindowDetail } from "./window-detail.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../model/terms.js").Group} Group
 *
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} light The window.
 * @property {HTMLElement} winner The cell that a maximum was found in.
 * @property {HTMLCanvasElement | null} kernel
 * @property {HTMLElement} caption
 */

const MOST_ROWS = 4;
const LINES = 3; // rem between the inputs and the map, for the lines

export class MapInputs {
  lines = svg("svg", { class: "lines", "aria-hidden": "true" });
  element = h("div", { class: "before" });
  /** @type {Row[]} */
  #rows = [];
  /** Which maps the rows show, and for which map of the layer they were chosen. */
  #shown = { key: "", maps: /** @type {{ input: string, channel: number }[]} */ ([]) };
  #windowDetail;

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    this.#windowDetail = this.hasKernel ? new WindowDetail(app) : null;
    this.windowDetail = this.#windowDetail?.element ?? null;
  }

  /** Whether single weights tell the story, so that there is a kernel to be drawn. */
  get hasKernel() {
    return this.layer.op === "conv";
  }

  /**
   * Take the room that is needed of the stage's width, and tell how much is left for the large map.
   *
   * @param {number} width
   * @param {number} height
   * @param {number} rem
   * @param {boolean} isNarrow the inputs lie below the map instead of beside it
   */
  fit(width, height, rem, isNarrow) {
    const side = isNarrow ? 4.5 * rem : this.#sideOf(width, height, rem);
    this.element.style.setProperty("--side", `${side}px`);
    if (isNarrow || !this.layer.inputs.length) return width;
    if (isMapByMap(this.layer) && !this.hasKernel) return side; // before and after in one size
    return width - side * (this.hasKernel ? 1.42 : 1) - (this.hasKernel ? LINES + 2.5 : LINES) * rem;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} rem
   */
  #sideOf(width, height, rem) {
    const source = this.#source(this.layer.inputs[0] ?? "");
    const depth = (source?.shape[0] ?? 1) / Number(this.layer.attributes.groups ?? 1);
    const rows = this.hasKernel ? Math.min(MOST_ROWS, depth) : this.layer.inputs.length || 1;
    const frame = source ? frameOf(this.layer, source) : { left: 0, top: 0, right: 1, bottom: 1 };
    const across = frame.right - frame.left;
    const byHeight = ((height / rows - 1.75 * rem) * across) / (frame.bottom - frame.top); // a name and a gap in each row
    const byWidth = this.hasKernel ? width * 0.2 : (width - LINES * rem) / 2;
    return evenSize(Math.max(1.5 * rem, Math.min(byHeight, byWidth)), across);
  }

  /**
   * Fill the rows for the number under the cursor. The same maps stay as long as the map stays, so
   * that nothing jumps.
   */
  paint() {
    const { explanation, layer, cursor, tile, theme, scale, focus } = this.app.store.state;
    this.#slide();
    if (!explains(explanation, layer, cursor) || layer !== this.layer.name) return;
    const groups = byMap(explanation.terms);
    const key = `${tile} ${theme} ${scale}`;
    if (this.#shown.key !== key) {
      this.#shown = { key, maps: largestFirst(groups).slice(0, this.#rowCount(groups)) };
      this.#build();
    }
    const chosen = groups.find(({ input, channel }) => input === focus?.input && channel === focus.channel);
    if (chosen && !this.#shown.maps.some((map) => isOf(chosen, map))) {
      this.#shown.maps.splice(-1, 1, chosen); // a map chosen in the ledger takes the place of the last
      this.#build();
    }
    const [first] = this.#shown.maps;
    const close = chosen ?? groups.find((group) => first && isOf(group, first));
    if (close) this.#windowDetail?.show(explanation, this.layer, close);
    if (this.#windowDetail && close && !chosen) this.app.store.set({ focus: { input: close.input, channel: close.channel } }); // it stays while the window moves
    const range = this.#kernelRange(explanation);
    this.#rows.forEach((row, i) => {
      const map = this.#shown.maps[i];
      const group = groups.find(({ input, channel }) => input === map?.input && channel === map.channel);
      this.#fill(row, group ?? null, range, group !== undefined && group === close);
    });
  }

  /** Move the window at once: where it lies needs no answer of the server. */
  #slide() {
    const sliding = slidingOf(this.layer);
    const [, y, x] = this.app.store.state.cursor ?? [];
    if (!sliding || y === undefined || x === undefined) return;
    this.#rows.forEach(({ light }, i) => {
      const source = this.#source(this.#shown.maps[i]?.input ?? "");
      if (source) placeBox(light, within(windowAt(sliding, y, x), frameOf(this.layer, source)));
    });
  }

  /**
   * Draw lines from the windows to the number.
   *
   * @param {HTMLElement} target the large map
   */
  mark(target) {
    const { cursor } = this.app.store.state;
    const [, y = 0, x = 0] = cursor ?? [];
    const [, height = 1, width = 1] = this.layer.shape;
    const home = this.lines.getBoundingClientRect();
    const box = target.getBoundingClientRect();
    const px = box.left + ((x + 0.5) / width) * box.width - home.left;
    const py = box.top + ((y + 0.5) / height) * box.height - home.top;
    const isBelow = this.element.parentElement?.classList.contains("narrow");
    const paths = this.#rows
      .filter(({ light }) => !light.hidden && !isBelow)
      .map(({ light, kernel }) => {
        const from = (kernel ?? light).getBoundingClientRect();
        return curve(from.right - home.left, from.top + from.height / 2 - home.top, px, py);
      });
    this.lines.replaceChildren(...paths.map((d) => svg("path", { d })));
  }

  /** @param {Group[]} groups */
  #rowCount(groups) {
    return Math.min(this.hasKernel ? MOST_ROWS : 2, groups.filter(({ input }) => this.#source(input)).length);
  }

  /**
   * @param {string} name
   * @returns {Layer | null}
   */
  #source(name) {
    const { model } = this.app.store.state;
    const layer = model && layerNamed(model, name);
    return layer && hasMaps(layer) ? layer : null;
  }

  #build() {
    this.#rows = this.#shown.maps.map((map) => this.#row(map));
    this.element.replaceChildren(...this.#rows.map(({ element }) => element));
    for (const [i, { input, channel }] of this.#shown.maps.entries()) void this.#paintMap(i, input, channel);
    this.#slide();
  }

  /**
   * @param {{ input: string, channel: number }} map
   * @returns {Row}
   */
  #row({ input, channel }) {
    const source = this.#source(input);
    const canvas = h("canvas", { width: 1, height: 1 });
    const light = h("span", { class: "highlight", hidden: true });
    const winner = h("span", { class: "winning-cell", hidden: true });
    const kernel = this.hasKernel ? h("canvas", { class: "kernel", width: 1, height: 1 }) : null;
    const name = `${input} ${source ? mapName(source, channel) : channel}`;
    const caption = h("span", { class: "row-sum" });
    const go = () => this.app.navigation.goTo(input, this.#placeIn(input, channel));
    const frame = source ? frameOf(this.layer, source) : { left: 0, top: 0, right: 1, bottom: 1 };
    const aspect = `${frame.right - frame.left} / ${frame.bottom - frame.top}`;
    this.#drawCells(light);
    const focus = () => this.app.store.set({ focus: { input, channel } });
    const element = h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "row-map", title: t.stage.goTo(name), on: { click: go } },
        h("span", { class: "heatmap padded", style: { "--aspect": aspect } }, source && inside(source, frame, canvas), light, winner),
        h("span", { class: "row-name" }, name),
      ),
      kernel &&
        h(
          "button",
          { type: "button", class: "row-kernel", title: t.mapDetail.windowDetail.choose, "aria-label": `${t.mapDetail.windowDetail.choose}: ${name}`, on: { click: focus } },
          h("span", { class: "muted", "aria-hidden": "true" }, "×"),
          kernel,
          caption,
        ),
    );
    return { element, canvas, light, winner, kernel, caption };
  }

  /**
   * A dilated window is drawn as what it is: cells apart.
   *
   * @param {HTMLElement} light
   */
  #drawCells(light) {
    const sliding = slidingOf(this.layer);
    const cells = sliding ? cellsApart(sliding) : [];
    light.classList.toggle("apart", cells.length > 0);
    for (const cell of cells) {
      const span = h("span", { class: "apart-cell" });
      placeBox(span, cell);
      light.append(span);
    }
  }

  /**
   * @param {string} input
   * @param {number} channel
   */
  #placeIn(input, channel) {
    const { explanation } = this.app.store.state;
    const terms = explanation?.terms.filter((term) => term.input === input && term.channel === channel && !term.padding) ?? [];
    const [best] = terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    return best ? [channel, best.y ?? 0, best.x ?? 0] : [channel, 0, 0];
  }

  /**
   * @param {number} i
   * @param {string} input
   * @param {number} channel
   */
  async #paintMap(i, input, channel) {
    const { numbers, analysis, theme } = this.app.store.state;
    const source = this.#source(input);
    const result = analysis?.layers.find(({ name }) => name === input);
    const row = this.#rows[i];
    if (!source || !result || !row) return;
    const tensor = await numbers?.some(source, [channel]).catch(() => null);
    const range = this.#together() || layerRange(result);
    if (tensor) paint(row.canvas, planeOf(tensor, 0), source.shape[2] ?? 1, range, theme);
  }

  /**
   * @param {Row} row
   * @param {Group | null} group
   * @param {import("../../state/types.js").Range} range
   * @param {boolean} isClose whether its numbers are shown large
   */
  #fill({ light, winner, kernel, caption }, group, range, isClose) {
    const source = group && this.#source(group.input);
    const frame = source && frameOf(this.layer, source);
    const box = group && windowBox(group.terms);
    if (!slidingOf(this.layer)) placeBox(light, box && frame && within(box, frame));
    const best = this.layer.op === "max_pool" ? group?.terms.filter(({ weight }) => weight === 1) : null;
    const cell = best && windowBox(best);
    placeBox(winner, cell && frame ? within(cell, frame) : null);
    kernel?.parentElement?.setAttribute("aria-pressed", String(isClose));
    if (!kernel || !group) return;
    const weights = group.terms.map((term) => term.weight ?? NaN);
    paint(kernel, weights, windowWidth(group.terms), range, this.app.store.state.theme);
    caption.textContent = signed(group.sum);
  }

  /** The scale that before and after share where a map is made from one map alone. */
  #together() {
    const { analysis, scale } = this.app.store.state;
    return scale === "layer" && analysis && companionRange(analysis, this.layer);
  }

  /** @param {Explanation} explanation */
  #kernelRange({ terms }) {
    const most = Math.max(...terms.map(({ weight }) => Math.abs(weight ?? 0)));
    return rangeOf(-most, most, true);
  }
}

/**
 * The map itself within the frame of what the windows reach; around it, the padding shows.
 *
 * @param {Layer} source
 * @param {import("../../state/types.js").Box} frame
 * @param {HTMLCanvasElement} canvas
 */
function inside(source, frame, canvas) {
  const [, height = 1, width = 1] = source.shape;
  const map = h("span", { class: "within" }, canvas);
  placeBox(map, within({ left: 0, top: 0, right: width, bottom: height }, frame));
  return map;
}

/**
 * @param {Group} group
 * @param {{ input: string, channel: number }} map
 */
function isOf(group, map) {
  return group.input === map.input && group.channel === map.channel;
}
