/** Raw numbers of the current analysis, fetched once and kept. */

import { fetchTensor } from "../api/client.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Tensor} Tensor
 */

/** The tensors of one analysis. `close` gives up on everything that is still on its way. */
export class Tensors {
  #abort = new AbortController();
  /** @type {Map<string, Promise<Tensor>>} */
  #asked = new Map();
  /** @type {Map<string, Tensor>} */
  #here = new Map();

  /** @param {string} analysis its id */
  constructor(analysis) {
    this.analysis = analysis;
  }

  /**
   * All of a layer's numbers, if they have arrived.
   *
   * @param {string} name
   */
  peek(name) {
    return this.#here.get(name) ?? null;
  }

  /**
   * All of a layer's numbers.
   *
   * @param {Layer} layer
   */
  whole(layer) {
    return this.#ask(layer.name, () => fetchTensor(this.analysis, layer, null, this.#abort.signal));
  }

  /**
   * Some channels of a layer, in this order; taken from the whole layer where that is here.
   *
   * @param {Layer} layer
   * @param {number[]} channels
   */
  async some(layer, channels) {
    const whole = this.#here.get(layer.name);
    if (whole) return pick(whole, channels, channels);
    const key = `${layer.name}?${channels.join(",")}`;
    return this.#ask(key, () => fetchTensor(this.analysis, layer, channels, this.#abort.signal));
  }

  close() {
    this.#abort.abort();
  }

  /**
   * @param {string} key
   * @param {() => Promise<Tensor>} fetchIt
   */
  #ask(key, fetchIt) {
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = fetchIt();
      this.#asked.set(key, asked);
      asked.then(
        (tensor) => this.#here.set(key, tensor),
        () => this.#asked.delete(key), // so that the next one who asks tries again
      );
    }
    return asked;
  }
}

/**
 * Some planes of a tensor.
 *
 * @param {Tensor} tensor
 * @param {number[]} planes where they are in it
 * @param {number[]} channels which these are
 * @returns {Tensor}
 */
export function pick({ name, shape, data }, planes, channels) {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const some = new Float32Array(channels.length * size);
  planes.forEach((plane, i) => some.set(data.subarray(plane * size, (plane + 1) * size), i * size));
  return { name, channels, shape: [channels.length, ...shape.slice(1)], data: some };
}

/**
 * One number.
 *
 * @param {Tensor} tensor with all channels
 * @param {import("../state/types.js").Place} place
 */
export function valueAt({ shape, data }, [first = 0, y = 0, x = 0]) {
  const [, height = 1, width = 1] = shape;
  return data[(first * height + y) * width + x] ?? NaN;
}

/**
 * The place of the number furthest from zero, in one channel or in all.
 *
 * @param {Tensor} tensor with all channels
 * @param {number} [channel]
 * @returns {import("../state/types.js").Place}
 */
export function strongestPlace({ shape, data }, channel) {
  const [, height, width] = shape;
  const size = height === undefined ? data.length : height * (width ?? 1);
  const from = height === undefined ? 0 : (channel ?? 0) * size;
  const to = channel === undefined ? data.length : from + size;
  let best = from;
  for (let i = from; i < to; i++) {
    if (Math.abs(data[i] ?? 0) > Math.abs(data[best] ?? 0)) best = i;
  }
  if (height === undefined || width === undefined) return [best];
  return [Math.floor(best / size), Math.floor((best % size) / width), best % width];
}

/**
 * How a layer's maps follow each other: by number, or those first whose mean, largest number or
 * contrast (the standard deviation over their places) is largest. Maps that are equal in that stay
 * in the order of their numbers.
 *
 * @param {Tensor} tensor with all channels
 * @param {import("../state/types.js").MapOrder} order
 * @returns {readonly number[]}
 */
export function mapsInOrder(tensor, order) {
  let known = ordered.get(tensor);
  if (!known) ordered.set(tensor, (known = {}));
  return (known[order] ??= inOrder(tensor, order));
}

/**
 * @type {WeakMap<Tensor, Partial<Record<import("../state/types.js").MapOrder, number[]>>>} Sorted
 *   once: every step to the next map asks.
 */
const ordered = new WeakMap();

/**
 * @param {Tensor} tensor
 * @param {import("../state/types.js").MapOrder} order
 */
function inOrder({ shape: [maps = 0, height = 1, width = 1], data }, order) {
  const numbers = Array.from({ length: maps }, (_, map) => map);
  if (order === "number") return numbers;
  const size = height * width;
  const keys = numbers.map((map) => KEYS[order](data.subarray(map * size, (map + 1) * size)));
  const key = (/** @type {number} */ map) => (Number.isNaN(keys[map]) ? -Infinity : keys[map] ?? 0); // what is not a number comes last
  return numbers.sort((a, b) => (key(a) === key(b) ? a - b : key(b) > key(a) ? 1 : -1));
}

/**
 * @type {Record<Exclude<import("../state/types.js").MapOrder, "number">, (plane: Float32Array) =>
 *   number>}
 */
const KEYS = {
  mean,
  max: (plane) => plane.reduce((most, value) => Math.max(most, value), -Infinity),
  spread: (plane) => {
    const middle = mean(plane);
    return Math.sqrt(plane.reduce((sum, value) => sum + (value - middle) ** 2, 0) / plane.length);
  },
};

/** @param {Float32Array} plane */
function mean(plane) {
  return plane.reduce((sum, value) => sum + value, 0) / plane.length;
}
