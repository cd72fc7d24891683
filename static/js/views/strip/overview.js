/**
 * Small multiples over all layers, below the strip: zeros, minimum and maximum, standard deviation,
 * silent maps, and what is not a number. Where every layer has its column in sight, its bars stand
 * below it.
 */

import { announce, getElement, h, setAttribute, svg } from "../../lib/dom.js";
import { storage } from "../../lib/storage.js";
import { count, number, percent } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { MARGIN } from "../../network/geometry.js";
import { bringStageIntoSight } from "../shared/stage-in-sight.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").LayerResult} LayerResult
 * @typedef {import("./index.js").Strip} Strip
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {(layer: LayerResult) => [low: number, high: number]} span of a layer's bar
 * @property {boolean} [isShare] from 0 to 1; the others' scales are logarithmic, as far as their
 *   layers reach
 * @property {boolean} [isRare] left out where no layer has any
 */

const OPEN = "layer-overview"; // remembered by the browser
const HEIGHT = 100; // of a row, in its own units
const FAR = 10; // layers that Page ↑ and Page ↓ go

const { overview } = t.strip;

/** @type {Row[]} */
const ROWS = [
  { title: overview.zeros, isShare: true, span: ({ stats }) => [0, stats.zero_fraction] },
  { title: overview.silent, isShare: true, span: (layer) => [0, silentShare(layer)] },
  { title: overview.extremes, span: ({ stats }) => [Math.min(0, stats.min), Math.max(0, stats.max)] },
  { title: overview.deviation, span: ({ stats }) => [0, stats.std] },
  { title: overview.notNumbers, isRare: true, span: ({ stats }) => [0, stats.nan_count + stats.inf_count] },
];

/**
 * @param {App} app
 * @param {Strip} strip
 * @returns {HTMLButtonElement} that shows it and puts it away
 */
export function mountOverview(app, strip) {
  const view = new Overview(app, strip);
  const { store } = app;
  const button = h("button", { type: "button", class: "text", "aria-controls": "overview", "aria-expanded": "false" }, overview.title);
  const show = (/** @type {boolean} */ isOpen) => {
    view.root.hidden = !isOpen;
    setAttribute(button, "aria-expanded", String(isOpen));
    if (isOpen) view.build();
  };
  button.addEventListener("click", () => {
    const isOpen = view.root.hidden;
    storage.set(OPEN, isOpen ? "open" : "");
    show(isOpen);
  });
  show(storage.get(OPEN) === "open");
  store.watch(["analysis", "strip"], () => view.build());
  store.watch(["layer"], () => view.mark());
  strip.root.addEventListener("drawn", () => view.align());
  return button;
}

class Overview {
  /** @type {LayerResult[]} */
  #layers = [];
  /** @type {number | null} The layer under the pointer. */
  #pointed = null;
  #reading = h("p", { class: "overview-reading" });
  #rows = h("div", { class: "overview-rows" });
  #mark = h("div", { class: "overview-mark", "aria-hidden": "true" });
  #charts = h(
    "div",
    { class: "overview-charts", role: "slider", tabindex: 0, "aria-label": overview.layer, "aria-valuemin": 1 },
    this.#rows,
    this.#mark,
  );
  root = h("section", { class: "overview", id: "overview", "aria-label": overview.title, hidden: true }, this.#reading, this.#charts, h("p", { class: "overview-scale muted" }, overview.logarithmic));

  /**
   * @param {App} app
   * @param {Strip} strip
   */
  constructor(app, strip) {
    this.app = app;
    this.strip = strip;
    getElement("#strip", HTMLElement).append(this.root);
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) this.#charts.addEventListener(type, (event) => this.#point(this.#at(event)));
    for (const type of /** @type {const} */ (["pointerleave", "pointercancel"])) this.#charts.addEventListener(type, () => this.#point(null));
    // A column may be narrower than a finger, which therefore reads while it moves and chooses when
    // it is lifted.
    this.#charts.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && this.#go(this.#at(event)));
    this.#charts.addEventListener("click", (event) => this.#go(this.#at(event)));
    this.#charts.addEventListener("keydown", (event) => this.#press(event));
  }

  build() {
    const { analysis } = this.app.store.state;
    if (this.root.hidden || !analysis) return;
    this.#layers = analysis.layers;
    setAttribute(this.#charts, "aria-valuemax", this.#layers.length);
    this.#rows.replaceChildren(...ROWS.flatMap((row) => drawRow(row, this.#layers) ?? []));
    this.align();
    this.mark();
  }

  /** Below the columns, where each layer has one in sight; else from edge to edge. */
  align() {
    const { drawing, root, place } = this.strip;
    if (this.root.hidden || !drawing) return;
    const isBelow = drawing.isChain && drawing.columns.length === this.#layers.length && root.scrollWidth <= root.clientWidth;
    const from = MARGIN * place.unit + (isBelow ? place.margin : 0);
    const width = isBelow ? drawing.columns.length * drawing.pitch * place.unit : root.clientWidth - 2 * from;
    this.#charts.style.marginLeft = `${from}px`;
    this.#charts.style.width = `${width}px`;
  }

  /** The layer that is pointed at, or else the current one: where it is, and its figures. */
  mark() {
    const { layer } = this.app.store.state;
    const current = this.#layers.findIndex(({ name }) => name === layer);
    const at = this.#pointed ?? current;
    const shown = this.#layers[at];
    this.#mark.hidden = !shown;
    if (this.root.hidden || !shown) return;
    const { length } = this.#layers;
    Object.assign(this.#mark.style, { left: `${(100 * at) / length}%`, width: `${100 / length}%` });
    this.#mark.classList.toggle("pointed", at !== current);
    this.#reading.replaceChildren(h("b", {}, shown.name), ...figuresOf(shown).map(([name, value]) => h("span", {}, `${name} `, h("data", {}, value))));
    setAttribute(this.#charts, "aria-valuenow", current + 1);
    setAttribute(this.#charts, "aria-valuetext", textOf(this.#layers[current]));
  }

  /** @param {number | null} at */
  #point(at) {
    if (at === this.#pointed) return;
    this.#pointed = at;
    this.mark();
  }

  /** @param {MouseEvent} event */
  #at({ clientX }) {
    const { left, width } = this.#charts.getBoundingClientRect();
    const { length } = this.#layers;
    return Math.max(0, Math.min(length - 1, Math.floor(((clientX - left) / width) * length)));
  }

  /** @param {number} at */
  #go(at) {
    const layer = this.#layers[Math.max(0, Math.min(this.#layers.length - 1, at))];
    if (!layer) return;
    this.app.navigation.goTo(layer.name);
    bringStageIntoSight();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const at = this.#layers.findIndex(({ name }) => name === this.app.store.state.layer);
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: FAR, PageDown: -FAR, Home: -Infinity, End: Infinity }[event.key];
    if (!steps || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, up and down step through the maps
    this.#go(at + steps);
    announce(textOf(this.#layers[Math.max(0, Math.min(this.#layers.length - 1, at + steps))]));
  }
}

/**
 * A bar for each layer. Far apart values are told apart by a scale that is logarithmic on both
 * sides of zero.
 *
 * @param {Row} row
 * @param {LayerResult[]} layers
 */
function drawRow({ title, span, isShare, isRare }, layers) {
  const spans = layers.map(span);
  const [least, most] = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  if (isRare && most === 0) return null;
  const scale = isShare ? (/** @type {number} */ value) => value : (/** @type {number} */ value) => Math.sign(value) * Math.log1p(Math.abs(value));
  const [bottom, top] = isShare ? [0, 1] : [scale(least), scale(most)];
  const y = (/** @type {number} */ value) => (HEIGHT * (top - scale(value))) / (top - bottom || 1);
  const bars = spans.map(([low, high], i) => svg("rect", { x: i + 0.15, width: 0.7, y: y(high), height: Math.max(0, y(low) - y(high)) }));
  const ends = isShare ? percent(1) : `${number(least)} … ${number(most)}`;
  return [
    h("p", { class: "overview-title" }, title, h("span", { class: "muted" }, ends)),
    svg(
      "svg",
      { class: "overview-row", viewBox: `0 0 ${layers.length} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "zero", x: 0, width: layers.length, y: y(0) - 0.5, height: 1 }),
      ...bars,
    ),
  ];
}

/** @param {LayerResult} layer */
function silentShare({ stats, shape }) {
  return stats.silent_channels ? stats.silent_channels.length / (shape[0] || 1) : 0;
}

/**
 * @param {LayerResult} layer
 * @returns {[name: string, value: string][]}
 */
function figuresOf({ stats, shape }) {
  const { silent_channels: silent } = stats;
  return [
    [overview.zeros, percent(stats.zero_fraction)],
    ...(silent ? [/** @type {[string, string]} */ ([overview.silent, overview.of(count(silent.length), count(shape[0] ?? 0))])] : []),
    [t.inspector.min, figure(stats.min)],
    [t.inspector.max, figure(stats.max)],
    [overview.deviation, figure(stats.std)],
    [overview.nan, count(stats.nan_count)],
    [overview.inf, count(stats.inf_count)],
  ];
}

/** @param {number} value that is none in a layer without one finite number */
function figure(value) {
  return Number.isFinite(value) ? number(value) : "–";
}

/** @param {LayerResult | undefined} layer */
function textOf(layer) {
  return layer ? `${layer.name}: ${figuresOf(layer).map((figure) => figure.join(" ")).join(", ")}` : "";
}
