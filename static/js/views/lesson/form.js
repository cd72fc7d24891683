/** What a lesson needs to be told: what the photo shows, and how to learn from it. */

import { h } from "../../lib/dom.js";
import { words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/** @typedef {{ label: string, optimiser: string, learning_rate: number }} StepOptions */

const words = t.lesson;
const OPTIMISERS = /** @type {const} */ (["sgd", "momentum", "rmsprop", "adam"]);
const RATES = { sgd: 0.01, momentum: 0.01, rmsprop: 0.0001, adam: 0.0001 };

/**
 * @param {(options: StepOptions) => void} teach
 * @param {() => void} undo
 */
export function lessonForm(teach, undo) {
  const label = h("select", { id: "lesson-label" });
  const { optimisers } = t.learn.glass.update;
  const optimiser = h("select", { id: "lesson-optimiser" }, ...OPTIMISERS.map((name) => h("option", { value: name }, optimisers[name])));
  const rate = h("input", { id: "lesson-rate", type: "number", min: 0.000001, max: 10, step: "any", value: RATES.sgd, required: true });
  const go = h("button", { type: "submit", id: "lesson-teach" }, words.teach);
  const back = h("button", { type: "button", class: "text", id: "lesson-undo", hidden: true, on: { click: undo } }, words.undo);
  optimiser.addEventListener("change", () => {
    rate.value = String(RATES[/** @type {keyof typeof RATES} */ (optimiser.value)]);
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    teach({ label: label.value, optimiser: optimiser.value, learning_rate: Number(rate.value) });
  };
  const element = h(
    "form",
    { on: { submit } },
    h("label", { for: "lesson-label" }, words.label),
    label,
    h("label", { for: "lesson-optimiser" }, words.optimiser),
    optimiser,
    h("label", { for: "lesson-rate" }, words.rate),
    rate,
    h("div", { class: "lesson-does" }, go, back),
  );
  let name = words.teach;
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
      go.textContent = isBusy ? words.teaching : name;
    },
    /** @param {number} steps that were taken */
    taught(steps) {
      name = steps ? words.more : words.teach;
      go.textContent = name;
      back.hidden = !steps;
    },
  };
}
