/**
 * The training step that the article's second part is told on: one on the photo that is shown.
 * Computed when a figure asks for it, once for each choice of the reader, and given up when the
 * photo changes.
 */

import { postPhotoStep } from "../api/learning.js";
import { RATES } from "../views/training-step/form.js";

/**
 * @typedef {import("../learn/types.js").StepTrace} StepTrace
 * @typedef {import("../state/types.js").App} App
 * @typedef {keyof typeof RATES} OptimiserName
 * @typedef {"cross_entropy" | "mean_squared_error"} LossName
 * @typedef {{ label: string, optimiser: OptimiserName, loss: LossName, steps: number }} Chosen
 */

const QUICK = 1e9; // multiply-adds: a network that needs more is asked only when the reader wants it

export class Exam {
  #abort = new AbortController();
  /** @type {Map<string, Promise<StepTrace>>} */
  #asked = new Map();
  #analysis = "";
  #isWanted = false;
  /**
   * What the teacher says that the photo shows; the network's first guess, until the reader says
   * otherwise.
   */
  label = "";
  /** @type {OptimiserName} */
  optimiser = "sgd";
  /** @type {LossName} */
  loss = "cross_entropy";
  /** Steps on this photo, one after the other. */
  steps = 1;

  /**
   * What the reader had chosen before following a link that the browser's way back has led from.
   *
   * @type {Chosen | null}
   */
  #before = history.state?.exam ?? null;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** @returns {Chosen} */
  get chosen() {
    const { label, optimiser, loss, steps } = this;
    return { label, optimiser, loss, steps };
  }

  /** Another photo, or another network, begins at the beginning. */
  follow() {
    const { analysis } = this.app.store.state;
    if (!analysis || analysis.id === this.#analysis) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked.clear();
    this.#analysis = analysis.id;
    this.#isWanted = false;
    const before = this.app.store.state.model?.labels?.includes(this.#before?.label ?? "") ? this.#before : null;
    Object.assign(this, { label: analysis.predictions[0]?.label ?? "", steps: 1 }, before);
    this.#before = null;
  }

  /** Whether the network can be told what it should have said. */
  get isPossible() {
    return Boolean(this.app.store.state.model?.labels && this.label);
  }

  /** Whether a step may be computed without being asked for. */
  get isReady() {
    return this.#isWanted || (this.app.store.state.model?.multiply_adds ?? Infinity) <= QUICK;
  }

  want() {
    this.#isWanted = true;
  }

  /**
   * @param {{ optimiser?: OptimiserName, loss?: LossName, from?: string }} [choice] `from`: the
   *   analysis that the step is made on
   * @returns {Promise<StepTrace>}
   */
  step({ optimiser = "sgd", loss = "cross_entropy", from = this.#analysis } = {}) {
    const key = JSON.stringify([from, this.label, optimiser, loss]);
    let step = this.#asked.get(key);
    if (!step) {
      step = postPhotoStep(from, { label: this.label, optimiser, loss, learning_rate: RATES[optimiser] }, this.#abort.signal);
      this.#asked.set(key, step);
      step.catch(() => this.#asked.delete(key)); // to be asked for again
    }
    return step;
  }

  /**
   * As many steps as the reader has asked for, each from the network that the one before made.
   *
   * @returns {Promise<StepTrace[]>}
   */
  async practice() {
    const steps = [await this.step()];
    while (steps.length < this.steps) {
      const from = steps.at(-1)?.after_analysis;
      if (!from) break;
      steps.push(await this.step({ from }));
    }
    return steps;
  }
}
