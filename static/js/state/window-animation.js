/** The window slides over the open map, number by number and row by row, as the layer computes them: play, pause, step. */

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").State} State
 */

const FRAME = 16; // milliseconds; a faster pace takes several numbers at once
export const FASTEST = 10; // 2 to that power is numbers a second
const USUAL = 3;

export class Slider {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("../lib/store.js").Store<State>} store
   * @param {import("./navigation.js").Explorer} explorer
   */
  constructor(store, explorer) {
    this.store = store;
    this.explorer = explorer;
    /** 2 to this power is how many numbers a second are passed. */
    this.pace = USUAL;
    store.watch(["layer", "open", "analysis"], () => this.end());
  }

  /** Play or pause. A map that is not open is opened for it. */
  toggle() {
    const { slide, open, tile } = this.store.state;
    if (slide?.playing) {
      this.pause();
      return;
    }
    if (!slides(this.explorer.layer)) return;
    if (!open) this.explorer.open(tile);
    this.#goTo(this.store.state.slide?.reached ?? 0, true);
  }

  pause() {
    const { slide } = this.store.state;
    clearTimeout(this.#timer);
    if (slide?.playing) this.store.set({ slide: { ...slide, playing: false } });
  }

  /**
   * One number on or back, from where the window is.
   *
   * @param {number} delta
   */
  step(delta) {
    if (!this.store.state.open || !slides(this.explorer.layer)) return;
    this.pause();
    this.#goTo((this.store.state.slide?.reached ?? this.#here()) + delta, false);
  }

  /** The whole map is there again. */
  end() {
    clearTimeout(this.#timer);
    if (this.store.state.slide) this.store.set({ slide: null });
  }

  /** The number under the cursor, counted row by row. */
  #here() {
    const [, , width = 1] = this.explorer.layer?.shape ?? [];
    const [, y = 0, x = 0] = this.store.state.cursor ?? [];
    return y * width + x;
  }

  /**
   * @param {number} place counted row by row
   * @param {boolean} playing
   */
  #goTo(place, playing) {
    const [, height = 1, width = 1] = this.explorer.layer?.shape ?? [];
    const reached = Math.max(0, Math.min(height * width - 1, place));
    const cursor = [this.store.state.tile, Math.floor(reached / width), reached % width];
    this.store.set({ cursor, pinned: false, slide: { reached, playing } });
    if (playing) this.#timer = setTimeout(() => this.#on(), this.#pause);
  }

  /** Milliseconds between two steps. */
  get #pause() {
    return Math.max(FRAME, 1000 / 2 ** this.pace);
  }

  #on() {
    const { slide, pinned } = this.store.state;
    const [, height = 1, width = 1] = this.explorer.layer?.shape ?? [];
    if (!slide?.playing) return;
    if (pinned) this.pause(); // the reader has chosen a number meanwhile
    else if (slide.reached >= height * width - 1) this.end();
    else this.#goTo(slide.reached + Math.max(1, Math.round((2 ** this.pace * this.#pause) / 1000)), true);
  }
}

/**
 * Whether a layer goes over its input with a window.
 *
 * @param {Layer | null} layer
 * @returns {layer is Layer}
 */
export function slides(layer) {
  return layer !== null && layer.shape.length === 3 && Array.isArray(layer.attributes.kernel);
}
