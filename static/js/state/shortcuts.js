/**
 * Keyboard shortcuts of the main page, and a swipe on touch screens. Views register the actions
 * that are theirs.
 */

import { getElement } from "../lib/dom.js";
import { isSwitchedOff } from "../lib/single-keys.js";
import { toggleTheme } from "../lib/theme.js";

/**
 * @typedef {import("./types.js").App} App
 * @typedef {Record<string, (app: App) => void>} Actions by `KeyboardEvent.key`
 */

const SWIPE = 48; // pixels sideways that make a swipe

/** @type {Actions} Those that only change the state. */
const NAVIGATION = {
  ArrowLeft: ({ navigation }) => navigation.stepLayer(-1),
  ArrowRight: ({ navigation }) => navigation.stepLayer(1),
  ArrowUp: ({ navigation }) => navigation.stepMap(-1),
  ArrowDown: ({ navigation }) => navigation.stepMap(1),
  PageUp: ({ navigation }) => navigation.stepMap(-1),
  PageDown: ({ navigation }) => navigation.stepMap(1),
  Home: ({ navigation }) => navigation.stepLayer(-Infinity),
  End: ({ navigation }) => navigation.stepLayer(Infinity),
  " ": ({ navigation }) => navigation.toggleWalk(),
  Enter: enter,
  Escape: escape,
  1: ({ store }) => store.set({ tab: "layer" }),
  2: ({ store }) => store.set({ tab: "whatif" }),
  3: ({ store }) => store.set({ tab: "attribution" }),
  k: ({ windowAnimation }) => windowAnimation.toggle(),
  ",": ({ windowAnimation }) => windowAnimation.step(-1),
  ".": ({ windowAnimation }) => windowAnimation.step(1),
  t: toggleTheme,
  x: ({ comparison }) => comparison.flip(),
};

/** @type {Actions} Inside an open map. */
const INSIDE = {
  ArrowLeft: ({ navigation }) => navigation.nudge(0, -1),
  ArrowRight: ({ navigation }) => navigation.nudge(0, 1),
  ArrowUp: ({ navigation }) => navigation.nudge(-1, 0),
  ArrowDown: ({ navigation }) => navigation.nudge(1, 0),
};

/** Which key does what, outside an open map. */
export class Shortcuts {
  #actions = new Map(Object.entries(NAVIGATION));
  /** @type {(() => boolean)[]} */
  #pauses = [];

  /** @param {Actions} actions */
  register(actions) {
    for (const [key, action] of Object.entries(actions)) {
      if (this.#actions.has(key)) throw new Error(`The key ${key} has an action already.`);
      this.#actions.set(key, action);
    }
  }

  /**
   * Leave the keys to the browser while this is so.
   *
   * @param {() => boolean} condition
   */
  pauseWhile(condition) {
    this.#pauses.push(condition);
  }

  get paused() {
    return this.#pauses.some((condition) => condition());
  }

  /** @param {string} key */
  actionOf(key) {
    return this.#actions.get(key);
  }
}

/** @param {App} app */
export function mountShortcuts(app) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || app.shortcuts.paused || isSwitchedOff(event.key)) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("dialog, select, input:not([type=range])") || belongsTo(target, event.key)) return;
    const action = (target.closest("[data-cursor]") && INSIDE[event.key]) || app.shortcuts.actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    action(app);
    if (event.key.startsWith("Arrow") || event.key.startsWith("Page")) followFocus(target, app);
  });
  document.addEventListener("keyup", (event) => {
    // Some browsers press a button when Space is let go, although going down it already meant the
    // walk.
    if (event.key === " " && event.target instanceof Element && !belongsTo(event.target, " ")) event.preventDefault();
  });
  mountSwipe(app);
}

/**
 * Whether a key already means something to the element that has the focus.
 *
 * @param {Element} target
 * @param {string} key
 */
function belongsTo(target, key) {
  if (key === "Enter") return target.closest("button, a, summary") !== null;
  if (key === " ") return target.closest("button:not(.tile, .column, .bar-row), a, summary") !== null;
  if (target.closest("input")) return /^(Arrow|Page|Home|End)/.test(key);
  const scrolls = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].includes(key);
  return scrolls && target.closest(".scroller") !== null;
}

/**
 * The focus goes along within a group of maps or bars.
 *
 * @param {Element} target
 * @param {App} app
 */
function followFocus(target, { store }) {
  const group = target.closest(".tile, .bar-row") && document.querySelector("#stage-body");
  const { tile } = store.state;
  const next = group?.querySelector(`[data-channel="${tile}"], [data-unit="${tile}"]`);
  if (next instanceof HTMLElement && next !== document.activeElement) next.focus();
}

/** @param {App} app */
function enter({ store, navigation }) {
  if (!store.state.open) {
    navigation.open(store.state.tile);
    return;
  }
  const inside = document.querySelector("[data-cursor]");
  if (inside === document.activeElement) navigation.toggleHold();
  else if (inside instanceof HTMLElement) inside.focus({ preventScroll: true });
}

/** @param {App} app */
function escape({ store, navigation, live }) {
  const isInside = document.activeElement?.closest("[data-cursor]");
  if (store.state.walking) navigation.stopWalk();
  else if (store.state.problem) store.set({ problem: null });
  else if (store.state.held) navigation.release();
  else if (isInside) getElement("#stage", HTMLElement).focus({ preventScroll: true });
  else if (store.state.probe) store.set({ probe: null });
  else if (store.state.open) closeMap(navigation);
  else if (store.state.effectiveField) store.set({ effectiveField: null });
  else if (store.state.strongestPath) store.set({ strongestPath: null });
  else live.stop();
}

/** @param {App["navigation"]} navigation */
function closeMap(navigation) {
  navigation.close();
  const tile = document.querySelector("#stage-body .tile.current");
  if (tile instanceof HTMLElement) tile.focus();
}

/** @param {App} app */
function mountSwipe({ navigation }) {
  const stage = getElement("#stage", HTMLElement);
  /** @type {{ x: number, y: number } | null} */
  let start = null;
  stage.addEventListener("touchstart", ({ touches, target }) => {
    const [touch] = touches;
    const isReading = target instanceof Element && target.closest("[data-cursor]"); // there a finger moves the cursor
    start = touch && touches.length === 1 && !isReading ? { x: touch.clientX, y: touch.clientY } : null;
  }, { passive: true });
  stage.addEventListener("touchend", ({ changedTouches }) => {
    const [touch] = changedTouches;
    if (!start || !touch) return;
    const [dx, dy] = [touch.clientX - start.x, touch.clientY - start.y];
    start = null;
    if (Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) navigation.stepLayer(dx < 0 ? 1 : -1);
  }, { passive: true });
}
