/** What a reader can do with a training: start, pause, step, restart, compare with a second run. */

import { isAbort, ProblemError } from "../../api/http.js";
import { t } from "../../i18n/index.js";
import { command, fetchDataset, fetchStep, fetchTraining, postTraining } from "../../api/learning.js";
import { withNews } from "./events.js";

/**
 * @typedef {import("./events.js").Slot} Slot
 * @typedef {import("../types.js").Control} Control
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Phase} Phase
 * @typedef {import("../types.js").Run} Run
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 */

const SLOTS = /** @type {const} */ (["run", "secondRun"]);
const words = t.learn.run.status;

/**
 * Whether a run goes on by itself.
 *
 * @param {Run | null} run
 */
export function isGoing(run) {
  return run?.status === "running" || run?.status === "starting";
}

/**
 * Whether a run has ended.
 *
 * @param {Run | null} run
 */
export function isOver(run) {
  return run?.status === "finished" || run?.status === "stopped" || run?.status === "failed";
}

/**
 * Whether a run can go on: it has not ended, or failed for a reason that may be gone by now.
 *
 * @param {Run} run
 */
export function canGoOn(run) {
  return !isOver(run) || run.resumable;
}

/**
 * Whether Play begins something new: nothing has been begun, it cannot go on, or another config is
 * asked for.
 *
 * @param {Readonly<LearnState>} state
 */
export function beginsAnew(state) {
  return state.run === null || !canGoOn(state.run) || isChanged(state);
}

/**
 * Whether another config is asked for than the run has.
 *
 * @param {Readonly<LearnState>} state
 */
export function isChanged({ config, learned }) {
  return JSON.stringify(config) !== JSON.stringify(learned);
}

export class Runner {
  /** @type {{ isThere: () => boolean, resolve: () => void }[]} What is waited for. */
  #waiting = [];
  /**
   * @type {(() => unknown) | null} What a reader asked for while something else was under way: the
   *   latest of it.
   */
  #next = null;

  /**
   * @param {LearnStore} store
   * @param {() => import("../types.js").Problem | null} check what keeps a training from beginning:
   *   a field that cannot be used
   */
  constructor(store, check) {
    this.store = store;
    this.check = check;
    store.watch([...SLOTS], () => {
      const there = this.#waiting.filter(({ isThere }) => isThere());
      this.#waiting = this.#waiting.filter((one) => !there.includes(one));
      for (const { resolve } of there) resolve();
    });
  }

  /** Play what rests, let rest what plays. */
  toggle() {
    return this.#inTurn(() => (isGoing(this.store.state.run) ? this.pause() : this.play()));
  }

  play() {
    return this.#attempt("play", words.starting, async () => {
      if (beginsAnew(this.store.state)) await this.#begin(this.store.state.config, null, false);
      else await this.#tellAll("resume", { speed: this.store.state.speed });
      this.closeStepInspector();
    });
  }

  pause() {
    return this.#attempt("play", words.pausing, () => this.#pause());
  }

  /** Learn from one more batch, and rest. */
  stepBatch() {
    return this.#attempt("batch", words.stepping, async () => {
      if (isOver(this.store.state.run)) return; // there is no next batch
      await this.#rest();
      await this.#tellAll("advance", { batches: 1 });
      this.closeStepInspector();
    });
  }

  /**
   * Go on by one phase of the next step: forward, loss, backward; the fourth, the update, makes the
   * step. Asked for again meanwhile it is done once: nobody has seen yet what comes next.
   */
  async stepPhase() {
    if (this.#isAt("phase")) return;
    await this.#inTurn(() => {
      const { run, stepTrace, phase } = this.store.state;
      const isOfPhoto = stepTrace !== null && !stepTrace.training;
      const isOfRun = stepTrace !== null && stepTrace.training === run?.id;
      const isFixed = isOfPhoto || (isOfRun && (stepTrace.applied || isOver(run))); // taken already, or never to be taken: only looked at
      if (phase < 4 && isFixed) return this.#showPhase(phase + 1);
      return this.#attempt("phase", words.looking, () => (run && isOver(run) ? this.#inspectLast(run) : this.#nextPhase()));
    });
  }

  /** Back to the weights of the beginning; at once with the config of now. */
  async reset() {
    if (this.#isAt("reset")) return;
    await this.#attempt("reset", words.resetting, async () => {
      this.closeStepInspector();
      this.store.set({ evaluation: null });
      if (isChanged(this.store.state)) await this.#begin(this.store.state.config, null, true);
      else await this.#tellAll("reset", {});
    });
  }

  /** @param {number | null} speed batches a second; null for as many as the machine manages */
  setSpeed(speed) {
    this.store.set({ speed });
    if (!isGoing(this.store.state.run)) return Promise.resolve();
    return this.#attempt(null, words.speed, () => this.#tellAll("resume", { speed }));
  }

  /**
   * Two networks with the same start and one difference, begun together.
   *
   * @param {TrainingConfig} secondConfig
   */
  compareRuns(secondConfig) {
    return this.#attempt(null, words.starting, async () => {
      this.closeStepInspector();
      await this.#begin(this.store.state.config, secondConfig, true);
      await this.#rest();
      await this.#tellAll("resume", { speed: this.store.state.speed });
    });
  }

  /** Go on with the first run alone. */
  endComparison() {
    return this.#attempt(null, words.stopping, async () => {
      await this.#stop("secondRun");
      this.store.set({ secondRun: null });
    });
  }

  /**
   * Find again what an address asks for.
   *
   * @param {import("../state.js").Asked} asked
   */
  find({ run: id, secondRun: other, step, phase }) {
    if (!id) return Promise.resolve();
    return this.#attempt(null, words.finding, async () => {
      const [run, secondRun] = await Promise.all([fetchTraining(id), other ? fetchTraining(other).catch(nothingIfGone) : null]);
      if (run.lent) await this.#findDataset(run.config.dataset);
      this.store.set({ run, secondRun, config: run.config, learned: run.config, speed: run.speed });
      if (step && phase && (run.status === "paused" || isOver(run))) this.store.set({ stepTrace: await fetchStep(id, step, 0), phase });
    });
  }

  /**
   * What somebody else's run learns from is listed to nobody, but can be looked at.
   *
   * @param {string} id
   */
  async #findDataset(id) {
    const { datasets } = this.store.state;
    if (datasets.some((one) => one.id === id)) return;
    const found = await fetchDataset(id).catch(nothingIfGone);
    if (found) this.store.set({ datasets: [...datasets, found] });
  }

  /** @param {number} phase */
  #showPhase(phase) {
    this.store.set({ phase: /** @type {Phase} */ (phase) });
  }

  /**
   * The last step of a run that is over, or the one that was to come when it was stopped.
   *
   * @param {Run} run
   */
  async #inspectLast(run) {
    this.store.set({ stepTrace: await fetchStep(run.id, null, 0), phase: 1 });
  }

  async #nextPhase() {
    await this.#rest();
    const { run, stepTrace, phase } = this.store.state;
    if (!run) return;
    const isOther = stepTrace?.training !== run.id; // that of a photo, or of a run before this one
    if (isOther || phase === 4) this.store.set({ stepTrace: await fetchStep(run.id, null, 0), phase: 1 });
    else if (phase < 3) this.#showPhase(phase + 1);
    else await this.#makeStep(run, stepTrace.step, stepTrace.picture);
  }

  /**
   * @param {TrainingConfig} config @param {TrainingConfig | null} secondConfig @param {boolean}
   *   paused
   */
  async #begin(config, secondConfig, paused) {
    const problem = this.check();
    if (problem) throw new ProblemError(problem);
    for (const slot of SLOTS) await this.#stop(slot);
    const { speed } = this.store.state;
    const { name: _, ...alone } = config; // named by a comparison; a single run is named after its dataset
    const run = await postTraining({ ...(secondConfig ? config : alone), paused, speed });
    this.store.set({ run, secondRun: null, learned: config, evaluation: null, connected: true }); // it is here, whatever becomes of the second run
    if (secondConfig) this.store.set({ secondRun: await postTraining({ ...secondConfig, paused, speed }) });
  }

  /** Make sure that there is a run, and that it rests. */
  async #rest() {
    if (beginsAnew(this.store.state)) await this.#begin(this.store.state.config, null, true);
    else if (isGoing(this.store.state.run)) await this.#pause();
    await Promise.all(this.#own.map((slot) => this.#until(slot, "paused")));
  }

  async #pause() {
    await this.#tellAll("pause", {});
  }

  /**
   * @param {Run} run
   * @param {number | null} number
   * @param {number} picture
   */
  async #makeStep(run, number, picture) {
    await this.#tellAll("advance", { batches: 1 });
    this.store.set({ stepTrace: await fetchStep(run.id, number, picture), phase: 4 });
  }

  /** Where a run stands that is not somebody else's: those alone can be told something. */
  get #own() {
    return SLOTS.filter((slot) => this.store.state[slot]?.lent === false);
  }

  /** @param {Slot} slot */
  async #stop(slot) {
    const run = this.store.state[slot];
    if (run && !run.lent && !isOver(run)) await command(run.id, "stop");
  }

  /**
   * Tell both runs the same, those that it may be told.
   *
   * @param {Parameters<typeof command>[1]} what
   * @param {Record<string, number | null>} options
   */
  async #tellAll(what, options) {
    const tell = async (/** @type {Slot} */ slot) => {
      const run = this.store.state[slot];
      const isHeard = what === "reset" || (what === "resume" ? run && canGoOn(run) : !isOver(run));
      if (!run || !isHeard) return;
      const answer = await command(run.id, what, options);
      const now = this.store.state[slot];
      if (now?.id !== run.id) return;
      const { status, speed, problem } = answer; // where it stands is told by its events, in their order
      this.store.set({ [slot]: what === "reset" ? withNews(now, answer) : { ...now, status, speed, problem } });
    };
    await Promise.all(this.#own.map(tell));
  }

  /**
   * Wait until a slot's run has this status, or is over.
   *
   * @param {Slot} slot
   * @param {Run["status"]} status
   */
  #until(slot, status) {
    const isThere = () => {
      const run = this.store.state[slot];
      return !run || run.status === status || isOver(run);
    };
    return new Promise((/** @type {(value: void) => void} */ resolve) => {
      if (isThere()) resolve();
      else this.#waiting.push({ isThere, resolve });
    });
  }

  closeStepInspector() {
    this.store.set({ stepTrace: null, phase: 0 });
  }

  /**
   * One thing after the other. What is asked for meanwhile comes next, the latest of it: a key held
   * down is not a hundred steps.
   *
   * @param {() => unknown} ask
   */
  async #inTurn(ask) {
    if (this.store.state.busy) this.#next = ask;
    else await ask();
  }

  /**
   * Whether what this button asked for is under way.
   *
   * @param {Control} control
   */
  #isAt(control) {
    return this.store.state.busy?.control === control;
  }

  /**
   * @param {Control | null} control the button that asks
   * @param {string} text
   * @param {() => Promise<void>} work
   */
  #attempt(control, text, work) {
    if (control && this.store.state.run?.lent) return Promise.resolve(); // a key: the buttons are hidden
    return this.#inTurn(async () => {
      this.store.set({ busy: { text, control }, problem: null });
      try {
        await work();
      } catch (error) {
        if (isAbort(error)) return;
        if (!(error instanceof ProblemError)) throw error;
        this.store.set({ problem: error.problem });
      } finally {
        this.store.set({ busy: null });
        const next = this.#next;
        this.#next = null;
        if (next) void this.#inTurn(next);
      }
    });
  }
}

/**
 * What is asked for may have been deleted: that is no reason to lose the rest.
 *
 * @param {unknown} error
 */
function nothingIfGone(error) {
  if (error instanceof ProblemError && error.problem.status === 404) return null;
  throw error;
}
