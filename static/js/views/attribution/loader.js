/**
 * Loads the attribution that is chosen: fast methods at once, slow ones on request; the latest
 * wins.
 */

import { postAttribution } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { methodOf } from "../../model/attribution-methods.js";
import { askedOf } from "../../model/attribution-target.js";

/**
 * @typedef {import("../../state/types.js").Attributed} Attributed
 * @typedef {import("../../state/types.js").Attribution} Attribution
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("../../state/types.js").AttributionRequest} AttributionRequest
 * @typedef {import("../../lib/store.js").Store<State>} Store
 */

const KEPT = 32; // answers, so that going back to a method or a class takes no time

export class AttributionLoader {
  #abort = new AbortController();
  /** @type {Map<string, Attribution>} */
  #kept = new Map();

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    store.watch(["tab", "attributionRequest", "analysis", "output"], () => this.follow());
  }

  /**
   * Show the answer to what is chosen if it is here; ask for it if that is quick; else wait to be
   * told.
   */
  follow() {
    const { tab, analysis, live } = this.store.state;
    const attributionRequest = askedOf(this.store.state);
    this.cancel();
    if (tab !== "attribution" || !analysis || live) return; // a frame becomes an analysis first
    const answer = this.#here();
    if (answer || methodOf(attributionRequest.method).slow) {
      this.store.set({ attribution: { analysis: analysis.id, request: attributionRequest, answer, progress: null, problem: null } });
    } else void this.compute();
  }

  /**
   * Ask for what is chosen.
   *
   * @param {boolean} [curves] test the map, too
   */
  async compute(curves = false) {
    const { analysis } = this.store.state;
    const attributionRequest = askedOf(this.store.state);
    if (!analysis) return;
    this.cancel();
    const { signal } = this.#abort;
    // Until a quick answer is here the one before it stays, so that nothing flickers.
    const before = methodOf(attributionRequest.method).slow ? null : (this.store.state.attribution?.answer ?? null);
    /** @type {Attributed} */
    const asked = { analysis: analysis.id, request: attributionRequest, answer: this.#here() ?? before, progress: { done: 0, total: 0 }, problem: null };
    this.store.set({ attribution: asked });
    const tell = (/** @type {Partial<Attributed>} */ news) => {
      if (!signal.aborted) this.store.set({ attribution: { ...asked, ...news } });
    };
    try {
      const answer = await this.#ask(attributionRequest, curves, signal, (done, total) => tell({ progress: { done, total } }));
      tell({ answer, progress: null });
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      tell({ answer: this.#here(), progress: null, problem: error.problem });
    }
  }

  /**
   * The answer to another question about the same photo, for comparison.
   *
   * @param {AttributionRequest} request
   * @param {AbortSignal} signal
   */
  answer(request, signal) {
    return this.#ask(request, false, signal, () => {});
  }

  /** Give up on what is under way; the server stops, too. */
  cancel() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { attribution } = this.store.state;
    if (attribution?.progress) this.store.set({ attribution: { ...attribution, answer: this.#here(), progress: null } });
  }

  /** The answer to what is chosen, if it is here. */
  #here() {
    const { analysis, output } = this.store.state;
    return this.#kept.get(keyOf(analysis?.id ?? "", output, askedOf(this.store.state))) ?? null;
  }

  /**
   * @param {AttributionRequest} request
   * @param {boolean} curves
   * @param {AbortSignal} signal
   * @param {(done: number, total: number) => void} onProgress
   */
  async #ask(request, curves, signal, onProgress) {
    const { model, analysis, output } = this.store.state;
    const key = keyOf(analysis?.id ?? "", output, request);
    const kept = this.#kept.get(key);
    if (kept && (kept.curves || !curves)) return kept;
    const { method, target, from, options } = request;
    // What another network's outputs are called is forgotten when the network changes, but not when
    // the reader comes back to it.
    const known = model?.outputs.some(({ name }) => name === output) ? output : null;
    const { atLayer } = methodOf(method);
    const body = { method, output: known, target, layer: atLayer ? from : null, ...options, curves };
    const answer = await postAttribution(analysis?.id ?? "", body, signal, onProgress);
    this.#kept.delete(key);
    this.#kept.set(key, answer);
    const [oldest = ""] = this.#kept.keys();
    if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    return answer;
  }
}

/**
 * @param {string} analysis
 * @param {string | null} output
 * @param {AttributionRequest} request
 */
function keyOf(analysis, output, { method, target, from, options }) {
  return JSON.stringify([analysis, output, method, target, methodOf(method).atLayer ? from : null, options]);
}
