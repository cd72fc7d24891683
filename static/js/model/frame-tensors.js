/**
 * Raw numbers of a moving picture: always those of the latest frame. What the page asks for is what
 * the next frame is asked for.
 */

import { pick } from "./tensors.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Tensor} Tensor
 *
 * @typedef {Map<string, number[] | null>} Wanted Channels by layer; null: all of them.
 *
 * @typedef {{ layer: Layer, channels: number[] | null, resolve: (tensor: Tensor) => void,
 *   reject: (reason: unknown) => void }} Waiting
 */

/** The same face as that of Tensors, which holds the numbers of an analysis. */
export class FrameTensors {
  /** @type {Wanted} Since the last frame was asked for. */
  #wanted = new Map();
  /** @type {Map<string, { tensor: Tensor, isWhole: boolean }>} */
  #here = new Map();
  /** @type {Waiting[]} */
  #waiting = [];

  /**
   * All of a layer's numbers, if they are here.
   *
   * @param {string} name
   */
  peek(name) {
    const found = this.#here.get(name);
    return found?.isWhole ? found.tensor : null;
  }

  /** @param {Layer} layer */
  whole(layer) {
    return this.#ask(layer, null);
  }

  /**
   * @param {Layer} layer
   * @param {number[]} channels
   */
  some(layer, channels) {
    return this.#ask(layer, channels);
  }

  /** What has been asked for since this was called last: the next frame has to have it. */
  take() {
    const wanted = this.#wanted;
    this.#wanted = new Map();
    for (const { layer, channels } of this.#waiting) want(wanted, layer.name, channels);
    return wanted;
  }

  /**
   * The numbers of another frame, by layer.
   *
   * @param {Wanted} wanted what was asked for
   * @param {Map<string, { shape: number[], data: Float32Array }>} layers
   */
  put(wanted, layers) {
    this.#here = new Map();
    for (const [name, { shape, data }] of layers) {
      const channels = wanted.get(name) ?? Array.from({ length: shape[0] ?? 0 }, (_, i) => i);
      this.#here.set(name, { tensor: { name, shape, channels, data }, isWhole: wanted.get(name) === null });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const tensor = this.#found(one.layer, one.channels);
      if (tensor) one.resolve(tensor);
      else this.#waiting.push(one);
    }
  }

  close() {
    for (const { reject } of this.#waiting) reject(new DOMException("There are no more frames", "AbortError"));
    this.#waiting = [];
    this.#here = new Map();
  }

  /**
   * @param {Layer} layer
   * @param {number[] | null} channels
   * @returns {Promise<Tensor>}
   */
  #ask(layer, channels) {
    want(this.#wanted, layer.name, channels);
    const tensor = this.#found(layer, channels);
    if (tensor) return Promise.resolve(tensor);
    return new Promise((resolve, reject) => this.#waiting.push({ layer, channels, resolve, reject }));
  }

  /**
   * @param {Layer} layer
   * @param {number[] | null} channels
   * @returns {Tensor | null}
   */
  #found({ name }, channels) {
    const found = this.#here.get(name);
    if (!found) return null;
    if (channels === null) return found.isWhole ? found.tensor : null;
    const at = channels.map((channel) => found.tensor.channels.indexOf(channel));
    return at.includes(-1) ? null : pick(found.tensor, at, channels);
  }
}

/**
 * @param {Wanted} wanted
 * @param {string} name
 * @param {number[] | null} channels
 */
function want(wanted, name, channels) {
  const before = wanted.get(name);
  if (channels === null || before === null) wanted.set(name, null);
  else wanted.set(name, [...new Set([...(before ?? []), ...channels])]);
}
