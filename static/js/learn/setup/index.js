/**
 * What to learn from, with which network, and how: three parts that fold, each with its choice in
 * its heading.
 */

import { getElement, h } from "../../lib/dom.js";
import { count, large, plain } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { DataPicker } from "./dataset.js";
import { firstFault } from "./fields.js";
import { NetworkEditor } from "./network.js";
import { LearningOptions } from "./hyperparameters.js";
import { followPlan } from "./network-plan.js";

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 */

const words = t.learn.setup;
const WIDE = "(width >= 40rem)"; // on a telephone the three headings fit on the screen, with what is chosen in them
const WIDE_OPEN = new Set(["dataset", "hyperparameters"]); // the network is the longest, and the least often changed

/**
 * @param {LearnStore} store
 */
export function mountSetup(store) {
  const data = new DataPicker(store);
  fillPart(store, "dataset", data.element, summaryOfData, ({ dataset }) => dataset);
  fillPart(store, "network", new NetworkEditor(store).element, summaryOfNetwork, ({ layers, architecture }) => layers ?? architecture);
  fillPart(store, "hyperparameters", new LearningOptions(store).element, summaryOfOptions, ({ dataset: _, layers: __, architecture: ___, ...rest }) => rest);
  data.listenForDrops();
  followPlan(store);
}

/**
 * Go to the first number that cannot be used and say what is wrong with it; null where a training
 * can begin.
 *
 * @param {HTMLElement} root
 * @returns {import("../types.js").Problem | null}
 */
export function showFault(root) {
  const fault = firstFault(root);
  if (!fault) return null;
  fault.input.closest("details")?.setAttribute("open", "");
  fault.input.focus();
  return { type: "field-out-of-range", status: 0, title: words.invalidNumber(fault.label), detail: fault.text };
}

/**
 * A part of the set-up. What differs in it from what the running network began with is said to be
 * for the next one.
 *
 * @param {LearnStore} store
 * @param {"dataset" | "network" | "hyperparameters"} name
 * @param {HTMLElement} content
 * @param {(state: Readonly<LearnState>) => string} summarise
 * @param {(config: TrainingConfig) => unknown} share what of the config is chosen here
 */
function fillPart(store, name, content, summarise, share) {
  const summary = h("span", { class: "muted" });
  const next = h("p", { class: "next", hidden: true }, words.next);
  const element = getElement(`#setup-${name}`, HTMLDetailsElement);
  getElement("summary", HTMLElement, element).append(summary);
  element.append(next, content);
  element.open = matchMedia(WIDE).matches && WIDE_OPEN.has(name);
  const show = (/** @type {Readonly<LearnState>} */ state) => {
    summary.textContent = summarise(state);
    const { learned, config } = state;
    next.hidden = learned === null || JSON.stringify(share(learned)) === JSON.stringify(share(config));
  };
  store.watch(["config", "learned", "plan", "datasets"], show);
  show(store.state);
}

/** @param {Readonly<LearnState>} state */
function summaryOfData({ datasets, config }) {
  const set = datasets.find(({ id }) => id === config.dataset);
  return set ? words.data.summary(set.name, set.classes.length, count(set.pictures)) : "";
}

/** @param {Readonly<LearnState>} state */
function summaryOfNetwork({ plan }) {
  if (plan?.problem) return words.network.problem;
  return plan?.parameters == null ? "" : words.network.summary(plan.layers.length + 1, large(plan.parameters)); // with the input, as the strip counts them
}

/** @param {Readonly<LearnState>} state */
function summaryOfOptions({ config }) {
  const { name } = words.options.optimisers[/** @type {keyof typeof words.options.optimisers} */ (config.optimiser)];
  return words.options.summary(name, plain(config.learning_rate), config.epochs);
}
