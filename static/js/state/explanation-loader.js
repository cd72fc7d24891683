/**
 * Loads the explanation of the value under the cursor: one request at a time, the latest position
 * next.
 */

import { fetchExplanation } from "../api/client.js";
import { isAbort, ProblemError } from "../api/http.js";

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Place} Place
 *
 * @typedef {{ analysis: string, layer: string, place: Place }} ExplainRequest
 */

/** @param {import("../lib/store.js").Store<State>} store */
export function loadExplanations(store) {
  const loader = new ExplanationLoader(store);
  store.watch(["analysis", "layer", "cursor"], () => loader.request());
}

class ExplanationLoader {
  /** @type {{ request: ExplainRequest, abort: AbortController } | null} */
  #underway = null;

  /** @param {import("../lib/store.js").Store<State>} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * Ask for the number under the cursor, or leave it for when the present answer is here. An answer
   * about another layer is not waited for: it may be a large one, and nobody will look at it.
   */
  request() {
    const request = requestOf(this.store.state);
    if (!request) return;
    if (this.#underway && isElsewhere(this.#underway.request, request)) {
      this.#underway.abort.abort();
      this.#underway = null;
    }
    if (!this.#underway) void this.#ask(request);
  }

  /** @param {ExplainRequest} request */
  async #ask(request) {
    const abort = new AbortController();
    this.#underway = { request, abort };
    try {
      const explanation = await fetchExplanation(request.analysis, request.layer, request.place, abort.signal);
      if (!abort.signal.aborted && this.store.state.cursor === request.place) this.store.set({ explanation });
    } catch (error) {
      if (abort.signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    } finally {
      if (this.#underway?.abort === abort) this.#next(request);
    }
  }

  /**
   * Go on with the latest request.
   *
   * @param {ExplainRequest} answered
   */
  #next(answered) {
    this.#underway = null;
    const request = requestOf(this.store.state);
    if (request && (request.place !== answered.place || isElsewhere(request, answered))) void this.#ask(request);
  }
}

/**
 * @param {Readonly<State>} state
 * @returns {ExplainRequest | null} of a moving picture none: it comes with the next frame
 */
function requestOf({ analysis, layer, cursor, live }) {
  return analysis && cursor && !live ? { analysis: analysis.id, layer, place: cursor } : null;
}

/**
 * @param {ExplainRequest} a
 * @param {ExplainRequest} b
 */
function isElsewhere(a, b) {
  return a.analysis !== b.analysis || a.layer !== b.layer;
}
