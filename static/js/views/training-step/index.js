/**
 * “Train one step on this photo”: a label, one training step, and what it did. The network itself
 * stays as it is.
 */

import { isAbort, ProblemError } from "../../api/http.js";
import { originalOf } from "../../state/compared-analyses.js";
import { announce, getElement, h } from "../../lib/dom.js";
import { words as plainWords } from "../../i18n/format.js";
import { postPhotoStep } from "../../api/learning.js";
import { t } from "../../i18n/index.js";
import { problemLine } from "../shared/problem-text.js";
import { trainingStepForm } from "./form.js";
import { resultOf } from "./result.js";

/**
 * @typedef {import("../../learn/types.js").StepTrace} StepTrace
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Problem} Problem
 */

const words = t.trainingStep;

/** @param {App} app */
export function mountTrainingStep(app) {
  getElement("#whatif", HTMLElement).append(new TrainingStep(app).element);
}

class TrainingStep {
  /**
   * @type {StepTrace[]} The steps that were taken, each from the network that the one before made.
   */
  #steps = [];
  #analysis = "";
  #abort = new AbortController();
  #form;
  #result = h("div", { class: "training-step-result" });
  #trouble = h("p", { class: "problem", role: "alert", hidden: true });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#form = trainingStepForm((options) => void this.#run(options), () => this.#undo());
    this.element = h(
      "section",
      { class: "whatif-part training-step", "aria-labelledby": "training-step-title", hidden: true },
      h("h3", { id: "training-step-title" }, words.title),
      h("p", { class: "muted small" }, words.lead),
      this.#form.element,
      this.#trouble,
      this.#result,
    );
    app.store.watch(["model", "analysis", "pair"], () => this.#follow());
  }

  /** Another photo or another network begins at the beginning. */
  #follow() {
    const { model, analysis } = originalOf(this.app.store.state);
    this.element.hidden = !model?.labels || !analysis;
    if (!model?.labels || !analysis || analysis.id === this.#analysis) return;
    this.#analysis = analysis.id;
    this.#abort.abort();
    this.#steps = [];
    this.#form.offer(model.labels, analysis.predictions[0]?.label ?? "");
    this.#show();
  }

  /** @param {import("./form.js").StepOptions} options */
  async #run(options) {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const from = this.#steps.at(-1)?.after_analysis ?? this.#analysis;
    this.#form.work(true);
    this.#trouble.hidden = true;
    try {
      const stepTrace = await postPhotoStep(from, options, signal);
      signal.throwIfAborted();
      this.#steps.push(stepTrace);
      this.#show();
      announce(this.#result.querySelector(".training-step-score")?.textContent ?? "");
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.#trouble.textContent = problemLine(error.problem);
      this.#trouble.hidden = false;
    } finally {
      this.#form.work(false);
    }
  }

  #undo() {
    this.#steps.pop();
    this.#show();
    if (!this.#steps.length) announce(words.undone);
  }

  /** The page compares the photo before all steps with the same photo after the last. */
  #show() {
    const last = this.#steps.at(-1);
    const { compareTarget } = this.app.store.state;
    this.#form.showSteps(this.#steps.length);
    this.#result.replaceChildren(...(last ? resultOf(this.app, this.#steps, plainWords(last.pictures[0]?.label ?? "")) : []));
    if (last?.after_analysis) this.app.comparison.compareWith({ kind: "analysis", id: last.after_analysis });
    else if (compareTarget?.kind === "analysis" && this.#made.has(compareTarget.id)) this.app.comparison.compareWith(null);
    if (last?.after_analysis) this.#made.add(last.after_analysis);
  }

  /** @type {Set<string>} Analyses of networks after a step. */
  #made = new Set();
}
