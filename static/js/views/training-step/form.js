/** The form of a training step: what the photo shows, and how to learn from it. */

import { h } from "../../lib/dom.js";
import { words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/** @typedef {{ label: string, optimiser: string, learning_rate: number }} StepOptions */

const words = t.trainingStep;
const OPTIMISERS = /** @type {const} */ (["sgd", "momentum", "rmsprop", "adam"]);
export const RATES = { sgd: 0.01, momentum: 0.01, rmsprop: 0.0001, adam: 0.0001 };

/**
 * @param {(options: StepOptions) => void} run
 * @param {() => void} undo
 */
export function trainingStepForm(run, undo) {
  const label = h("select", { id: "training-step-label" });
  const { optimisers } = t.learn.stepInspector.update;
  const optimiser = h("select", { id: "training-step-optimiser" }, ...OPTIMISERS.map((name) => h("option", { value: name }, optimisers[name])));
  const rate = h("input", { id: "training-step-rate", type: "number", min: 0.000001, max: 10, step: "any", value: RATES.sgd, required: true });
  const go = h("button", { type: "submit", class: "primary", id: "training-step-run" }, words.run);
  const back = h("button", { type: "button", class: "text", id: "training-step-undo", hidden: true, on: { click: undo } }, words.undo);
  optimiser.addEventListener("change", () => {
    rate.value = String(RATES[/** @type {keyof typeof RATES} */ (optimiser.value)]);
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    run({ label: label.value, optimiser: optimiser.value, learning_rate: Number(rate.value) });
  };
  const element = h(
    "form",
    { on: { submit } },
    h("label", { for: "training-step-label" }, words.label),
    label,
    h("label", { for: "training-step-optimiser" }, words.optimiser),
    optimiser,
    h("label", { for: "training-step-rate" }, words.rate),
    rate,
    h("div", { class: "training-step-actions" }, go, back),
  );
  let name = words.run;
  return {
    element,
    /** @param {string[]} labels @param {string} chosen */
    offer(labels, chosen) {
      label.replaceChildren(...labels.map((one) => h("option", { value: one }, plainWords(one))));
      label.value = chosen;
    },
    /** @param {boolean} isBusy */
    work(isBusy) {
      go.disabled = isBusy;
      go.textContent = isBusy ? words.running : name;
    },
    /** @param {number} steps that were taken */
    showSteps(steps) {
      name = steps ? words.more : words.run;
      go.textContent = name;
      back.hidden = !steps;
    },
  };
}
