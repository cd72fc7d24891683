/** Moving about: from layer to layer, from map to map, from number to number. */

import { isAbort, ProblemError } from "../api/http.js";
import { hasMaps, isMapByMap, layerNamed, mapsBehind, placeOfUnit } from "../model/graph.js";
import { mapsInOrder, strongestPlace } from "../model/tensors.js";

/**
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").State} State
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
   * Go to a layer; to one number in it, or else to where the present number is found again.
   *
   * @param {string} name
   * @param {Place | null} [place]
   */
  goTo(name, place = null) {
    const { model, cursor, pinned, layer } = this.store.state;
    const from = this.layer;
    const to = model && layerNamed(model, name);
    if (!model || !from || !to || (name === layer && !place)) return;
    const kept = place ?? (pinned && cursor ? carry(model, from, to, cursor) : null);
    const open = this.store.state.open && hasMaps(to);
    this.store.set({ layer: name, cursor: kept, tile: kept?.[0] ?? 0, pinned: kept !== null, open });
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
    if (!cursor || channel === tile) return;
    this.store.set({ tile: channel, cursor: [channel, ...cursor.slice(1)], pinned: true });
  }

  /** How the maps follow each other; null where that is by number. */
  #order() {
    const { order, numbers, bothSides } = this.store.state;
    const tensor = this.layer && hasMaps(this.layer) && order !== "number" && !bothSides ? numbers?.peek(this.layer.name) : null;
    return tensor ? mapsInOrder(tensor, order) : null;
  }

  /**
   * Show one map large.
   *
   * @param {number} channel
   * @param {Place | null} [place] the number to begin with; without one, the strongest of the map
   */
  open(channel, place = null) {
    const { numbers, cursor, pinned } = this.store.state;
    const layer = this.layer;
    if (!layer || !hasMaps(layer)) return;
    const tensor = numbers?.peek(layer.name);
    const kept = pinned && cursor?.[0] === channel ? cursor : null;
    const start = place ?? kept ?? (tensor ? strongestPlace(tensor, channel) : [channel, 0, 0]);
    this.store.set({ open: true, tile: channel, cursor: start, pinned: true });
  }

  close() {
    this.store.set({ open: false });
  }

  /**
   * The pointer passes over a number. A number that was chosen on purpose is not given up for that
   * while its map is open.
   *
   * @param {Place} place
   */
  point(place) {
    const { open, pinned, cursor } = this.store.state;
    const isHeld = open && pinned && place.length === 3;
    if (isHeld || same(cursor, place)) return;
    this.store.set({ cursor: place, tile: place[0] ?? 0, pinned: false });
  }

  /**
   * A number is chosen on purpose; choosing it again lets it go.
   *
   * @param {Place} place
   */
  pin(place) {
    const { pinned, cursor } = this.store.state;
    const again = pinned && same(cursor, place);
    this.store.set({ cursor: place, tile: place[0] ?? 0, pinned: !again });
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
    this.store.set({ cursor: [channel, within(y + down, height), within(x + right, width)], pinned: true });
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
   * Wait for the layer's numbers; without a chosen one, the strongest stands for all. Then fetch
   * the neighbours.
   */
  async #arrive() {
    const { analysis, numbers, model } = this.store.state;
    const layer = this.layer;
    const result = analysis?.layers.find(({ name }) => name === layer?.name);
    if (!numbers || !layer || !result || !model) return;
    try {
      const tensor = await numbers.whole(layer);
      if (this.store.state.numbers !== numbers || this.store.state.layer !== layer.name) return;
      if (!fits(this.store.state.cursor, layer)) {
        const cursor = strongestPlace(tensor, hasMaps(layer) ? result.top_channels[0] : undefined);
        this.store.set({ cursor, tile: cursor[0] ?? 0, pinned: this.store.state.open });
      }
      const at = model.layers.indexOf(layer);
      for (const near of [model.layers[at + 1], model.layers[at - 1]]) if (near) await numbers.whole(near);
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    }
  }
}

/**
 * Where a place of one layer is found again in another: the same map if it is made from that map
 * alone, the same unit, the same number on its way into a list; else the same part of the picture
 * in the same-numbered map.
 *
 * @param {Model} model
 * @param {Layer} from
 * @param {Layer} to
 * @param {Place} place
 * @returns {Place | null}
 */
function carry(model, from, to, place) {
  const [first = 0, y, x] = place;
  if (!hasMaps(from)) {
    if (!hasMaps(to)) return from.shape[0] === to.shape[0] ? place : null;
    return mapsBehind(model, from.name) === to ? placeOfUnit(to, first) : null;
  }
  const [, height = 1, width = 1] = from.shape;
  if (y === undefined || x === undefined) return null;
  if (!hasMaps(to)) return mapsBehind(model, to.name) === from ? [(first * height + y) * width + x] : null;
  const [maps = 1, toHeight = 1, toWidth = 1] = to.shape;
  const follows = (isMapByMap(to) && to.inputs[0] === from.name) || (isMapByMap(from) && from.inputs[0] === to.name);
  const channel = follows ? first : Math.min(first, maps - 1);
  return [channel, Math.floor((y * toHeight) / height), Math.floor((x * toWidth) / width)];
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
