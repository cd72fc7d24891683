/** Keeps the explanation in step with the cursor: the latest wish wins, superseded ones are given up. */

import { fetchExplanation, isAbort, ProblemError } from "./api.js";
import { debounce } from "./dom.js";

const PAUSE = 40; // milliseconds that the cursor rests before the server is asked

/** @param {import("./store.js").Store<import("./types.js").State>} store */
export function followCursor(store) {
  let abort = new AbortController();
  const ask = debounce(async () => {
    const { analysis, layer, cursor } = store.state;
    if (!analysis || !cursor) return;
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      const explanation = await fetchExplanation(analysis.id, layer, cursor, signal);
      if (!signal.aborted && store.state.cursor === cursor) store.set({ explanation });
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      store.set({ problem: error.problem });
    }
  }, PAUSE);
  store.watch(["analysis", "layer", "cursor"], () => {
    abort.abort();
    ask();
  });
}
