/** Moving about: from layer to layer, from map to map, from number to number. */

import { isAbort, ProblemError } from "../api/http.js";
import { hasMaps, keepsMaps, layerNamed } from "../model/graph.js";
import { mapsInOrder, strongestPlace, valueAt } from "../model/tensors.js";
import { findAgain } from "./held-number.js";

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").LayerResult} LayerResult
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Tensor} Tensor
 */

const WALK_STEP = 2500; // milliseconds on each layer

export class Navigation {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #walk;

  /** @param {import("../lib/store.js").Store<State>} store */
  constructor(store) {
    this.store = store;
    store.watch(["analysis", "layer"], () => void this.#arrive());
  }

  /** The current layer, once there is one. */
  get layer() {
    const { model, layer } = this.store.state;
    return model && layerNamed(model, layer);
  }

  /**
   * Go to a layer: to one number in it, which lets go of one that is held; or to where the held one
   * is found again; or else to its most telling number.
   *
   * @param {string} name
   * @param {Place | null} [place]
   */
  goTo(name, place = null) {
    const { model, layer } = this.store.state;
    const from = this.layer;
    const to = model && layerNamed(model, name);
    if (!model || !from || !to || (name === layer && !place)) return;
    const held = place ? null : this.store.state.held;
    const open = this.store.state.open && hasMaps(to);
    const follows = open && keepsMaps(model, from, to) && this.#isAlive(to);
    const tile = place?.[0] ?? (follows ? this.store.state.tile : this.#strongestMap(name));
    this.store.set({ layer: name, cursor: place, tile, held, open });
  }

  /**
   * Go to a map of a layer, at its most telling number, as soon as that is here.
   *
   * @param {string} name
   * @param {number} channel
   */
  async goToMap(name, channel) {
    this.release();
    this.goTo(name);
    const { layer } = this;
    const { numbers } = this.store.state;
    const tensor = layer && (await numbers?.whole(layer).catch(() => null)); // who waits for the same numbers tells what is wrong
    if (!tensor || this.layer !== layer || this.store.state.numbers !== numbers || channel >= (layer.shape[0] ?? 0)) return;
    this.show(strongestPlace(tensor, channel));
  }

  /** @param {number} delta */
  stepLayer(delta) {
    const layers = this.store.state.model?.layers ?? [];
    const at = layers.findIndex(({ name }) => name === this.store.state.layer) + delta;
    const next = layers[Math.max(0, Math.min(layers.length - 1, at))];
    if (next) this.goTo(next.name);
  }

  /**
   * To the next map (or unit), in the order that they are shown in; the place in it stays.
   *
   * @param {number} delta
   */
  stepMap(delta) {
    const count = this.layer?.shape[0] ?? 0;
    const { tile } = this.store.state;
    const order = this.#order();
    const at = (order?.indexOf(tile) ?? tile) + delta;
    const within = Math.max(0, Math.min(count - 1, at));
    this.toMap(order?.[within] ?? within);
  }

  /**
   * To another map (or unit); the place in it stays.
   *
   * @param {number} channel
   */
  toMap(channel) {
    const { tile, cursor } = this.store.state;
    if (cursor && channel !== tile) this.show([channel, ...cursor.slice(1)]);
  }

  /** How the maps follow each other; null where that is by number. */
  #order() {
    const { order, numbers, bothSides } = this.store.state;
    const tensor = this.layer && hasMaps(this.layer) && order !== "number" && !bothSides ? numbers?.peek(this.layer.name) : null;
    return tensor ? mapsInOrder(tensor, order) : null;
  }

  /**
   * Show one map large. That holds no number; one of this map that is held already stays.
   *
   * @param {number} channel
   * @param {Place | null} [place] the number to begin with; without one, that which is shown of
   *   this map, or its strongest
   */
  open(channel, place = null) {
    const { numbers, cursor, held } = this.store.state;
    const layer = this.layer;
    if (!layer || !hasMaps(layer)) return;
    if (cursor?.[0] === channel && (held || !place)) {
      this.store.set({ open: true });
      return;
    }
    const tensor = numbers?.peek(layer.name);
    const start = place ?? (tensor ? strongestPlace(tensor, channel) : null); // what is not here yet arrives
    this.store.set({ open: true, tile: channel, cursor: start, held: null });
  }

  close() {
    this.store.set({ open: false });
  }

  /**
   * The pointer passes over a number. One that is held is not given up for that.
   *
   * @param {Place} place
   */
  point(place) {
    const { held, cursor } = this.store.state;
    if (!held && !same(cursor, place)) this.show(place);
  }

  /**
   * Show a number, and let go of one that is held.
   *
   * @param {Place} place
   */
  show(place) {
    this.store.set({ cursor: place, tile: place[0] ?? 0, held: null });
  }

  /**
   * Hold a number: it stays, wherever the pointer goes, and is found again in other layers.
   *
   * @param {Place} place
   */
  hold(place) {
    this.store.set({ cursor: place, tile: place[0] ?? 0, held: { layer: this.store.state.layer, place } });
  }

  release() {
    this.store.set({ held: null });
  }

  /**
   * A click holds the number under the pointer; the next one, wherever it is, lets go.
   *
   * @param {Place} place
   */
  click(place) {
    if (this.store.state.held) this.show(place);
    else this.hold(place);
  }

  /** Hold the number that is shown, or let go of it. */
  toggleHold() {
    const { cursor, held } = this.store.state;
    if (held) this.release();
    else if (cursor) this.hold(cursor);
  }

  /**
   * Move the cursor within the open map.
   *
   * @param {number} down
   * @param {number} right
   */
  nudge(down, right) {
    const [channel = 0, y, x] = this.store.state.cursor ?? [];
    const [, height = 1, width = 1] = this.layer?.shape ?? [];
    if (y === undefined || x === undefined) return;
    const within = (/** @type {number} */ n, /** @type {number} */ size) => Math.max(0, Math.min(size - 1, n));
    this.show([channel, within(y + down, height), within(x + right, width)]);
  }

  /** Start or stop the walk through all layers; at the end it begins again at the front. */
  toggleWalk() {
    if (this.store.state.walking) {
      this.stopWalk();
      return;
    }
    const { model, layer } = this.store.state;
    this.store.set({ walking: true });
    const first = model?.layers[0];
    if (first && model.layers.at(-1)?.name === layer) this.goTo(first.name);
    this.#walkOn();
  }

  stopWalk() {
    clearTimeout(this.#walk);
    this.store.set({ walking: false });
  }

  #walkOn() {
    this.#walk = setTimeout(() => {
      this.stepLayer(1);
      if (this.store.state.model?.layers.at(-1)?.name === this.store.state.layer) this.stopWalk();
      else this.#walkOn();
    }, WALK_STEP);
  }

  /**
   * Wait for the layer's numbers; where none is chosen, find the held one again, or the most
   * telling one. Then fetch the neighbours.
   */
  async #arrive() {
    const { analysis, numbers, model } = this.store.state;
    const layer = this.layer;
    const result = analysis?.layers.find(({ name }) => name === layer?.name);
    if (!analysis || !numbers || !layer || !result || !model) return;
    try {
      const tensor = await numbers.whole(layer);
      const isGone = () => this.store.state.numbers !== numbers || this.store.state.layer !== layer.name;
      if (isGone()) return;
      if (!fits(this.store.state.cursor, layer)) {
        const { held } = this.store.state;
        const found = held && (await findAgain(held, layer, { model, analysis, numbers }));
        if (isGone()) return;
        const isFree = !fits(this.store.state.cursor, layer) && this.store.state.held === held; // else the reader chose meanwhile
        const cursor = found ?? this.#telling(layer, tensor, result);
        if (isFree) this.store.set({ cursor, tile: cursor[0] ?? 0 });
      }
      if (this.store.state.live) return; // of the neighbours, too, only the next frame counts
      const at = model.layers.indexOf(layer);
      for (const near of [model.layers[at + 1], model.layers[at - 1]]) if (near) await numbers.whole(near);
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    }
  }

  /**
   * The number of a layer to begin with: the strongest of the opened map, or of the strongest map.
   *
   * @param {Layer} layer
   * @param {Tensor} tensor
   * @param {LayerResult} result
   */
  #telling(layer, tensor, result) {
    if (!hasMaps(layer)) return strongestPlace(tensor);
    const { open, tile } = this.store.state;
    const isThere = tile < (layer.shape[0] ?? 0);
    return strongestPlace(tensor, open && isThere ? tile : result.top_channels[0]);
  }

  /** @param {string} name of a layer */
  #strongestMap(name) {
    return this.store.state.analysis?.layers.find((result) => result.name === name)?.top_channels[0] ?? 0;
  }

  /**
   * Whether the opened map is more than zeros in another layer, as far as that is known.
   *
   * @param {Layer} layer
   */
  #isAlive({ name }) {
    const { numbers, tile } = this.store.state;
    const tensor = numbers?.peek(name);
    return !tensor || valueAt(tensor, strongestPlace(tensor, tile)) !== 0;
  }
}

/**
 * Whether a place exists in a layer.
 *
 * @param {Place | null} place
 * @param {Layer} layer
 */
function fits(place, { shape }) {
  return place?.length === shape.length && place.every((n, axis) => n >= 0 && n < (shape[axis] ?? 0));
}

/**
 * @param {Place | null} a
 * @param {Place} b
 */
function same(a, b) {
  return a?.length === b.length && a.every((n, axis) => n === b[axis]);
}
