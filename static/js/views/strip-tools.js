/** Moving over the strip: by wheel, hand, fingers and keys, nearer and further away; and the line of tools below it. */

import { find, h, setAttribute } from "../dom.js";
import { familyOf } from "../network/families.js";
import { isFolded, toggleFolded, toggleWhole, zoomBy, zoomStep } from "../network/view.js";
import { say } from "../words/index.js";
import { openSearch } from "./strip-search.js";

/**
 * @typedef {import("../types.js").App} App
 * @typedef {import("./strip.js").Strip} Strip
 */

const DRAG = 4; // pixels from which on a press is a drag and no click
const KEY_PAN = 240; // pixels

/** How near the strip is drawn; 1 is the usual size. */
export function drawnZoom() {
  return Number(find("#strip", HTMLElement).dataset.zoom ?? 1);
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
  const button = (/** @type {string} */ text, /** @type {string} */ keys, /** @type {() => void} */ act) =>
    h("button", { type: "button", class: "text", "aria-keyshortcuts": keys, on: { click: act } }, text);
  const icon = (/** @type {string} */ text, /** @type {string} */ label, /** @type {string} */ keys, /** @type {() => void} */ act) =>
    h("button", { type: "button", class: "text zoom", "aria-label": label, title: label, "aria-keyshortcuts": keys, on: { click: act } }, text);
  const fold = button("", "b", () => toggleFolded(store));
  const whole = button(say.strip.whole, "0", () => toggleWhole(store));
  const count = h("span", { class: "quiet" });
  const legend = h("ul", { class: "far-legend quiet" });
  const foot = h(
    "div",
    { class: "strip-foot", role: "group", "aria-label": say.strip.tools, hidden: true },
    button(say.strip.search, "/", openSearch),
    fold,
    count,
    legend,
    icon("−", say.strip.further, "-", () => zoomStep(store, -1, drawnZoom())),
    icon("+", say.strip.nearer, "+", () => zoomStep(store, 1, drawnZoom())),
    whole,
  );
  find("#strip", HTMLElement).append(foot);
  const show = () => {
    const { state } = store;
    const { blocks, root } = strip;
    const isWhole = state.strip.zoom === "whole";
    fold.hidden = blocks.length === 0;
    fold.textContent = isFolded(state) ? say.strip.unfoldAll(blocks.length) : say.strip.foldAll(blocks.length);
    setAttribute(whole, "aria-pressed", isWhole);
    const shown = root.querySelectorAll(".column:not(.folded)").length;
    const all = state.model?.layers.length ?? 0;
    const families = new Set(state.model?.layers.map(({ op }) => familyOf(op)));
    legend.replaceChildren(...[...families].map((name) => h("li", { data: { family: name } }, say.strip.families[name])));
    legend.hidden = !strip.drawing?.far;
    count.hidden = !legend.hidden;
    count.textContent = shown < all ? say.strip.shown(shown, all) : "";
    foot.hidden = blocks.length === 0 && state.strip.zoom === null && root.scrollWidth <= root.clientWidth;
  };
  store.watch(["analysis", "strip", "layer"], show);
  new ResizeObserver(show).observe(strip.root);
}

/**
 * A wheel moves along the network; with Ctrl, as a pinch on a touchpad is told, it zooms.
 *
 * @param {App} app
 * @param {Strip} strip
 */
function mountWheel({ store }, strip) {
  const { root } = strip;
  root.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoomAt(store, strip, event.clientX, Math.exp(-event.deltaY / 300));
      return;
    }
    const fits = root.scrollHeight <= root.clientHeight;
    const end = event.deltaY > 0 ? root.scrollLeft + root.clientWidth >= root.scrollWidth - 1 : root.scrollLeft <= 0;
    const scrollsPage = matchMedia("(width < 68rem)").matches; // there the wheel is how the page moves
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY) || !fits || end || scrollsPage) return;
    event.preventDefault();
    root.scrollLeft += event.deltaY;
  }, { passive: false });
}

/**
 * Zoom so that what is under a point of the screen stays there.
 *
 * @param {App["store"]} store
 * @param {Strip} strip
 * @param {number} clientX
 * @param {number} times
 */
function zoomAt(store, strip, clientX, times) {
  const x = clientX - strip.root.getBoundingClientRect().left;
  strip.anchor = { column: strip.columnsUntil(x), x };
  zoomBy(store, times, drawnZoom());
}

/** @param {Strip} strip */
function mountDrag({ root }) {
  /** @type {{ x: number, y: number, left: number, top: number, moved: boolean } | null} */
  let start = null;
  root.addEventListener("pointerdown", ({ pointerType, button, clientX, clientY }) => {
    if (pointerType === "mouse" && button === 0) start = { x: clientX, y: clientY, left: root.scrollLeft, top: root.scrollTop, moved: false };
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
    return a && b && touches.length === 2 ? { apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2 } : null;
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
