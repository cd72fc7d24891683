/**
 * What the step inspector shows (layer, parameter, filter, opened value), and a cache of the arrays
 * it needs.
 */

import { isAbort, ProblemError } from "../../api/http.js";
import { t } from "../../i18n/index.js";
import { Store } from "../../lib/store.js";
import { fetchStepTrace, fetchStepValues, fetchStepDetail } from "../../api/learning.js";

/**
 * @typedef {import("../types.js").StepTrace} StepTrace
 * @typedef {import("../types.js").StepLayer} StepLayer
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../../state/types.js").Place} Place
 * @typedef {import("../../state/types.js").Tensor} Tensor
 *
 * @typedef {{ kind: "value" | "activation-gradient", layer: string, place: Place }} OpenedNumber
 *   One number of a layer, or its gradient.
 * @typedef {{ layer: string, parameter: string, index: readonly number[] }} Weight
 * @typedef {{ kind: "gradient" } & Weight | { kind: "update" } & Weight} OpenedWeight
 * @typedef {OpenedNumber | OpenedWeight | { kind: "loss", unit: number }} Opened The number that is
 *   written out.
 *
 * @typedef {{ layer: string, parameter: string, filter: number, opened: Opened | null }} View
 */

const KEPT = 300; // answers; a small network has about thirty a picture
export const SHOWN = 12; // terms of a sum, one by one

export class StepViewModel {
  /** @type {Map<string, Promise<Tensor>>} */
  #numbers = new Map();
  #stepTrace = "";

  /** @param {LearnStore} store */
  constructor(store) {
    this.store = store;
    this.view = new Store(/** @type {View} */ ({ layer: "", parameter: "", filter: 0, opened: null }));
    store.watch(["stepTrace"], ({ stepTrace }) => stepTrace && this.#arrive(stepTrace));
  }

  get stepTrace() {
    return this.store.state.stepTrace;
  }

  get theme() {
    return this.store.state.theme;
  }

  /** The layer that is looked at. */
  get layer() {
    return this.layerNamed(this.view.state.layer);
  }

  /** @param {string} name */
  layerNamed(name) {
    return this.stepTrace?.layers.find((layer) => layer.name === name) ?? null;
  }

  /**
   * Look at a layer: its first parameter, the filter that moved most.
   *
   * @param {string} name
   */
  choose(name) {
    const parameter = this.layerNamed(name)?.parameters[0];
    this.view.set({ layer: name, parameter: parameter?.name ?? "", filter: parameter?.largest_updates[0]?.filter ?? 0 });
  }

  /** @param {Opened} opened */
  open(opened) {
    this.view.set({ opened });
  }

  /**
   * Look at the same step from another picture of its batch.
   *
   * @param {number} place
   */
  async choosePicture(place) {
    const { stepTrace } = this;
    if (!stepTrace || stepTrace.picture === place) return;
    await this.attempt(async () => {
      const other = await fetchStepTrace(stepTrace.id, place);
      if (this.stepTrace?.id === stepTrace.id) this.store.set({ stepTrace: other });
    });
  }

  /**
   * The numbers of a layer for one picture: (C, H, W) or (K).
   *
   * @param {string} layer
   * @param {"value" | "gradient" | "after"} of
   * @param {number} [picture] its place in the batch; the chosen one if not told
   */
  values(layer, of, picture = this.stepTrace?.picture ?? 0) {
    return this.#fetch(layer, ["values", layer], { of, picture });
  }

  /**
   * The numbers of a parameter, before or after the step, its gradient or the step itself.
   *
   * @param {string} layer
   * @param {string} parameter
   * @param {"before" | "gradient" | "step" | "after"} of
   */
  parameters(layer, parameter, of) {
    return this.#fetch(layer, ["parameters", layer, parameter], { of });
  }

  /**
   * What the server says about the opened number.
   *
   * @param {OpenedNumber | OpenedWeight} opened
   * @param {AbortSignal} signal
   */
  explain(opened, signal) {
    const { kind, layer } = opened;
    /** @type {Record<string, string | number>} */
    const query = kind === "gradient" || kind === "activation-gradient" ? { limit: SHOWN } : {};
    const path = [kind === "value" ? "explain" : kind, layer];
    if ("index" in opened) {
      path.push(opened.parameter);
      query.index = opened.index.join(",");
    } else Object.assign(query, { picture: this.stepTrace?.picture ?? 0, ...placeQuery(opened.place) });
    return fetchStepDetail(this.stepTrace?.id ?? "", path, query, signal);
  }

  /**
   * Do something that the server may refuse; the page says so.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T | null>}
   */
  async attempt(work) {
    try {
      return await work();
    } catch (error) {
      if (isAbort(error)) return null;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
      return null;
    }
  }

  /** @param {StepTrace} stepTrace */
  #arrive(stepTrace) {
    if (stepTrace.id !== this.#stepTrace) this.#numbers.clear();
    this.#stepTrace = stepTrace.id;
    if (!this.layer) {
      this.view.set({ opened: null });
      this.choose(stepTrace.layers.find(({ parameters }) => parameters.length)?.name ?? stepTrace.layers[0]?.name ?? "");
    }
  }

  /**
   * @param {string} name
   * @param {string[]} path
   * @param {Record<string, string | number>} query
   * @returns {Promise<Tensor>}
   */
  #fetch(name, path, query) {
    const key = JSON.stringify([path, query]);
    const kept = this.#numbers.get(key);
    if (kept) return kept;
    if (this.#numbers.size >= KEPT) this.#numbers.clear();
    const asked = fetchStepValues(this.#stepTrace, path, query).then(({ shape, data }) => ({
      name,
      shape,
      data,
      channels: Array.from({ length: shape[0] ?? 1 }, (_, i) => i),
    }));
    this.#numbers.set(key, asked);
    asked.catch(() => this.#numbers.delete(key)); // to be asked for again
    return asked;
  }
}

/**
 * @param {Place} place
 * @returns {Record<string, number>}
 */
function placeQuery([first = 0, y, x]) {
  return y === undefined || x === undefined ? { unit: first } : { channel: first, y, x };
}

/**
 * What a number is called: conv2[3, 10, 12].
 *
 * @param {string} name
 * @param {readonly number[]} index
 */
export function numberName(name, index) {
  return `${name}[${index.join(", ")}]`;
}

/**
 * What a parameter is called, and its letter.
 *
 * @param {string} name
 * @returns {{ name: string, letter: string }}
 */
export function parameterWords(name) {
  /** @type {Record<string, { name: string, letter: string }>} */
  const known = t.learn.stepInspector.kernels.parameters;
  return known[name] ?? { name, letter: name };
}

/**
 * Where a term of the API's is.
 *
 * @param {{ channel?: number | null, y?: number | null, x?: number | null, unit?: number | null }}
 *   index
 * @returns {Place}
 */
export function placeOf({ channel, y, x, unit }) {
  return typeof channel === "number" && typeof y === "number" && typeof x === "number" ? [channel, y, x] : [unit ?? channel ?? 0];
}

/**
 * The letter of a layer's output: Z for a weighted sum, which has parameters, else A.
 *
 * @param {StepViewModel} viewModel
 * @param {string} name
 */
export function letterOf(viewModel, name) {
  return viewModel.layerNamed(name)?.parameters.length ? "Z" : "A";
}

/**
 * What the page calls something that the API names.
 *
 * @param {Record<string, string>} words
 * @param {string} name
 * @param {string} [otherwise] where the page has no word for it
 */
export function worded(words, name, otherwise = name) {
  return (Object.hasOwn(words, name) && words[name]) || otherwise;
}
