/** How to learn: the loss, the optimiser and its pace, what the pictures go through, how long. */

import { h, svg } from "../../lib/dom.js";
import { count, plain } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { ChoiceField, NumberField, PowerField } from "./fields.js";
import { isAsSuggested } from "./suggested.js";

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 */

const words = t.learn.setup.options;

/** @type {Record<string, number>} A rate that each optimiser does well with on small pictures. */
const USUAL_RATES = { sgd: 0.1, momentum: 0.02, nesterov: 0.02, rmsprop: 0.001, adam: 0.004, adamw: 0.004 };
const ROLLING = new Set(["momentum", "nesterov"]); // optimisers that read the momentum

/**
 * @type {Record<string, (share: number) => number>} The factor after a share of the training, as in
 *   engine/train/schedules.py.
 */
const CURVES = {
  constant: () => 1,
  cosine: (share) => (share < 0.05 ? share / 0.05 : wave(1, 0, (share - 0.05) / 0.95)),
  one_cycle: (share) => (share < 0.3 ? wave(1 / 25, 1, share / 0.3) : wave(1, 0, (share - 0.3) / 0.7)),
};

export class LearningOptions {
  /** @param {LearnStore} store */
  constructor(store) {
    const set = (/** @type {Partial<TrainingConfig>} */ change) => store.set({ config: { ...store.state.config, ...change } });
    const number = (/** @type {keyof typeof words.labels} */ name, /** @type {{ least: number, most?: number, step?: number | "any" }} */ range) =>
      new NumberField({ label: words.labels[name], ...range, onValue: (value) => set({ [name]: value }) });
    const choice = (/** @type {"loss" | "optimiser" | "augmentation"} */ name, /** @type {Record<string, string>} */ names) =>
      new ChoiceField({ label: words.labels[name], names, onChoice: (value) => set({ [name]: value }) });
    const batchSize = number("batch_size", { least: 1, most: 512 });
    this.batchSize = batchSize;
    /** @type {Record<string, { element: HTMLElement, show: (value: any) => void }>} */
    const fields = {
      loss: choice("loss", namesIn(words.losses)),
      optimiser: choice("optimiser", namesIn(words.optimisers)),
      learning_rate: new PowerField({ label: words.labels.learning_rate, sliderLabel: words.rateSlider, least: -5, most: 0, onValue: (rate) => set({ learning_rate: rate }) }),
      momentum: number("momentum", { least: 0, most: 0.999, step: "any" }),
      batch_size: batchSize,
      epochs: number("epochs", { least: 1, most: 1000 }),
      weight_decay: number("weight_decay", { least: 0, most: 1, step: "any" }),
      label_smoothing: number("label_smoothing", { least: 0, most: 0.9, step: "any" }),
      augmentation: choice("augmentation", words.augmentations),
      seed: number("seed", { least: 0, most: 2 ** 31 - 1 }),
    };
    this.fields = fields;
    this.loss = h("div", { class: "telling" });
    this.optimiser = h("div", { class: "telling" });
    this.usual = h("button", { type: "button", class: "text", on: { click: () => set({ learning_rate: usualRate(store.state.config, setOf(store.state)) }) } });
    this.suggestion = h("p", { class: "muted suggestion" });
    const useSuggested = () => set(setOf(store.state)?.suggested ?? {});
    this.useSuggested = h("button", { type: "button", class: "text", on: { click: useSuggested } }, words.useSuggested);
    const schedules = new ScheduleChoice((schedule) => set({ schedule: /** @type {TrainingConfig["schedule"]} */ (schedule) }));
    this.schedules = schedules;
    const part = (/** @type {string} */ name) => fields[name]?.element ?? "";
    this.element = h(
      "div",
      { class: "options" },
      part("loss"), this.loss,
      part("optimiser"), this.optimiser,
      part("learning_rate"), this.usual, part("momentum"),
      h("div", { class: "suggested" }, this.suggestion, this.useSuggested),
      schedules.element,
      part("batch_size"), part("epochs"),
      part("augmentation"), part("weight_decay"), part("label_smoothing"), part("seed"),
    );
    store.watch(["config", "datasets"], (state) => this.#show(state));
    this.#show(store.state);
  }

  /** @param {Readonly<LearnState>} state */
  #show(state) {
    const { config } = state;
    for (const [name, field] of Object.entries(this.fields)) field.show(config[/** @type {keyof TrainingConfig} */ (name)]);
    if (hasBatchNorm(config)) this.batchSize.limit(2, words.batchNorm);
    else this.batchSize.limit(1, null);
    this.schedules.show(config.schedule);
    tell(this.loss, words.losses, config.loss);
    tell(this.optimiser, words.optimisers, config.optimiser);
    const set = setOf(state);
    const usual = usualRate(config, set);
    this.usual.hidden = usual === config.learning_rate;
    this.usual.textContent = words.usual(plain(usual));
    this.suggestion.textContent = set ? suggestionFor(set) : "";
    this.useSuggested.hidden = !set || isAsSuggested(config, set);
    if (this.fields.momentum) this.fields.momentum.element.hidden = !ROLLING.has(config.optimiser);
  }
}

/** The schedules, each with the curve of its rate. */
class ScheduleChoice {
  /** @param {(schedule: string) => void} onChoice */
  constructor(onChoice) {
    const choices = Object.entries(CURVES).map(([name, curve]) => {
      const input = h("input", { type: "radio", name: "schedule", value: name, on: { change: () => onChoice(name) } });
      return h("label", { class: "schedule" }, input, drawCurve(curve), h("span", {}, words.schedules[/** @type {keyof typeof words.schedules} */ (name)]));
    });
    this.element = h("fieldset", { class: "schedules" }, h("legend", {}, words.labels.schedule), ...choices);
  }

  /** @param {string} schedule */
  show(schedule) {
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === schedule;
  }
}

/** @param {(share: number) => number} curve */
function drawCurve(curve) {
  const points = Array.from({ length: 41 }, (_, i) => `${i},${22 - 20 * curve(i / 40)}`);
  return svg("svg", { viewBox: "0 0 40 24", "aria-hidden": "true" }, svg("polyline", { points: points.join(" ") }));
}

/**
 * From `start` to `end`, slowly at both ends.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} share
 */
function wave(start, end, share) {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share));
}

/**
 * A sentence and a formula about what is chosen.
 *
 * @param {HTMLElement} place
 * @param {Record<string, { text: string, formula: string[] }>} told
 * @param {string} name
 */
function tell(place, told, name) {
  if (place.dataset.about === name) return;
  place.dataset.about = name;
  const { text, formula } = told[name] ?? { text: "", formula: [] };
  place.replaceChildren(h("p", { class: "muted" }, text), ...formula.map((line) => h("p", { class: "formula" }, line)));
}

/** @param {Record<string, { name: string }>} told */
function namesIn(told) {
  return Object.fromEntries(Object.entries(told).map(([value, { name }]) => [value, name]));
}

/** @param {TrainingConfig} config */
function hasBatchNorm({ layers }) {
  return !layers || layers.some(({ kind }) => kind === "batchnorm"); // the architectures with a name have it
}

/** @param {Readonly<LearnState>} state */
function setOf({ datasets, config }) {
  return datasets.find(({ id }) => id === config.dataset);
}

/** @param {import("../types.js").PictureSet} set */
function suggestionFor({ pictures, classes, suggested }) {
  const { batch_size: batch, epochs, learning_rate: rate, augmentation } = suggested;
  return words.suggested(count(pictures), classes.length, epochs, batch, plain(rate), words.augmentations[augmentation]);
}

/**
 * @param {TrainingConfig} config
 * @param {import("../types.js").PictureSet | undefined} set
 */
function usualRate({ optimiser, learning_rate }, set) {
  if (set && set.suggested.optimiser === optimiser) return set.suggested.learning_rate;
  return USUAL_RATES[optimiser] ?? learning_rate;
}
