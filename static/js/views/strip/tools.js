/**
 * Moving over the strip: by wheel, hand, fingers and keys, nearer and further away; and the line of
 * tools below it.
 */

import { debounce, getElement, h, setAttribute } from "../../lib/dom.js";
import { isFolded, toggleFolded, toggleWhole, zoomBy, zoomStep } from "../../network/view.js";
import { t } from "../../i18n/index.js";
import { bringStageIntoSight } from "../shared/stage-in-sight.js";
import { mountOverview } from "./overview.js";
import { openSearch } from "./search.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("./index.js").Strip} Strip
 */

const DRAG = 4; // pixels from which on a press is a drag and no click
const KEY_PAN = 240; // pixels
const COAST = 400; // milliseconds

/** How near the strip is drawn; 1 is the usual size. */
function drawnZoom() {
  return Number(getElement("#strip", HTMLElement).dataset.zoom ?? 1);
}

/**
 * @param {App} app
 * @param {Strip} strip
 */
export function mountStripTools(app, strip) {
  mountFoot(app, strip);
  mountWheel(app, strip);
  mountDrag(strip);
  mountPinch(app, strip);
  const { store, shortcuts } = app;
  shortcuts.register({
    "+": () => zoomStep(store, 1, drawnZoom()),
    "-": () => zoomStep(store, -1, drawnZoom()),
    0: () => toggleWhole(store),
    b: () => toggleFolded(store),
  });
  strip.root.addEventListener("keydown", (event) => {
    if (!event.shiftKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // without Shift, the arrow keys step through the layers
    strip.root.scrollBy({ left: event.key === "ArrowLeft" ? -KEY_PAN : KEY_PAN });
  });
}

/**
 * @param {App} app
 * @param {Strip} strip
 */
function mountFoot(app, strip) {
  const { store } = app;
  /**
   * @type {(text: string, keys: string, act: () => void, more?: import("../../lib/dom.js").Props)
   *   => HTMLButtonElement}
   */
  const button = (text, keys, act, more) =>
    h("button", { type: "button", class: "text", "aria-keyshortcuts": keys, on: { click: act }, ...more }, text);
  const named = (/** @type {string} */ label) => ({ class: "text zoom", title: label, "aria-label": label });
  const fold = button("", "b", () => toggleFolded(store));
  const whole = button(t.strip.whole, "0", () => toggleWhole(store));
  const answer = button(t.strip.answer, "End", () => {
    app.navigation.stepLayer(Infinity);
    bringStageIntoSight();
  });
  const nearer = [
    button("−", "-", () => zoomStep(store, -1, drawnZoom()), named(t.strip.zoomOut)),
    button("+", "+", () => zoomStep(store, 1, drawnZoom()), named(t.strip.zoomIn)),
  ];
  const zoom = [h("span", { class: "zoom-pair" }, ...nearer), whole]; // the two never on two lines
  const count = h("span", { class: "muted" });
  const legend = h("ul", { class: "far-legend muted" });
  const foot = h(
    "div",
    { class: "strip-foot", role: "group", "aria-label": t.strip.tools },
    button(t.strip.search, "/", openSearch),
    fold,
    answer,
    count,
    legend,
    ...zoom,
  );
  getElement("#strip", HTMLElement).append(foot);
  fold.before(mountOverview(app, strip));
  const show = () => {
    const { state } = store;
    const { blocks } = strip;
    const isWhole = state.strip.zoom === "whole";
    fold.hidden = blocks.length === 0;
    fold.textContent = isFolded(state) ? t.strip.expandAll(blocks.length) : t.strip.foldAll(blocks.length);
    setAttribute(whole, "aria-pressed", isWhole);
    const shown = root.querySelectorAll(".column:not(.folded)").length;
    const all = state.model?.layers.length ?? 0;
    const families = new Set(state.model?.layers.map(({ family }) => family));
    legend.replaceChildren(...[...families].map((name) => h("li", { data: { family: name } }, t.strip.families[name])));
    legend.hidden = !strip.drawing?.far;
    count.hidden = !legend.hidden;
    count.textContent = shown < all ? t.strip.shown(shown, all) : "";
    const isAllThere = blocks.length === 0 && state.strip.zoom === null && root.scrollWidth <= root.clientWidth;
    for (const tool of zoom) tool.hidden = isAllThere;
    showAnswer();
  };
  const { root } = strip;
  const showAnswer = () => (answer.hidden = root.scrollLeft + root.clientWidth >= root.scrollWidth - 1);
  root.addEventListener("scroll", debounce(showAnswer, COAST), { passive: true });
  store.watch(["analysis", "strip", "layer"], show);
  root.addEventListener("drawn", show);
}

/**
 * A wheel moves along the network; with Ctrl, as a pinch on a touchpad is told, it zooms.
 *
 * @param {App} app
 * @param {Strip} strip
 */
function mountWheel({ store }, strip) {
  const { root } = strip;
  let panned = 0;
  root.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoomAt(store, strip, event.clientX, Math.exp(-event.deltaY / 300));
      return;
    }
    const fits = root.scrollHeight <= root.clientHeight;
    const isAtEnd = event.deltaY > 0 ? root.scrollLeft + root.clientWidth >= root.scrollWidth - 1 : root.scrollLeft <= 0;
    const scrollsPage = matchMedia("(width < 68rem)").matches; // there the wheel is how the page moves
    const isElsewhere = isAtEnd && event.timeStamp - panned > COAST; // a wheel that still turns does not go on to the page
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY) || !fits || isElsewhere || scrollsPage) return;
    event.preventDefault();
    panned = event.timeStamp;
    root.scrollLeft += event.deltaY;
  }, { passive: false });
}

let turned = 1; // the zoom factor asked for since the last frame

/**
 * Zoom so that what is under a point of the screen stays there.
 *
 * @param {App["store"]} store
 * @param {Strip} strip
 * @param {number} clientX
 * @param {number} times
 */
function zoomAt(store, strip, clientX, times) {
  const isFirst = turned === 1;
  turned *= times;
  if (!isFirst) return;
  requestAnimationFrame(() => {
    const x = clientX - strip.root.getBoundingClientRect().left;
    strip.place.anchor = { column: strip.place.columnsUntil(x, strip.drawing?.pitch ?? 1), x };
    zoomBy(store, turned, drawnZoom());
    turned = 1;
  });
}

/** @param {Strip} strip */
function mountDrag({ root }) {
  /** @type {{ x: number, y: number, left: number, top: number, moved: boolean } | null} */
  let start = null;
  root.addEventListener("pointerdown", ({ pointerType, button, clientX: x, clientY: y }) => {
    if (pointerType === "mouse" && button === 0) start = { x, y, left: root.scrollLeft, top: root.scrollTop, moved: false };
  });
  addEventListener("pointermove", ({ clientX, clientY, buttons }) => {
    if (!start || !(buttons & 1)) return;
    if (!start.moved && Math.hypot(clientX - start.x, clientY - start.y) < DRAG) return;
    start.moved = true;
    root.classList.add("dragged");
    root.scrollTo({ left: start.left - (clientX - start.x), top: start.top - (clientY - start.y), behavior: "instant" });
  });
  addEventListener("pointerup", () => {
    root.classList.remove("dragged");
    if (!start?.moved) start = null;
    setTimeout(() => (start = null)); // after the click
  });
  root.addEventListener("click", (event) => {
    if (!start?.moved) return;
    event.stopPropagation();
    event.preventDefault();
  }, { capture: true });
}

/**
 * @param {App} app
 * @param {Strip} strip
 */
function mountPinch({ store }, strip) {
  let apart = 0;
  const spread = (/** @type {TouchList} */ touches) => {
    const [a, b] = touches;
    if (!a || !b || touches.length > 2) return null;
    return { apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2 };
  };
  strip.root.addEventListener("touchstart", ({ touches }) => {
    apart = spread(touches)?.apart ?? 0;
  }, { passive: true });
  strip.root.addEventListener("touchmove", (event) => {
    const now = spread(event.touches);
    if (!now || !apart) return;
    event.preventDefault();
    if (Math.abs(now.apart / apart - 1) < 0.04) return; // not for every pixel
    zoomAt(store, strip, now.x, now.apart / apart);
    apart = now.apart;
  }, { passive: false });
}
