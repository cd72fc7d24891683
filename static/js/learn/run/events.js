/**
 * What a training tells while it goes on. The browser's own EventSource comes back by itself after
 * a lost connection and says what it heard last; where it gives up, we ask until the server is
 * there again. A hidden tab keeps no connection: browsers allow a server six over HTTP/1.1, for all
 * tabs together.
 */

import { ProblemError } from "../../api/http.js";
import { t } from "../../i18n/index.js";
import { eventsUrl, fetchTraining } from "../../api/learning.js";

/**
 * @typedef {import("../types.js").EpochRecord} EpochRecord
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").BatchMetrics} BatchMetrics
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("../types.js").Run} Run
 *
 * @typedef {"run" | "secondRun"} Slot Where in the state a run stands.
 */

const PATIENCE = 1500; // milliseconds between two questions whether the server is there again
const MOST_POINTS = 4000; // more than a chart has columns; beyond, every second one tells the same

/**
 * Listen to whatever run stands in a slot.
 *
 * @param {LearnStore} store
 * @param {Slot} slot
 */
export function followEvents(store, slot) {
  const following = new Following(store, slot);
  store.watch([slot], ({ [slot]: run }) => following.listenTo(run));
}

/**
 * A run with what is new about it. A run that stands further back than it did, after a reset or
 * because the server was killed, has lost what came later.
 *
 * @param {Run} run
 * @param {Partial<Run>} news
 * @returns {Run}
 */
export function withNews(run, news) {
  const next = { ...run, ...news };
  if (next.step >= lastStep(run)) return next;
  return {
    ...next,
    batches: next.batches.filter(([step = 0]) => step <= next.step),
    history: next.history.filter(({ step }) => step <= next.step),
    diagnostics: news.diagnostics ?? null,
  };
}

/** @param {Run} run */
function lastStep({ batches, history }) {
  return Math.max(batches.at(-1)?.[0] ?? 0, history.at(-1)?.step ?? 0);
}

class Following {
  #id = "";
  /** @type {EventSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {LearnStore} store
   * @param {Slot} slot
   */
  constructor(store, slot) {
    this.store = store;
    this.slot = slot;
    document.addEventListener("visibilitychange", () => this.#followVisibility());
  }

  /** @param {Run | null} run */
  listenTo(run) {
    if (this.#id === (run?.id ?? "")) return;
    this.#close();
    this.#id = run?.id ?? "";
    if (run) this.#open(run);
  }

  #followVisibility() {
    if (document.hidden) this.#close();
    else if (this.#id && !this.#source) void this.#again();
  }

  /** @param {Run} run */
  #open(run) {
    if (document.hidden) return;
    const source = new EventSource(eventsUrl(run.id, run.step));
    this.#source = source;
    /** @type {(type: string, take: (run: Run, data: any) => void) => void} */
    const on = (type, take) => {
      source.addEventListener(type, (event) => {
        const now = this.store.state[this.slot];
        if (this.#source === source && now?.id === run.id) take(now, JSON.parse(event.data));
      });
    };
    on("state", (now, state) => this.#takeState(now, state));
    on("batches", (now, { batches, ...rest }) => this.#put({ ...now, ...rest, batches: joined(now.batches, batches) }));
    on("epoch", (now, record) => this.#put({ ...now, history: [...now.history.filter(({ epoch }) => epoch < record.epoch), record] }));
    on("diagnostics", (now, diagnostics) => this.#put({ ...now, diagnostics }));
    source.addEventListener("error", () => this.#lose(source));
  }

  /**
   * The first event of every connection: where the run stands now, which may be further back than
   * what we know.
   *
   * @param {Run} now
   * @param {Run} state
   */
  #takeState(now, state) {
    const isBehind = state.step < lastStep(now);
    const wasAway = !this.store.state.connected;
    const run = withNews(now, state);
    this.store.set({ connected: true });
    this.#put(run);
    if (isBehind) {
      this.#close();
      this.#open(run); // what comes next has numbers that the old connection believes to have told already
    } else if (wasAway) void this.#ask(); // what happened meanwhile, epochs that ended, say
  }

  /**
   * The connection is lost. The browser tries again, unless it was told that there is nothing
   * there.
   *
   * @param {EventSource} source
   */
  #lose(source) {
    if (this.#source !== source) return;
    this.store.set({ connected: false });
    if (source.readyState !== EventSource.CLOSED) return;
    this.#close();
    this.#timer = setTimeout(() => void this.#again(), PATIENCE);
  }

  async #again() {
    const run = await this.#ask();
    if (run && !this.#source) this.#open(run);
  }

  /**
   * All about the run, as the server knows it; null where there is no answer, or no such run any
   * more.
   */
  async #ask() {
    const id = this.#id;
    try {
      const run = await fetchTraining(id);
      if (id !== this.#id) return null;
      this.#put(run);
      return run;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (id !== this.#id) return null;
      if (error.problem.status === 404) this.#end(error.problem);
      else if (!this.#source && !document.hidden) this.#timer = setTimeout(() => void this.#again(), PATIENCE);
      return null;
    }
  }

  /**
   * The run is not there any more, not for this browser.
   *
   * @param {Problem} problem
   */
  #end(problem) {
    const isLent = this.store.state[this.slot]?.lent;
    const told = isLent ? { type: "run-taken-back", status: 404, ...t.problems.takenBack.run } : problem;
    this.store.set({ [this.slot]: null, connected: true, problem: told, ...(this.slot === "run" && { evaluation: null }) });
  }

  /** @param {Run} run */
  #put(run) {
    this.store.set({ [this.slot]: run });
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}

/**
 * @param {BatchMetrics[]} before
 * @param {BatchMetrics[]} more
 * @returns {BatchMetrics[]}
 */
function joined(before, more) {
  const first = more[0]?.[0] ?? Infinity;
  const all = [...before.filter(([step = 0]) => step < first), ...more];
  return all.length > MOST_POINTS ? all.filter((_, i) => i % 2 === 1) : all;
}
