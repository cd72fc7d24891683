/** What the page of learning begins with, and its state as an address. */

import { debounce } from "../lib/dom.js";

/**
 * @typedef {import("./types.js").LearnState} LearnState
 * @typedef {import("./types.js").LearnStore} LearnStore
 * @typedef {import("./types.js").Phase} Phase
 *
 * @typedef {{ run: string | null, secondRun: string | null, step: number | null, phase: Phase,
 *   stepTrace: string | null, layer: string, filter: number, weight: number | null, from: string
 *   }} Asked What an address asks for. `layer`, `filter` and `weight` are of a step on a photo;
 *   `from` is the address of the main page, after its path, with that photo.
 */

/**
 * @param {import("../api/wire.js").DatasetList} offer
 * @returns {LearnState}
 */
export function firstState({ datasets, default_config }) {
  return {
    datasets,
    config: default_config,
    plan: null,
    run: null,
    secondRun: null,
    evaluation: null,
    picture: { index: 0 },
    stepTrace: null,
    phase: 0,
    learned: null,
    speed: null,
    connected: true,
    busy: null,
    problem: null,
    missed: null,
    theme: document.documentElement.dataset.theme === "dark" ? "dark" : "light",
  };
}

/**
 * @param {string} search
 * @returns {Asked}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const phase = Number(query.get("phase"));
  const step = Number.parseInt(query.get("step") ?? "", 10);
  const from = query.get("from");
  return {
    run: query.get("run"),
    secondRun: query.get("second"),
    step: step >= 1 ? step : null,
    phase: phase === 1 || phase === 2 || phase === 3 || phase === 4 ? phase : 0,
    stepTrace: query.get("trace"),
    layer: query.get("layer") ?? "",
    filter: Math.max(0, Number.parseInt(query.get("filter") ?? "", 10) || 0),
    weight: /^\d+$/.test(query.get("weight") ?? "") ? Number(query.get("weight")) : null,
    from: from ? `?${new URLSearchParams(from)}` : "",
  };
}

/**
 * @param {Readonly<LearnState>} state
 * @returns {string} beginning with "?", or empty
 */
export function writeAddress({ run, secondRun, stepTrace, phase }) {
  const query = new URLSearchParams();
  if (run) query.set("run", run.id);
  if (secondRun) query.set("second", secondRun.id);
  if (stepTrace?.training && stepTrace.step !== null && phase) {
    query.set("step", String(stepTrace.step));
    query.set("phase", String(phase));
  } else if (stepTrace && phase) {
    query.set("trace", stepTrace.id); // of a photo
    query.set("phase", String(phase));
  }
  return query.size ? `?${query}` : "";
}

/**
 * Keep the address in step with the state.
 *
 * @param {LearnStore} store
 */
export function followAddress(store) {
  let wanted = writeAddress(store.state);
  const write = debounce(() => history.replaceState(null, "", `${location.pathname}${wanted}`), 200);
  store.watch(["run", "secondRun", "stepTrace", "phase"], (state) => {
    const address = writeAddress(state);
    if (address === wanted) return; // a run changes ten times a second, its address does not
    wanted = address;
    write(); // with a short wait, since browsers allow about a hundred changes in half a minute
  });
}
