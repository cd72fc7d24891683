/** Keeps the plan, shapes and counts of the network that is wished for, in step with the wish. The latest wins. */

import { isAbort, ProblemError } from "../../api.js";
import { debounce } from "../../dom.js";
import { postPlan } from "../api.js";

const PATIENCE = 80; // milliseconds: a few keys of a number come together

/** @param {import("../types.js").LearnStore} store */
export function followPlan(store) {
  let abort = new AbortController();
  let asked = "";
  const ask = debounce(async () => {
    const { data, layers } = store.state.wish;
    const sketch = JSON.stringify([data, layers]);
    if (!layers || sketch === asked) return;
    asked = sketch;
    abort.abort();
    abort = new AbortController();
    try {
      store.set({ plan: await postPlan({ data, layers }, abort.signal) });
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      asked = ""; // so that the next change asks again, whatever it is
      store.set({ plan: null, problem: error.problem });
    }
  }, PATIENCE);
  store.watch(["wish"], () => ask());
  ask();
}
