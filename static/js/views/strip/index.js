/** The network strip: every layer where it stands in the network, and the map to move on. */

import { isAbort } from "../../api/http.js";
import { originalOf } from "../../state/compared-analyses.js";
import { getElement, h, placeBox, prefersReducedMotion, setAttribute, svg } from "../../lib/dom.js";
import { hasMaps } from "../../model/graph.js";
import { findBlocks } from "../../network/blocks.js";
import { blockOf, itemsOf } from "../../network/fold.js";
import { drawStrip } from "../../network/geometry.js";
import { enter, isOpen, toggleBlock } from "../../network/view.js";
import { condense, planeOf } from "../../render/raster.js";
import { layerRange } from "../../model/colour-range.js";
import { explains, fractions, windowBox } from "../../model/terms.js";
import { drawBracket, drawColumn, dressColumn, listOf } from "./column.js";
import { mountSearch } from "./search.js";
import { rem, Sheet, unitNow } from "./canvas.js";
import { mountStripTools } from "./tools.js";
import { shownMaps, pathShapes } from "./path.js";

/**
 * @typedef {import("../../network/blocks.js").Block} Block
 * @typedef {import("../../network/geometry.js").Column} Column
 * @typedef {import("../../network/geometry.js").Drawing} Drawing
 * @typedef {import("./column.js").Drawn} Drawn
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").State} State
 */

// Browsers make every canvas a layer of its own, and a hundred layers take longer to put together than everything else that a
// moved cursor changes. So neighbouring columns share one.
const COLUMNS_A_SHEET = 16;

const AHEAD = 480; // pixels beside what is in sight that are drawn, too
const REST = 120; // milliseconds between two looks at what has come into sight while the strip moves

/** @param {App} app */
export function mountStrip(app) {
  const strip = new Strip(app);
  const { store } = app;
  store.watch(["analysis", "strip"], () => strip.build());
  store.watch(["layer"], () => strip.arrive());
  store.watch(["strongestPath", "layer"], () => strip.follow());
  store.watch(["layer", "analysis"], () => strip.choose());
  store.watch(["theme"], () => strip.repaint());
  store.watch(["explanation", "cursor", "layer"], () => strip.light());
  mountStripTools(app, strip);
  mountSearch(app, strip);
}

export class Strip {
  /** @type {Map<string, Drawn>} */
  #drawn = new Map();
  /** @type {Map<string, Drawn>} By every layer, also those of folded blocks. */
  #holds = new Map();
  /** @type {Map<Column, Sheet>} */
  #sheets = new Map();
  /** @type {Set<HTMLElement>} Those that are on. */
  #lit = new Set();
  /** @type {Map<string, SVGPathElement[]>} */
  #edges = new Map();
  /** @type {{ route: import("../../network/routes.js").Route, line: SVGPathElement }[]} Lines that have not been in sight. */
  #unseen = [];
  /** @type {Element[]} What stands out because it is current. */
  #current = [];
  #strongestPath = svg("svg", { class: "path-line", "aria-hidden": "true" });
  /** @type {import("../../state/types.js").PathStep[] | null} Those that the columns show the maps of. */
  #followed = null;
  #laidOut = "";
  #isWaiting = false;
  #unit = 1; // pixels in a sixteenth of a rem
  /** @type {Drawing | null} */
  drawing = null;
  /** @type {Block[]} */
  blocks = [];
  /** @type {Model | null} Whose blocks these are. */
  #model = null;
  /** @type {{ column: number, x: number } | null} What stays where it is while the reader zooms: how many columns from the left. */
  anchor = null;
  root = h("div", { class: "strip-view" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    getElement("#strip", HTMLElement).append(this.root);
    this.root.addEventListener("scroll", () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#look()).observe(this.root);
  }

  /** Lay the network out. The columns fill themselves as they come into sight. */
  build() {
    const { state } = this.app.store;
    const { model, analysis } = state;
    if (!model || !analysis) return;
    if (model !== this.#model) this.blocks = findBlocks(model.layers);
    const isNew = model.id !== this.#model?.id;
    this.#model = model;
    const original = originalOf(state);
    const typical = shownMaps(model, (original.model === model && original.analysis) || analysis, this.#followed); // flipping moves nothing
    const open = this.blocks.map((block) => isOpen(state, block));
    const laidOut = JSON.stringify([model.id, state.strip.zoom, open, [...typical]]);
    if (laidOut === this.#laidOut) {
      this.#refill();
      this.#showHits();
      return;
    }
    this.#laidOut = laidOut;
    this.#unit = unitNow(); // asked for now, since after the next line the browser would have to lay everything out first
    const held = this.#hold();
    const { activeElement } = document;
    const hadFocus = this.root.contains(activeElement);
    const items = itemsOf(model.layers, this.blocks, (block) => open[block.number - 1] ?? true);
    this.#draw(drawStrip(items, typical, { room: this.root.clientWidth / this.#unit, zoom: state.strip.zoom }), typical);
    if (isNew) this.root.scrollLeft = 0;
    else this.#release(held);
    const current = this.#markCurrent();
    const fold = activeElement instanceof HTMLElement && this.#foldOf(activeElement.dataset.block);
    if (hadFocus) (fold || current?.button)?.focus({ preventScroll: true });
    this.#drawPath();
    this.#fillVisible();
    this.#showHits();
    this.light();
  }

  /** The reader goes to a layer: its block opens. */
  arrive() {
    const { model, layer } = this.app.store.state;
    if (!model || !this.blocks.length) return;
    enter(this.app.store, blockOf(model.layers, this.blocks, layer));
    this.build();
  }

  /** Let the current layer stand out, and bring it into sight. */
  choose() {
    const drawn = this.#markCurrent();
    if (!drawn) return;
    if (this.root.contains(document.activeElement)) drawn.button.focus({ preventScroll: true });
    this.bringIntoView(drawn);
  }

  /** Draw the strongest path through the columns; these then show the maps that it goes through. */
  follow() {
    const steps = this.app.store.state.strongestPath?.steps ?? null;
    if (steps !== this.#followed) {
      this.#followed = steps;
      this.build();
      this.choose();
      this.light();
    }
    this.#drawPath();
  }

  repaint() {
    for (const drawn of this.#drawn.values()) this.#paint(drawn);
  }

  /**
   * Show in the layers before where the number under the cursor came from, and what it sees of the
   * input.
   */
  light() {
    const { model, explanation, cursor, layer } = this.app.store.state;
    const first = model?.layers[0];
    if (!model || !first) return;
    const current = explains(explanation, layer, cursor) ? explanation : null;
    if (!current && cursor && explanation?.layer === layer) return; // the old ones stay until the new ones are here
    const before = this.#lit;
    this.#lit = new Set();
    if (current?.receptive_field) this.#lightUp(first.name, current.receptive_field.input, null);
    for (const input of new Set(current?.terms.map((term) => term.input))) {
      const terms = current?.terms.filter((term) => term.input === input) ?? [];
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
   * Scroll so that a column is in the middle.
   *
   * @param {Drawn | undefined} drawn
   */
  bringIntoView(drawn) {
    if (!drawn) return;
    const { left, top, width, height } = drawn.column;
    const { clientWidth, clientHeight } = this.root;
    this.root.scrollTo({
      left: this.#margin + (left + width / 2) * this.#unit - clientWidth / 2,
      top: (top + height / 2) * this.#unit - clientHeight / 2,
      behavior: prefersReducedMotion() ? "instant" : "smooth",
    });
  }

  /**
   * The column that a layer is in.
   *
   * @param {string} layer
   */
  columnOf(layer) {
    return this.#holds.get(layer);
  }

  /**
   * @param {string} name
   * @param {import("../../state/types.js").Box} box
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
   * Put a drawing on the page in place of the one before.
   *
   * @param {Drawing} drawing
   * @param {Map<string, number[]>} typical
   */
  #draw(drawing, typical) {
    const { columns, groups, brackets, routes, width, height, far, isChain } = drawing;
    this.drawing = drawing;
    const go = (/** @type {string} */ name) => this.app.navigation.goTo(name);
    const outputs = new Set(this.#model?.outputs.map(({ name }) => name));
    const all = columns.map((column) => {
      const isOutput = column.item.layers.some(({ name }) => outputs.has(name));
      return drawColumn(column, (typical.get(column.layer.name) ?? []).slice(0, column.cells.length), isOutput, go);
    });
    this.#drawn = new Map(all.map((drawn) => [drawn.column.layer.name, drawn]));
    this.#holds = new Map(all.flatMap((drawn) => drawn.column.item.layers.map(({ name }) => [name, drawn])));
    this.#edges = new Map();
    this.#current = [];
    this.#lit = new Set();
    this.#unseen = routes.map((route) => ({ route, line: svg("path") }));
    for (const { route, line } of this.#unseen) this.#edges.set(route.to, [...(this.#edges.get(route.to) ?? []), line]);
    const lines = this.#unseen.map(({ line }) => line);
    const size = { width: rem(width), height: rem(height) };
    const sheets = h("div", { class: "sheets" });
    this.#sheets = far ? new Map() : this.#makeSheets(columns, sheets);
    const toggle = (/** @type {Block} */ block) => toggleBlock(this.app.store, block);
    const folds = new Map(brackets.map((bracket) => [bracket.block, drawBracket(bracket, toggle)]));
    setAttribute(this.#strongestPath, "viewBox", `0 0 ${width} ${height}`);
    Object.assign(this.#strongestPath.style, size);
    this.root.replaceChildren(
      h(
        "div",
        { class: ["strip-inner", far && "far", isChain && "chain"].filter(Boolean).join(" "), style: size },
        svg("svg", { class: "edges", viewBox: `0 0 ${width} ${height}`, style: size, "aria-hidden": "true" }, ...lines),
        ...groups.map(({ text, left, width }) =>
          h(
            "span",
            { class: "group", "aria-hidden": "true", style: { left: rem(left + 4), width: rem(Math.max(1, width - 8)) } },
            width > 5 * text.length && text,
          ),
        ),
        sheets,
        h("ol", {}, ...listOf(all, folds)),
        this.#strongestPath,
      ),
    );
    getElement("#strip", HTMLElement).dataset.zoom = String(drawing.pitch / 52);
  }

  /**
   * @param {Column[]} columns
   * @param {HTMLElement} root
   * @returns {Map<Column, Sheet>}
   */
  #makeSheets(columns, root) {
    /** @type {Column[][]} */
    const groups = [];
    for (const column of columns) (groups[Math.floor(column.at / COLUMNS_A_SHEET)] ??= []).push(column);
    return new Map(
      groups.flatMap((group) => {
        const sheet = new Sheet(group, root, this.#unit);
        return group.map((column) => /** @type {[Column, Sheet]} */ ([column, sheet]));
      }),
    );
  }

  /** @returns {Drawn | undefined} the current one */
  #markCurrent() {
    const { layer } = this.app.store.state;
    for (const element of this.#current) {
      if (element instanceof HTMLElement) {
        element.removeAttribute("aria-current");
        element.tabIndex = -1;
      } else element.classList.remove("current");
    }
    const drawn = this.#holds.get(layer);
    const lines = this.#edges.get(drawn?.column.layer.name ?? "") ?? [];
    this.#current = drawn ? [drawn.button, ...lines] : [];
    for (const line of lines) line.classList.add("current");
    if (!drawn) return undefined;
    drawn.button.setAttribute("aria-current", "step");
    drawn.button.tabIndex = 0;
    return drawn;
  }

  /** @param {string | undefined} block its id */
  #foldOf(block) {
    return block === undefined ? null : /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-block="${CSS.escape(block)}"]`));
  }

  #drawPath() {
    const { strongestPath, layer } = this.app.store.state;
    this.#strongestPath.replaceChildren(...pathShapes(strongestPath?.steps ?? [], layer, (name) => this.#drawn.get(name)));
  }

  /**
   * Other numbers of the same network in the same columns; the old ones stay until the new ones are
   * here.
   */
  #refill() {
    for (const drawn of this.#drawn.values()) if (drawn.tensor) void this.#fill(drawn);
  }

  /** Let what a search found stand out, the one that would be gone to most of all. */
  #showHits() {
    const { hits, hit } = this.app.store.state.strip;
    const found = new Set(hits.map((name) => this.#holds.get(name)));
    const chosen = hit === null ? undefined : this.#holds.get(hit);
    for (const drawn of this.#drawn.values()) {
      drawn.button.classList.toggle("hit", found.has(drawn));
      drawn.button.classList.toggle("chosen", drawn === chosen);
    }
    this.root.classList.toggle("searched", hits.length > 0);
    this.bringIntoView(chosen);
  }

  /**
   * How many columns there are to the left of a place on the screen.
   *
   * @param {number} x in pixels from the left of the strip
   */
  columnsUntil(x) {
    const { pitch = 1 } = this.drawing ?? {};
    return ((this.root.scrollLeft - this.#margin + x) / this.#unit - 8) / pitch;
  }

  /** Pixels beside a network that is narrower than its room. */
  get #margin() {
    const { firstElementChild } = this.root;
    return firstElementChild instanceof HTMLElement ? firstElementChild.offsetLeft : 0;
  }

  /**
   * What is to stay in its place on the screen: the place that the reader zooms at, or else the
   * current layer.
   */
  #hold() {
    const { layer } = this.app.store.state;
    if (this.anchor) return { ...this.anchor, layer: "" };
    const drawn = this.#holds.get(layer) ?? [...this.#drawn.values()][0];
    const { left = 0, width = 0 } = drawn?.column ?? {};
    return { column: 0, x: (left + width / 2) * this.#unit - this.root.scrollLeft, layer };
  }

  /** @param {{ column: number, x: number, layer: string }} held */
  #release({ column, x, layer }) {
    const { pitch = 0 } = this.drawing ?? {};
    const { left, width } = this.#holds.get(layer)?.column ?? { left: 8 + column * pitch, width: 0 };
    this.root.scrollLeft = (left + width / 2) * this.#unit - x;
    this.anchor = null;
  }

  /**
   * What comes into sight while the strip moves gets its places at once, and its numbers when there
   * is time.
   */
  #look() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.#fillVisible();
    }, REST);
  }

  /** Label and fill the columns in view. */
  #fillVisible() {
    const { drawing, root } = this;
    if (!drawing) return;
    const from = (root.scrollLeft - this.#margin - AHEAD) / this.#unit;
    const to = from + (root.clientWidth + 2 * AHEAD) / this.#unit;
    this.#unseen = this.#unseen.filter(({ route, line }) => {
      const isSeen = route.right >= from && route.left <= to;
      if (isSeen) line.setAttribute("d", route.path);
      return !isSeen;
    });
    let isMore = false;
    for (const drawn of this.#drawn.values()) {
      const { left, width } = drawn.column;
      if (drawn.thumbs.length || left + width < from || left > to) continue;
      dressColumn(drawn, drawing.far);
      isMore = true;
      if (!drawing.far) void this.#fill(drawn);
    }
    if (isMore) this.light();
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
      // A thumbnail that cannot be had stays empty; the stage reports the reason when its layer is opened.
      if (!isAbort(error)) console.warn(error);
    }
  }

  /** @param {Drawn} drawn */
  #paint({ column, thumbs, tensor }) {
    const { analysis, theme } = this.app.store.state;
    const { layer } = column;
    const result = analysis?.layers.find(({ name }) => name === layer.name);
    const sheet = this.#sheets.get(column);
    if (!tensor || !result || !sheet) return;
    const range = layerRange(result);
    thumbs.forEach((thumb, i) => {
      if (hasMaps(layer)) sheet.paint(column, i, planeOf(tensor, i), layer.shape[2] ?? 1, range, theme);
      else sheet.paint(column, i, condense(tensor.data, 128), 1, range, theme);
      thumb.classList.remove("empty");
    });
  }
}
