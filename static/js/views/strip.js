/** The network strip: every layer in order, and the map to move on. */

import { isAbort } from "../api.js";
import { originalOf } from "../compare.js";
import { find, h, placeBox, prefersStillness, setAttribute, svg } from "../dom.js";
import { shapeText } from "../format.js";
import { hasMaps, layerNamed, typicalMaps } from "../graph.js";
import { layoutStrip, STRIP } from "../layout.js";
import { condense, planeOf } from "../raster.js";
import { layerRange } from "../scale.js";
import { explains, fractions, windowBox } from "../terms.js";
import { opTitle } from "../words.js";
import { say } from "../words/index.js";
import { rem, rootSize, Sheet } from "./strip-sheet.js";
import { placeOf } from "./trail.js";

/**
 * @typedef {import("../layout.js").Column} Column
 * @typedef {import("../types.js").App} App
 * @typedef {import("../types.js").State} State
 * @typedef {import("../types.js").Tensor} Tensor
 *
 * @typedef {object} Drawn A column on the page.
 * @property {Column} column
 * @property {HTMLButtonElement} button
 * @property {HTMLElement[]} thumbs
 * @property {HTMLElement[]} lights
 * @property {number[]} channels
 * @property {Tensor | null} tensor
 */

// Browsers make every canvas a layer of its own, and a hundred layers take longer to put together than everything else that a
// moved cursor changes. So neighbouring columns share one.
const COLUMNS_A_SHEET = 16;

/** @param {App} app */
export function mountStrip(app) {
  const strip = new Strip(app);
  const { store } = app;
  store.watch(["analysis"], () => strip.build());
  store.watch(["trail", "layer"], () => strip.follow());
  store.watch(["layer", "analysis"], () => strip.choose());
  store.watch(["theme"], () => strip.repaint());
  store.watch(["explanation", "cursor", "layer"], () => strip.light());
}

class Strip {
  /** @type {Map<string, Drawn>} */
  #drawn = new Map();
  /** @type {Sheet[]} */
  #sheets = [];
  /** @type {Set<HTMLElement>} Those that are on. */
  #lit = new Set();
  /** @type {Map<string, SVGPathElement[]>} */
  #edges = new Map();
  #trail = svg("svg", { class: "trail-line", "aria-hidden": "true" });
  /** @type {import("../types.js").TrailStep[] | null} Those that the columns show the maps of. */
  #followed = null;
  #root = find("#strip", HTMLElement);
  /** @type {IntersectionObserver} */
  #sight;
  #laidOut = "";

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#sight = new IntersectionObserver((entries) => this.#appear(entries), { root: this.#root, rootMargin: "0px 480px" });
  }

  /** Lay the network out. The columns fill themselves as they come into sight. */
  build() {
    const { model, analysis } = this.app.store.state;
    if (!model || !analysis) return;
    const original = originalOf(this.app.store.state);
    const typical = this.#maps(model, (original.model === model && original.analysis) || analysis); // so that flipping moves nothing
    const laidOut = JSON.stringify([model.id, [...typical]]);
    if (laidOut === this.#laidOut) {
      this.#refill();
      return;
    }
    this.#laidOut = laidOut;
    const scrolled = this.#root.scrollLeft;
    this.#sight.disconnect();
    const { columns, groups, edges, width, height } = layoutStrip(model, typical, (this.#root.clientWidth * 16) / rootSize());
    this.#edges = new Map();
    const lines = edges.map(({ to, path }) => {
      const line = svg("path", { d: path });
      this.#edges.set(to, [...(this.#edges.get(to) ?? []), line]);
      return line;
    });
    const size = { width: rem(width), height: rem(height) };
    this.#drawn = new Map(columns.map((column) => [column.layer.name, this.#draw(column, typical)]));
    this.#lit = new Set();
    this.#sheets = [];
    for (let i = 0; i < columns.length; i += COLUMNS_A_SHEET) this.#sheets.push(new Sheet(columns.slice(i, i + COLUMNS_A_SHEET)));
    this.#root.replaceChildren(
      h(
        "div",
        { class: "strip-inner", style: size },
        svg("svg", { class: "edges", viewBox: `0 0 ${width} ${height}`, style: size, "aria-hidden": "true" }, ...lines),
        ...groups.map(({ text, left, width }) =>
          h("span", { class: "group", "aria-hidden": "true", style: { left: rem(left + 4), width: rem(width - 8) } }, text),
        ),
        ...this.#sheets.map(({ canvas }) => canvas),
        h("ol", {}, ...[...this.#drawn.values()].map(({ button }) => h("li", {}, button))),
        this.#trail,
      ),
    );
    setAttribute(this.#trail, "viewBox", `0 0 ${width} ${height}`);
    this.#trail.style.width = size.width;
    this.#trail.style.height = size.height;
    this.#root.scrollLeft = scrolled;
    for (const { button } of this.#drawn.values()) this.#sight.observe(button);
  }

  /** Let the current layer stand out, and bring it into sight. */
  choose() {
    const { layer } = this.app.store.state;
    for (const [name, { button }] of this.#drawn) {
      setAttribute(button, "aria-current", name === layer && "step");
      button.tabIndex = name === layer ? 0 : -1;
    }
    for (const [to, lines] of this.#edges) {
      for (const line of lines) line.classList.toggle("current", to === layer);
    }
    const button = this.#drawn.get(layer)?.button;
    if (!button) return;
    if (this.#root.contains(document.activeElement)) button.focus({ preventScroll: true });
    const left = button.offsetLeft + button.offsetWidth / 2 - this.#root.clientWidth / 2;
    this.#root.scrollTo({ left, behavior: prefersStillness() ? "instant" : "smooth" });
  }

  /** Draw the trail through the columns; these then show the maps that it goes through. */
  follow() {
    const { trail, layer } = this.app.store.state;
    const steps = trail?.steps ?? null;
    if (steps !== this.#followed) {
      this.#followed = steps;
      this.build();
      this.choose();
      this.light();
    }
    const points = (steps ?? []).flatMap((step) => this.#pointOf(step) ?? []);
    const line = points.map(({ x, y }, i) => `${i ? "L" : "M"}${x} ${y}`).join("");
    this.#trail.replaceChildren(
      svg("path", { d: line }),
      ...points.map(({ x, y, name }) => svg("circle", { cx: x, cy: y, r: name === layer ? 4 : 2.5 })),
    );
  }

  /** Other numbers of the same network in the same columns; the old ones stay until the new ones are here. */
  #refill() {
    for (const drawn of this.#drawn.values()) if (drawn.tensor) void this.#fill(drawn);
  }

  repaint() {
    for (const drawn of this.#drawn.values()) this.#paint(drawn);
  }

  /** Show in the layers before where the number under the cursor came from, and what it sees of the input. */
  light() {
    const { model, explanation, cursor, layer } = this.app.store.state;
    const first = model?.layers[0];
    if (!model || !first) return;
    const why = explains(explanation, layer, cursor) ? explanation : null;
    if (!why && cursor && explanation?.layer === layer) return; // the old ones stay until the new ones are here
    const before = this.#lit;
    this.#lit = new Set();
    if (why?.receptive_field) this.#lightUp(first.name, why.receptive_field.input, null);
    for (const input of new Set(why?.terms.map((term) => term.input))) {
      const terms = why?.terms.filter((term) => term.input === input) ?? [];
      const channels = new Set(terms.map((term) => term.channel ?? 0));
      const box = windowBox(terms);
      if (box) this.#lightUp(input, box, channels);
    }
    if (cursor?.length === 3) {
      const [channel = 0, top = 0, left = 0] = cursor;
      this.#lightUp(layer, { left, top, right: left + 1, bottom: top + 1 }, new Set([channel]));
    }
    for (const light of before) if (!this.#lit.has(light)) light.hidden = true;
  }

  /**
   * Which maps stand for each layer: the typical ones, and any that a trail goes through.
   *
   * @param {import("../types.js").Model} model
   * @param {import("../types.js").Analysis} analysis
   */
  #maps(model, analysis) {
    const typical = typicalMaps(model, analysis.layers, STRIP.cells);
    for (const step of this.#followed ?? []) {
      const shown = typical.get(step.layer) ?? [];
      const channel = step.index.channel ?? null;
      if (channel !== null && !shown.includes(channel)) typical.set(step.layer, [...shown.slice(0, -1), channel]);
    }
    return typical;
  }

  /**
   * Where a number lies on the strip.
   *
   * @param {import("../types.js").TrailStep} step
   */
  #pointOf(step) {
    const { column, channels } = this.#drawn.get(step.layer) ?? {};
    const [first = 0, y, x] = placeOf(step);
    const cell = column?.cells[y === undefined ? 0 : (channels?.indexOf(first) ?? 0)];
    if (!column || !cell) return null;
    const [size = 1, height = size, width = 1] = column.layer.shape;
    const [down, across] = y === undefined ? [first, 0] : [y, x ?? 0];
    return {
      name: step.layer,
      x: cell.x + ((across + 0.5) / width) * cell.width,
      y: cell.y + ((down + 0.5) / height) * cell.height,
    };
  }

  /**
   * @param {string} name
   * @param {import("../types.js").Box} box
   * @param {Set<number> | null} channels only on these maps
   */
  #lightUp(name, box, channels) {
    const drawn = this.#drawn.get(name);
    const [, height, width] = drawn?.column.layer.shape ?? [];
    if (!drawn || height === undefined || width === undefined) return;
    drawn.lights.forEach((light, i) => {
      const channel = drawn.channels[i] ?? -1;
      if (channels && !channels.has(channel)) return;
      placeBox(light, fractions(box, height, width));
      this.#lit.add(light);
    });
  }

  /**
   * @param {Column} column
   * @param {Map<string, number[]>} typical
   * @returns {Drawn}
   */
  #draw(column, typical) {
    const { layer, left, width, cells } = column;
    const lights = cells.map(() => h("span", { class: "lit", hidden: true }));
    const thumbs = cells.map((cell, i) =>
      h(
        "span",
        {
          class: "thumb empty",
          style: { left: rem(cell.x - left), top: rem(cell.y), width: rem(cell.width), height: rem(cell.height) },
        },
        lights[i],
      ),
    );
    const go = () => this.app.explorer.goTo(layer.name);
    const button = h(
      "button",
      {
        type: "button",
        class: "column",
        tabindex: -1,
        title: layer.name,
        "aria-label": say.strip.column(layer.name, opTitle(layer.op), shapeText(layer.shape)),
        style: { left: rem(left), width: rem(width) },
        data: { layer: layer.name },
        on: { click: go },
      },
      h("span", { class: "column-name" }, layer.name),
      ...thumbs,
    );
    return { column, button, thumbs, lights, channels: typical.get(layer.name) ?? [], tensor: null };
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #appear(entries) {
    for (const { isIntersecting, target } of entries) {
      const drawn = target instanceof HTMLElement && this.#drawn.get(target.dataset.layer ?? "");
      if (!isIntersecting || !drawn) continue;
      this.#sight.unobserve(target);
      void this.#fill(drawn);
    }
  }

  /** @param {Drawn} drawn */
  async #fill(drawn) {
    const { numbers } = this.app.store.state;
    const { layer } = drawn.column;
    if (!numbers) return;
    try {
      const tensor = await (hasMaps(layer) ? numbers.some(layer, drawn.channels) : numbers.whole(layer));
      if (this.app.store.state.numbers !== numbers) return; // those of another analysis are on their way
      drawn.tensor = tensor;
      this.#paint(drawn);
    } catch (error) {
      // A thumbnail that cannot be had stays empty; whoever goes to its layer is told why.
      if (!isAbort(error)) console.warn(error);
    }
  }

  /** @param {Drawn} drawn */
  #paint({ column, thumbs, tensor }) {
    const { analysis, theme, model } = this.app.store.state;
    const { layer } = column;
    const result = analysis?.layers.find(({ name }) => name === layer.name);
    const sheet = this.#sheets.find((sheet) => sheet.columns.includes(column));
    if (!tensor || !result || !model || !sheet || !layerNamed(model, layer.name)) return;
    const range = layerRange(result);
    thumbs.forEach((thumb, i) => {
      if (hasMaps(layer)) sheet.paint(column, i, planeOf(tensor, i), layer.shape[2] ?? 1, range, theme);
      else sheet.paint(column, i, condense(tensor.data, 128), 1, range, theme);
      thumb.classList.remove("empty");
    });
  }
}
