/**
 * Keeps the plan, shapes and counts of the configured network, in step with the config. The
 * latest wins.
 */

import { isAbort, isPassing, ProblemError } from "../../api/http.js";
import { debounce } from "../../lib/dom.js";
import { postPlan } from "../../api/learning.js";

const PATIENCE = 80; // milliseconds: a few keys of a number come together

/** @param {import("../types.js").LearnStore} store */
export function followPlan(store) {
  let abort = new AbortController();
  let asked = "";
  const sketch = () => JSON.stringify([store.state.config.dataset, store.state.config.layers]);
  const ask = debounce(async () => {
    const { dataset, layers } = store.state.config;
    if (!layers || sketch() === asked) return;
    asked = sketch();
    abort = new AbortController();
    try {
      store.set({ plan: await postPlan({ dataset, layers }, abort.signal) });
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      asked = ""; // so that the next change asks again, whatever it is
      store.set({ plan: null, [isPassing(error.problem) ? "missed" : "problem"]: error.problem });
    }
  }, PATIENCE);
  store.watch(["config"], () => {
    if (sketch() !== asked) {
      abort.abort(); // at once: what it asks about may be gone in a moment
      asked = "";
    }
    ask();
  });
  store.watch(["missed"], ({ missed }) => missed || ask());
  ask();
}
