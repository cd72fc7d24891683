/** The stage: the current layer, as a grid of its maps, as one map large, as bars or as cells. */

import { isAbort } from "../../api/http.js";
import { announce, getElement, h } from "../../lib/dom.js";
import { formText, number, signed, words } from "../../i18n/format.js";
import { hasMaps, hasWeights, mapName, unitLabels } from "../../model/graph.js";
import { planeOf } from "../../render/raster.js";
import { extremes, flatness, rangeFor } from "../../model/colour-range.js";
import { valueAt } from "../../model/tensors.js";
import { t } from "../../i18n/index.js";
import { Bars } from "./bars.js";
import { Cells } from "./cells.js";
import { Grid } from "./grid.js";
import { Kernels } from "./kernels.js";
import { Legend } from "./legend.js";
import { MapDetail } from "./map-detail.js";
import { VectorDetail } from "./vector-detail.js";
import { travel } from "./opening.js";
import { nextOrder, orderChoice } from "./order.js";
import { compareView } from "../compare/view.js";
import { HoldChip } from "../shared/hold-chip.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {object} View One way to show a layer.
 * @property {HTMLElement} element
 * @property {(width: number, height: number) => void} fit
 * @property {(tensor: Tensor) => void} paint
 * @property {() => void} mark Show where the cursor is.
 * @property {() => void} focus
 * @property {() => import("./opening.js").Picture | null} [picture] The chosen map as it is
 *   painted.
 * @property {() => import("../../state/types.js").Range | null} [range] What its colours stand for,
 *   where that is not the layer's numbers.
 * @property {() => PairReading | null} [reading] What it reads under the cursor, where that is not
 *   one number.
 *
 * @typedef {{ reference: number, candidate: number, difference: number | null,
 *   range: import("../../state/types.js").Range, marked?: number, apart?: string }} PairReading
 *   `marked` is the number on the range, where that is not the difference; `apart` both with their
 *   places, where these are two.
 */

const MOST_BARS = 100; // a longer vector whose numbers have no names is shown as cells

/** @param {App} app */
export function mountStage(app) {
  const stage = new Stage(app);
  const { store } = app;
  app.shortcuts.register({ o: nextOrder });
  store.watch(["analysis", "layer", "open", "kernels", "bothSides"], () => stage.build());
  store.watch(["pair", "matchedLayer"], ({ bothSides }) => bothSides && stage.build());
  store.watch(["tile"], () => stage.turn());
  store.watch(["frame"], () => stage.follow());
  store.watch(["scale", "order", "theme", "matchedLayer"], () => stage.paint());
  store.watch(["cursor", "held", "explanation", "animation", "focus", "inputImage"], () => stage.mark()); // what the network saw comes after its analysis
}

class Stage {
  /** @type {View | null} */
  #view = null;
  /** @type {Tensor | null} */
  #tensor = null;
  #body = getElement("#stage-body", HTMLElement);
  #legend;
  #chip;
  /** What is on the stage. */
  #shown = { layer: "", open: false };

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#chip = new HoldChip(() => app.navigation.toggleHold());
    getElement("#reading", HTMLElement).before(this.#chip.element);
    this.#legend = new Legend(app);
    new ResizeObserver(() => this.#fit()).observe(this.#body);
  }

  /**
   * Put up the view of the current layer, in its final size; the numbers are painted in as soon as
   * they are here.
   */
  build() {
    const { layer } = this.app.navigation;
    const { numbers } = this.app.store.state;
    if (!layer || !numbers) return;
    this.app.store.set({ focus: null });
    const hadFocus = this.#body.contains(document.activeElement);
    this.#tensor = numbers.peek(layer.name);
    const { open } = this.app.store.state;
    const from = this.#shown.layer === layer.name && this.#shown.open !== open ? this.#view?.picture?.() : null;
    this.#shown = { layer: layer.name, open };
    this.#view = this.#viewOf(layer);
    const isUp = this.#view.element.parentElement === this.#body;
    if (!isUp) this.#body.replaceChildren(this.#view.element);
    this.#title(layer); // first: how many lines it takes decides how much room there is
    this.#fit();
    this.paint();
    const to = from && this.#view.picture?.();
    if (from && to) travel(from, to, this.#view.element);
    if (hadFocus && !isUp) this.#view.focus();
    if (!this.#tensor) void this.#await(layer);
  }

  /** Another map of the same layer. */
  turn() {
    const { layer } = this.app.navigation;
    if (layer && this.app.store.state.open) {
      this.paint();
      this.#title(layer);
    }
  }

  paint() {
    const { analysis } = this.app.store.state;
    if (this.#tensor && analysis) this.#view?.paint(this.#tensor);
    this.mark();
  }

  /** The numbers of the next frame of a moving picture, in the view that is up. */
  follow() {
    const { layer } = this.app.navigation;
    if (layer) void this.#await(layer);
  }

  mark() {
    if (this.#tensor) this.#view?.mark();
    this.#read();
  }

  /** @param {Layer} layer */
  async #await(layer) {
    const { numbers } = this.app.store.state;
    try {
      const tensor = await numbers?.whole(layer);
      if (!tensor || this.app.store.state.numbers !== numbers || this.app.navigation.layer !== layer) return;
      this.#tensor = tensor;
      this.paint();
    } catch (error) {
      if (!isAbort(error)) console.warn(error); // the explorer, who waits for the same numbers, tells the reader
    }
  }

  /**
   * @param {Layer} layer
   * @returns {View}
   */
  #viewOf(layer) {
    const both = compareView(this.app, layer, this.#view, () => this.paint());
    if (both) return both;
    if (this.app.store.state.kernels && !this.app.store.state.open && hasWeights(layer)) return new Kernels(this.app, layer, () => this.#read());
    if (hasMaps(layer)) return this.app.store.state.open ? new MapDetail(this.app, layer) : this.#grid(layer);
    const named = this.app.store.state.model && unitLabels(this.app.store.state.model, layer);
    return new VectorDetail(this.app, layer, named || (layer.shape[0] ?? 0) <= MOST_BARS ? new Bars(this.app, layer) : new Cells(this.app, layer));
  }

  /**
   * Other numbers of a layer that is shown already, those of a changed network, say, are painted
   * where the old ones are.
   *
   * @param {Layer} layer
   */
  #grid(layer) {
    return this.#view instanceof Grid && this.#view.layer === layer ? this.#view : new Grid(this.app, layer);
  }

  #fit() {
    const { clientWidth, clientHeight } = this.#body;
    const edge = 2 * parseFloat(getComputedStyle(this.#body).paddingLeft);
    if (clientWidth && clientHeight) this.#view?.fit(clientWidth - edge, clientHeight - edge);
    if (this.#tensor) this.#view?.mark();
  }

  /** @param {Layer} layer */
  #title(layer) {
    const { open, tile } = this.app.store.state;
    const isOpen = open && hasMaps(layer);
    getElement("#layer-title", HTMLElement).textContent = layer.name;
    const shape = getElement("#layer-shape", HTMLElement);
    if (!isOpen) {
      const order = this.#view instanceof Grid && (layer.shape[0] ?? 0) > 1 ? [orderChoice(this.app)] : [];
      shape.replaceChildren(formText(layer), ...order, ...(hasWeights(layer) ? [this.#views(hasMaps(layer))] : []));
      return;
    }
    const step = (/** @type {string} */ label, /** @type {number} */ delta, /** @type {string} */ sign) =>
      h("button", { type: "button", class: "text", "aria-label": label, on: { click: () => this.app.navigation.stepMap(delta) } }, sign);
    shape.replaceChildren(
      step(t.stage.mapBefore, -1, "↑"),
      h("span", {}, ` ${t.numbers.of(mapName(layer, tile), layer.shape[0] ?? 0)} `),
      step(t.stage.nextMap, 1, "↓"),
      h("button", { type: "button", class: "text", on: { click: () => this.app.navigation.close() } }, t.stage.allMaps),
    );
  }

  /**
   * Maps (or numbers) or kernels, for a layer that has both.
   *
   * @param {boolean} isOfMaps
   */
  #views(isOfMaps) {
    const { kernels } = this.app.store.state;
    const choice = (/** @type {boolean} */ isKernels, /** @type {string} */ name) => {
      const click = () => {
        this.app.store.set({ kernels: isKernels });
        getElement('#layer-shape [aria-pressed="true"]', HTMLElement).focus();
      };
      return h("button", { type: "button", class: "text", "aria-pressed": String(kernels === isKernels), on: { click } }, name);
    };
    const { show, maps, numbers, kernels: others } = t.mapDetail.kernels;
    return h("span", { class: "views", role: "group", "aria-label": show }, choice(false, isOfMaps ? maps : numbers), choice(true, others));
  }

  /**
   * What the colours of this scale cannot show.
   *
   * @param {import("../../state/types.js").Range} range
   * @param {import("../../state/types.js").LayerResult} result
   * @param {number} channel
   */
  #flatness(range, { shape, stats }, channel) {
    const { scale } = this.app.store.state;
    const plane = scale === "map" && shape.length === 3 && this.#tensor ? planeOf(this.#tensor, channel) : null;
    const { min, max } = plane ? extremes(plane) : stats;
    return flatness(min, max, range);
  }

  /** The value under the cursor, in words and on the legend. */
  #read() {
    const { cursor, held, analysis, scale, model } = this.app.store.state;
    const { layer } = this.app.navigation;
    const result = analysis?.layers.find(({ name }) => name === layer?.name);
    if (!layer || !result || !analysis || !model) return;
    const both = this.#view?.reading?.();
    const value = both?.difference ?? (this.#tensor && cursor ? valueAt(this.#tensor, cursor) : null);
    const own = this.#view?.range?.();
    const range = both?.range ?? own ?? rangeFor(scale, analysis, result, this.#tensor, cursor?.[0] ?? 0);
    this.#legend.show(range, own ? null : (both?.marked ?? value), hasMaps(layer) && !both && !own, both || own ? null : this.#flatness(range, result, cursor?.[0] ?? 0));
    const reading = getElement("#reading", HTMLElement);
    this.#chip.show(value !== null && cursor !== null, held !== null);
    if (value === null || !cursor) {
      reading.replaceChildren();
      return;
    }
    const [first = 0, y, x] = cursor;
    const unit = unitLabels(model, layer)?.[first];
    const where = hasMaps(layer) ? `${mapName(layer, first)} · y ${y} · x ${x}` : unit ? words(unit) : t.numbers.number(first);
    const pair = both ? ` · ${t.whatif.stage.reading(number(both.reference), number(both.candidate))}` : "";
    const text = both && both.difference !== null ? signed(value) : number(value);
    const isSaid = hasMaps(layer) && this.app.store.state.open; // which map it is stands in the heading
    const place = isSaid ? [h("span", { class: "said-before" }, `${mapName(layer, first)} · `), `y ${y} · x ${x}`] : [where];
    const said = both?.apart ? [both.apart] : [...place, pair];
    reading.replaceChildren(h("span", { class: "muted" }, ...said), h("output", { data: { value: String(value), place: cursor.join(" ") } }, text));
    if (this.app.store.state.live) return; // it changes many times a second
    announce([`${where.replaceAll(" · ", ", ")}: ${text}`, ...(held ? [t.hold.isHeld] : [])].join(", "));
  }
}
