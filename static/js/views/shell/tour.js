/**
 * A tour that points at real things on the page, brings each into sight, and waits for the reader.
 */

import { getElement, h, prefersReducedMotion } from "../../lib/dom.js";
import { storage } from "../../lib/storage.js";
import { hasMaps } from "../../model/graph.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {keyof typeof t.tour.stops} StopName
 *
 * @typedef {object} Stop
 * @property {StopName} name
 * @property {string} target what is pointed at; the first that can be seen
 * @property {(app: App) => void} [prepare] bring the page into the state in which it can be pointed
 *   at
 */

const SEEN = "toured"; // remembered by the browser, so that the tour is offered once
const GAP = 12; // pixels between what is pointed at and the words about it

/** @type {Stop[]} */
const STOPS = [
  { name: "photo", target: ".picture" },
  { name: "strip", target: "#strip" },
  { name: "maps", target: "#stage-body", prepare: (app) => goToMaps(app, false) },
  { name: "number", target: "#stage-body .heatmap.large, #stage-body", prepare: (app) => goToMaps(app, true) },
  { name: "sums", target: ".explain", prepare: ({ store }) => store.set({ tab: "layer" }) },
  { name: "tabs", target: "#tabs" },
  { name: "answer", target: ".answer" },
  { name: "more", target: "#foot" },
];

/**
 * Offer the tour on a first visit, and in the help.
 *
 * @param {App} app
 */
export function mountTour(app) {
  const tour = new Tour(app);
  const offer = getElement("#invitation", HTMLElement);
  offer.hidden = storage.get(SEEN) !== null;
  const decline = () => {
    storage.set(SEEN, "yes");
    offer.hidden = true;
  };
  offer.append(
    h("button", { type: "button", class: "text", on: { click: () => tour.begin() } }, t.tour.offer),
    h("button", { type: "button", class: "icon", "aria-label": t.tour.decline, on: { click: decline } }, "×"),
  );
  getElement("#help-dialog", HTMLElement).append(
    h("button", { type: "button", class: "text", id: "help-tour", on: { click: () => tour.begin() } }, t.tour.offer),
  );
}

class Tour {
  #at = 0;
  #ring = h("div", { class: "tour-ring", "aria-hidden": "true" });
  #count = h("p", { class: "tour-count muted" });
  #title = h("h2", { id: "tour-title" });
  #text = h("p", {});
  #back = h("button", { type: "button", class: "text", on: { click: () => this.#go(this.#at - 1) } }, t.tour.back);
  #next = h("button", { type: "button", class: "primary", on: { click: () => this.#go(this.#at + 1) } });
  #callout = h(
    "div",
    { class: "tour", role: "dialog", "aria-labelledby": "tour-title", on: { keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) } },
    h("button", { type: "button", class: "icon tour-close", "aria-label": t.tour.close, on: { click: () => this.end() } }, "×"),
    h("div", { "aria-live": "polite" }, this.#count, this.#title, this.#text),
    h("p", { class: "tour-steps" }, this.#back, this.#next),
  );
  /** @type {Element | null} Where the focus came from. */
  #origin = null;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  begin() {
    if (this.#callout.isConnected) return;
    storage.set(SEEN, "yes");
    this.#origin = document.activeElement;
    getElement("#help-dialog", HTMLDialogElement).close();
    getElement("#invitation", HTMLElement).hidden = true;
    this.app.navigation.stopWalk();
    document.body.append(this.#ring, this.#callout);
    this.#go(0);
    this.#follow();
  }

  end() {
    this.#ring.remove();
    this.#callout.remove();
    const homes = [this.#origin, ...document.querySelectorAll("#help, #menu-open")]; // the menu has the help where it is narrow
    const home = homes.find((element) => element instanceof HTMLElement && element.checkVisibility());
    if (home instanceof HTMLElement) home.focus({ preventScroll: true });
  }

  /** @param {number} at */
  #go(at) {
    const stop = STOPS[at];
    if (!stop) {
      if (at >= STOPS.length) this.end();
      return;
    }
    this.#at = at;
    stop.prepare?.(this.app);
    const { title, text } = t.tour.stops[stop.name];
    this.#count.textContent = t.tour.count(at + 1, STOPS.length);
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#back.hidden = at === 0;
    this.#next.textContent = at === STOPS.length - 1 ? t.tour.done : t.tour.next;
    this.#next.focus({ preventScroll: true });
    this.#bringIntoSight();
  }

  /**
   * Below what stays at the top of the page. Where the page scrolls, the words have the lower part
   * of the screen.
   */
  #bringIntoSight() {
    const target = this.#target;
    if (!(target instanceof HTMLElement)) return;
    const scrolls = document.documentElement.scrollHeight > innerHeight && isNarrow();
    target.style.scrollMarginTop = `${topEdge() + GAP}px`;
    target.scrollIntoView({ block: scrolls ? "start" : "nearest", behavior: prefersReducedMotion() ? "instant" : "smooth" });
    target.style.scrollMarginTop = "";
  }

  get #target() {
    const found = [...document.querySelectorAll(STOPS[this.#at]?.target ?? "")];
    return found.find((element) => element.checkVisibility()) ?? null;
  }

  /** Keep the ring on what is pointed at, wherever that moves, for as long as the tour lasts. */
  #follow() {
    if (!this.#callout.isConnected) return;
    const box = this.#target?.getBoundingClientRect();
    this.#ring.hidden = !box;
    if (box) {
      const within = clip(box);
      put(this.#ring, within);
      const { offsetWidth: width, offsetHeight: height } = this.#callout;
      put(this.#callout, placeBeside(within, { width, height }));
    }
    requestAnimationFrame(() => this.#follow());
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    event.stopPropagation(); // elsewhere, keys step through layers and maps
    if (event.key === "ArrowRight") this.#go(Math.min(this.#at + 1, STOPS.length - 1));
    else if (event.key === "ArrowLeft") this.#go(this.#at - 1);
    else if (event.key === "Escape") this.end();
    else return;
    event.preventDefault();
  }
}

/**
 * A layer whose maps were made by a window, or else any that has maps.
 *
 * @param {App} app
 * @param {boolean} open
 */
function goToMaps({ store, navigation }, open) {
  const layers = store.state.model?.layers ?? [];
  const layer = layers.find(({ op }) => op === "conv") ?? layers.find(hasMaps);
  if (!layer) return;
  if (store.state.tab !== "layer" || store.state.bothSides || store.state.kernels) {
    store.set({ tab: "layer", bothSides: null, kernels: false });
  }
  navigation.goTo(layer.name);
  const { analysis } = store.state;
  if (open) navigation.open(analysis?.layers.find(({ name }) => name === layer.name)?.top_channels[0] ?? 0);
  else navigation.close();
}

/** Whether the page is one column, which scrolls. */
function isNarrow() {
  return getComputedStyle(getElement(".bar", HTMLElement)).position === "sticky";
}

/** How far what stays at the top of a page that scrolls reaches down. */
function topEdge() {
  return isNarrow() ? getElement(".bar", HTMLElement).getBoundingClientRect().bottom : 0;
}

/**
 * The part of a box that is on the screen, and not below what stays at its top.
 *
 * @param {DOMRect} box
 */
function clip({ left, top, right, bottom }) {
  const [x, y] = [Math.max(4, left), Math.max(topEdge() + 4, top)];
  return { left: x, top: y, width: Math.min(innerWidth - 4, right) - x, height: Math.min(innerHeight - 4, bottom) - y };
}

/**
 * Where the words fit: right of what they are about, left, below or above it; if nowhere, over its
 * lower edge.
 *
 * @param {{ left: number, top: number, width: number, height: number }} box
 * @param {{ width: number, height: number }} size
 */
function placeBeside({ left, top, width, height }, size) {
  const across = Math.max(GAP, Math.min(innerWidth - size.width - GAP, left));
  const down = Math.max(GAP, Math.min(innerHeight - size.height - GAP, top));
  const places = [
    { left: left + width + GAP, top: down },
    { left: left - size.width - GAP, top: down },
    { left: across, top: top + height + GAP },
    { left: across, top: top - size.height - GAP },
  ];
  const fits = places.find(
    (place) =>
      place.left >= GAP && place.top >= GAP && place.left + size.width <= innerWidth - GAP && place.top + size.height <= innerHeight - GAP,
  );
  return fits ?? { left: Math.max(GAP, Math.min(innerWidth, left + width) - size.width - GAP), top: innerHeight - size.height - GAP };
}

/**
 * @param {HTMLElement} element
 * @param {{ left: number, top: number, width?: number, height?: number }} box
 */
function put({ style }, { left, top, width, height }) {
  style.left = `${left}px`;
  style.top = `${top}px`;
  if (width !== undefined && height !== undefined) {
    style.width = `${width}px`;
    style.height = `${height}px`;
  }
}
