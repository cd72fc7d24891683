/**
 * Slides the window over the open map, value by value in the order of computation: play, pause,
 * step.
 */

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").State} State
 */

const FRAME = 16; // milliseconds; a faster pace takes several numbers at once
export const FASTEST = 14; // 2 to that power is numbers a second
export const FINENESS = 0.25; // steps of that power
const WHOLE_MAP = 20; // seconds that a map takes, unless the reader has chosen a pace

export class WindowAnimation {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("../lib/store.js").Store<State>} store
   * @param {import("./navigation.js").Navigation} navigation
   */
  constructor(store, navigation) {
    this.store = store;
    this.navigation = navigation;
    /** What the reader has chosen. @type {number | null} */
    this.chosen = null;
    store.watch(["layer", "open", "analysis"], () => this.end());
  }

  /**
   * 2 to this power is how many numbers a second are passed: chosen, or such that a whole map is
   * not long to be waited for.
   */
  get pace() {
    const [, height = 1, width = 1] = this.navigation.layer?.shape ?? [];
    const usual = Math.round(Math.log2((height * width) / WHOLE_MAP) / FINENESS) * FINENESS;
    return this.chosen ?? Math.max(0, Math.min(FASTEST, usual));
  }

  /** Play or pause. A map that is not open is opened for it. */
  toggle() {
    const { animation, open, tile } = this.store.state;
    if (animation?.playing) {
      this.pause();
      return;
    }
    if (!hasWindow(this.navigation.layer)) return;
    if (!open) this.navigation.open(tile);
    this.#goTo(this.store.state.animation?.reached ?? this.#start(), true);
  }

  pause() {
    const { animation } = this.store.state;
    clearTimeout(this.#timer);
    if (animation?.playing) this.store.set({ animation: { ...animation, playing: false } });
  }

  /**
   * One number on or back, from where the window is.
   *
   * @param {number} delta
   */
  step(delta) {
    if (!this.store.state.open || !hasWindow(this.navigation.layer)) return;
    this.pause();
    this.#goTo((this.store.state.animation?.reached ?? this.#here()) + delta, false);
  }

  /** The whole map is there again. */
  end() {
    clearTimeout(this.#timer);
    if (this.store.state.animation) this.store.set({ animation: null });
  }

  /** Where to begin: at the cursor, but not at the end. */
  #start() {
    const [, height = 1, width = 1] = this.navigation.layer?.shape ?? [];
    return this.#here() % (height * width - 1 || 1);
  }

  /** The number under the cursor, counted row by row. */
  #here() {
    const [, , width = 1] = this.navigation.layer?.shape ?? [];
    const [, y = 0, x = 0] = this.store.state.cursor ?? [];
    return y * width + x;
  }

  /**
   * @param {number} place counted row by row
   * @param {boolean} playing
   */
  #goTo(place, playing) {
    const [, height = 1, width = 1] = this.navigation.layer?.shape ?? [];
    const reached = Math.max(0, Math.min(height * width - 1, place));
    const cursor = [this.store.state.tile, Math.floor(reached / width), reached % width];
    this.store.set({ cursor, held: null, animation: { reached, playing } });
    if (playing) this.#timer = setTimeout(() => this.#on(), this.#pause);
  }

  /** How many numbers a step takes: whole ones, in no less than a frame. */
  get #stride() {
    return Math.max(1, Math.ceil((2 ** this.pace * FRAME) / 1000));
  }

  /** Milliseconds between two steps. */
  get #pause() {
    return (1000 * this.#stride) / 2 ** this.pace;
  }

  #on() {
    const { animation, held } = this.store.state;
    const [, height = 1, width = 1] = this.navigation.layer?.shape ?? [];
    if (!animation?.playing) return;
    if (held) this.pause(); // the reader has chosen a number meanwhile
    else if (animation.reached >= height * width - 1) this.end();
    else this.#goTo(animation.reached + this.#stride, true);
  }
}

/**
 * Whether a layer goes over its input with a window.
 *
 * @param {Layer | null} layer
 * @returns {layer is Layer}
 */
export function hasWindow(layer) {
  return layer !== null && layer.shape.length === 3 && Array.isArray(layer.attributes.kernel);
}
