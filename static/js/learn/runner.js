/** What a reader can do with a training: begin, pause, step, begin again, race. */

import { isAbort, ProblemError } from "../api.js";
import { say } from "../words/index.js";
import { command, fetchStep, fetchTraining, postTraining } from "./api.js";
import { withNews } from "./events.js";

/**
 * @typedef {import("./events.js").Slot} Slot
 * @typedef {import("./types.js").LearnState} LearnState
 * @typedef {import("./types.js").LearnStore} LearnStore
 * @typedef {import("./types.js").Phase} Phase
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Wish} Wish
 */

const SLOTS = /** @type {const} */ (["run", "rival"]);
const words = say.learn.run.work;

/**
 * Whether a run goes on by itself.
 *
 * @param {Run | null} run
 */
export function isGoing(run) {
  return run?.status === "running" || run?.status === "starting";
}

/**
 * Whether a run can be gone on with.
 *
 * @param {Run | null} run
 */
export function isOver(run) {
  return run?.status === "finished" || run?.status === "stopped" || run?.status === "failed";
}

/**
 * Whether Play begins something new: nothing has been begun, it is over, or another thing is wished for.
 *
 * @param {Readonly<LearnState>} state
 */
export function beginsAnew({ run, wish, learned }) {
  return run === null || isOver(run) || JSON.stringify(wish) !== JSON.stringify(learned);
}

export class Runner {
  /** @type {{ isThere: () => boolean, resolve: () => void }[]} What is waited for. */
  #waiting = [];

  /** @param {LearnStore} store */
  constructor(store) {
    this.store = store;
    store.watch([...SLOTS], () => {
      const there = this.#waiting.filter(({ isThere }) => isThere());
      this.#waiting = this.#waiting.filter((one) => !there.includes(one));
      for (const { resolve } of there) resolve();
    });
  }

  /** Play what rests, let rest what plays. */
  toggle() {
    return isGoing(this.store.state.run) ? this.pause() : this.play();
  }

  play() {
    return this.#attempt(words.starting, async () => {
      if (beginsAnew(this.store.state)) await this.#begin(this.store.state.wish, null, false);
      else await this.#tellAll("resume", { speed: this.store.state.speed });
      this.closeGlass();
    });
  }

  pause() {
    return this.#attempt(words.pausing, () => this.#pause());
  }

  /** Learn from one more batch, and rest. */
  stepBatch() {
    if (isOver(this.store.state.run)) return Promise.resolve(); // there is no next batch
    return this.#attempt(words.stepping, async () => {
      await this.#rest();
      await this.#tellAll("step", { batches: 1 });
      this.closeGlass();
    });
  }

  /** Go on by one phase of the next step: forward, loss, backward; the fourth, the update, makes the step. */
  stepPhase() {
    const { glass, phase } = this.store.state;
    if (glass && !glass.training && phase < 4) {
      this.store.set({ phase: /** @type {Phase} */ (phase + 1) }); // a step on a photo was made long ago
      return Promise.resolve();
    }
    if (isOver(this.store.state.run)) return Promise.resolve();
    return this.#attempt(words.looking, async () => {
      await this.#rest();
      const { run, glass, phase } = this.store.state;
      if (!run) return;
      if (phase === 1 || phase === 2) this.store.set({ phase: /** @type {Phase} */ (phase + 1) });
      else if (phase === 3 && glass) await this.#makeStep(run, glass.number, glass.picture);
      else this.store.set({ glass: await fetchStep(run.id, null, 0), phase: 1 });
    });
  }

  /** Back to the weights of the beginning; at once with whatever is wished for now. */
  reset() {
    return this.#attempt(words.resetting, async () => {
      this.closeGlass();
      this.store.set({ evaluation: null });
      const { wish, learned } = this.store.state;
      if (JSON.stringify(wish) === JSON.stringify(learned)) await this.#tellAll("reset", {});
      else await this.#begin(wish, null, true);
    });
  }

  /** @param {number | null} speed batches a second; null for as many as the machine manages */
  setSpeed(speed) {
    this.store.set({ speed });
    if (!isGoing(this.store.state.run)) return Promise.resolve();
    return this.#attempt(words.speed, () => this.#tellAll("resume", { speed }));
  }

  /**
   * Two networks with the same start and one difference, begun together.
   *
   * @param {Wish} twin
   */
  race(twin) {
    return this.#attempt(words.starting, async () => {
      this.closeGlass();
      await this.#begin(this.store.state.wish, twin, true);
      await this.#rest();
      await this.#tellAll("resume", { speed: this.store.state.speed });
    });
  }

  /** Go on with the first run alone. */
  endRace() {
    return this.#attempt(words.stopping, async () => {
      const { rival } = this.store.state;
      if (rival && !isOver(rival)) await command(rival.id, "stop");
      this.store.set({ rival: null });
    });
  }

  /**
   * Find again what an address asks for.
   *
   * @param {import("./state.js").Asked} asked
   */
  find({ run: id, rival: other, step, phase }) {
    if (!id) return Promise.resolve();
    return this.#attempt(words.finding, async () => {
      const [run, rival] = await Promise.all([fetchTraining(id), other ? fetchTraining(other) : null]);
      this.store.set({ run, rival, wish: run.wish, learned: run.wish, speed: run.speed });
      if (step && phase && run.status === "paused") this.store.set({ glass: await fetchStep(id, step, 0), phase });
    });
  }

  /** @param {Wish} wish @param {Wish | null} twin @param {boolean} paused */
  async #begin(wish, twin, paused) {
    for (const slot of SLOTS) {
      const old = this.store.state[slot];
      if (old && !isOver(old)) await command(old.id, "stop");
    }
    const { speed } = this.store.state;
    const run = await postTraining({ ...wish, paused, speed });
    const rival = twin && (await postTraining({ ...twin, paused, speed }));
    this.store.set({ run, rival, learned: wish, evaluation: null, connected: true });
  }

  /** Make sure that there is a run, and that it rests. */
  async #rest() {
    if (beginsAnew(this.store.state)) await this.#begin(this.store.state.wish, null, true);
    else if (isGoing(this.store.state.run)) await this.#pause();
    await Promise.all(SLOTS.map((slot) => this.#until(slot, "paused")));
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
    await this.#tellAll("step", { batches: 1 });
    this.store.set({ glass: await fetchStep(run.id, number, picture), phase: 4 });
  }

  /**
   * Tell both runs the same, those that are not over.
   *
   * @param {Parameters<typeof command>[1]} what
   * @param {Record<string, number | null>} options
   */
  async #tellAll(what, options) {
    const tell = async (/** @type {Slot} */ slot) => {
      const run = this.store.state[slot];
      if (!run || (isOver(run) && what !== "reset")) return;
      const answer = await command(run.id, what, options);
      const now = this.store.state[slot];
      if (now?.id !== run.id) return;
      const { status, speed, problem } = answer; // where it stands is told by its events, in their order
      this.store.set({ [slot]: what === "reset" ? withNews(now, answer) : { ...now, status, speed, problem } });
    };
    await Promise.all(SLOTS.map(tell));
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

  closeGlass() {
    this.store.set({ glass: null, phase: 0 });
  }

  /**
   * @param {string} text
   * @param {() => Promise<void>} work
   */
  async #attempt(text, work) {
    if (this.store.state.busy) return; // one thing after the other: a key held down is not a hundred steps
    this.store.set({ busy: text, problem: null });
    try {
      await work();
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    } finally {
      this.store.set({ busy: null });
    }
  }
}
