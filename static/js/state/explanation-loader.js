/** Keeps the explanation in step with the cursor: asked for at once, one question at a time, and the latest wish is next. */

import { fetchExplanation, isAbort, ProblemError } from "../api/client.js";

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Place} Place
 *
 * @typedef {{ analysis: string, layer: string, place: Place }} Wish
 */

/** @param {import("../lib/store.js").Store<State>} store */
export function followCursor(store) {
  const asker = new Asker(store);
  store.watch(["analysis", "layer", "cursor"], () => asker.wish());
}

class Asker {
  /** @type {{ wish: Wish, abort: AbortController } | null} */
  #underway = null;

  /** @param {import("../lib/store.js").Store<State>} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * Ask for the number under the cursor, or leave it for when the present answer is here. An answer about another layer is
   * not waited for: it may be a large one, and nobody will look at it.
   */
  wish() {
    const wish = wishOf(this.store.state);
    if (!wish) return;
    if (this.#underway && isElsewhere(this.#underway.wish, wish)) {
      this.#underway.abort.abort();
      this.#underway = null;
    }
    if (!this.#underway) void this.#ask(wish);
  }

  /** @param {Wish} wish */
  async #ask(wish) {
    const abort = new AbortController();
    this.#underway = { wish, abort };
    try {
      const explanation = await fetchExplanation(wish.analysis, wish.layer, wish.place, abort.signal);
      if (!abort.signal.aborted && this.store.state.cursor === wish.place) this.store.set({ explanation });
    } catch (error) {
      if (abort.signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    } finally {
      if (this.#underway?.abort === abort) this.#next(wish);
    }
  }

  /**
   * Go on with what is wished for by now.
   *
   * @param {Wish} answered
   */
  #next(answered) {
    this.#underway = null;
    const wish = wishOf(this.store.state);
    if (wish && (wish.place !== answered.place || isElsewhere(wish, answered))) void this.#ask(wish);
  }
}

/**
 * @param {Readonly<State>} state
 * @returns {Wish | null}
 */
function wishOf({ analysis, layer, cursor }) {
  return analysis && cursor ? { analysis: analysis.id, layer, place: cursor } : null;
}

/**
 * @param {Wish} a
 * @param {Wish} b
 */
function isElsewhere(a, b) {
  return a.analysis !== b.analysis || a.layer !== b.layer;
}
