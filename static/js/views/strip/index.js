/** The network strip: every layer where it stands in the network, and the map to move on. */

import { originalOf } from "../../state/compared-analyses.js";
import { debounce, getElement, h, setAttribute, svg } from "../../lib/dom.js";
import { findBlocks } from "../../network/blocks.js";
import { blockOf, itemsOf } from "../../network/fold.js";
import { drawStrip } from "../../network/geometry.js";
import { enter, isOpen, toggleBlock } from "../../network/view.js";
import { bringStageIntoSight } from "../shared/stage-in-sight.js";
import { drawBracket, drawColumn, dressColumn, listOf, nameOf } from "./column.js";
import { rem, textWidth, unitNow } from "./canvas.js";
import { Lights } from "./lights.js";
import { shownMaps, pathShapes } from "./path.js";
import { StripPlace } from "./place.js";
import { mountSearch } from "./search.js";
import { Thumbnails } from "./thumbnails.js";
import { mountStripTools } from "./tools.js";

/**
 * @typedef {import("../../network/blocks.js").Block} Block
 * @typedef {import("../../network/geometry.js").Column} Column
 * @typedef {import("../../network/geometry.js").Drawing} Drawing
 * @typedef {import("./column.js").Drawn} Drawn
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").State} State
 */

const AHEAD = 480; // pixels beside what is in sight that are drawn, too
const MAPS_ON_A_SCREEN = 30; // of the largest that are drawn, one below the other
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
  store.watch(["frame"], () => strip.refill());
  store.watch(["explanation", "cursor", "layer", "frame"], () => strip.light());
  mountStripTools(app, strip);
  mountSearch(app, strip);
}

export class Strip {
  /** @type {Map<string, Drawn>} */
  #drawn = new Map();
  /** @type {Map<string, Drawn>} By every layer, also those of folded blocks. */
  #holds = new Map();
  /** @type {Map<string, SVGPathElement[]>} */
  #edges = new Map();
  /**
   * @type {{ route: import("../../network/routes.js").Route, line: SVGPathElement }[]} Lines that
   *   have not been in sight.
   */
  #unseen = [];
  /** @type {Element[]} What stands out because it is current. */
  #current = [];
  #strongestPath = svg("svg", { class: "path-line", "aria-hidden": "true" });
  /**
   * @type {import("../../state/types.js").PathStep[] | null} Those that the columns show the maps
   *   of.
   */
  #followed = null;
  #laidOut = "";
  #width = 0; // of the room, in pixels
  #isWaiting = false;
  /** @type {Drawing | null} */
  drawing = null;
  /** @type {Block[]} */
  blocks = [];
  /** @type {Model | null} Whose blocks these are. */
  #model = null;
  #lights = new Lights();
  #thumbnails;
  root = h("div", { class: "strip-view" });
  place = new StripPlace(this.root);

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#thumbnails = new Thumbnails(app.store);
    getElement("#strip", HTMLElement).append(this.root);
    this.root.addEventListener("scroll", () => this.#look(), { passive: true });
    const resize = debounce(() => this.root.clientWidth === this.#width || this.build(), REST);
    new ResizeObserver(() => {
      this.#look();
      resize();
    }).observe(this.root);
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
    const unit = unitNow(); // asked for now, since later the browser would have to lay everything out first
    this.#width = this.root.clientWidth;
    const room = { room: this.#width / unit, most: innerHeight / unit / MAPS_ON_A_SCREEN };
    const laidOut = JSON.stringify([model.id, state.strip.zoom, open, [...typical], room, unit]);
    if (laidOut === this.#laidOut) {
      this.refill();
      this.#showHits();
      return;
    }
    this.#laidOut = laidOut;
    this.place.unit = unit;
    const held = this.place.hold(state.layer, this.#holds.get(state.layer) ?? [...this.#drawn.values()][0]);
    const { activeElement } = document;
    const hadFocus = this.root.contains(activeElement);
    const items = itemsOf(model.layers, this.blocks, (block) => open[block.number - 1] ?? true);
    const names = items.map((item) => textWidth(nameOf(item)));
    this.#draw(drawStrip(items, typical, { ...room, zoom: state.strip.zoom, names }), typical);
    if (isNew) this.root.scrollLeft = 0;
    else this.place.release(held, this.#holds.get(held.layer), this.drawing?.pitch ?? 0);
    const current = this.#markCurrent();
    const fold = activeElement instanceof HTMLElement && this.#foldOf(activeElement.dataset.block);
    if (hadFocus) (fold || current?.button)?.focus({ preventScroll: true });
    this.#drawPath();
    this.#fillVisible();
    this.#showHits();
    this.light();
    this.root.dispatchEvent(new Event("drawn")); // what is below the strip follows
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
    this.place.bringIntoView(drawn);
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
    for (const drawn of this.#drawn.values()) this.#thumbnails.paint(drawn);
  }

  /**
   * Show in the layers before where the number under the cursor came from, and what it sees of the
   * input.
   */
  light() {
    this.#lights.show(this.app.store.state, (layer) => this.#drawn.get(layer));
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
    const go = (/** @type {string} */ name) => {
      this.app.navigation.goTo(name);
      bringStageIntoSight();
    };
    const outputs = new Set(this.#model?.outputs.map(({ name }) => name));
    const all = columns.map((column) => {
      const isOutput = column.item.layers.some(({ name }) => outputs.has(name));
      return drawColumn(column, (typical.get(column.layer.name) ?? []).slice(0, column.cells.length), isOutput, go);
    });
    this.#drawn = new Map(all.map((drawn) => [drawn.column.layer.name, drawn]));
    this.#holds = new Map(all.flatMap((drawn) => drawn.column.item.layers.map(({ name }) => [name, drawn])));
    this.#edges = new Map();
    this.#current = [];
    this.#lights.forget();
    this.#unseen = routes.map((route) => ({ route, line: svg("path") }));
    for (const { route, line } of this.#unseen) this.#edges.set(route.to, [...(this.#edges.get(route.to) ?? []), line]);
    const lines = this.#unseen.map(({ line }) => line);
    const size = { width: rem(width), height: rem(height) };
    const sheets = h("div", { class: "sheets" });
    this.#thumbnails.layOut(far ? [] : columns, sheets, this.place.unit);
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
  refill() {
    for (const drawn of this.#drawn.values()) if (drawn.tensor) void this.#thumbnails.fill(drawn);
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
    this.place.bringIntoView(chosen);
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
    const { drawing } = this;
    if (!drawing) return;
    const { from, to } = this.place.sight(AHEAD);
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
      if (!drawing.far) void this.#thumbnails.fill(drawn);
    }
    if (isMore) this.light();
  }
}
