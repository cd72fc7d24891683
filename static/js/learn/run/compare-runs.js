/** Two runs side by side: the same seed and the same batches, one difference. */

import { getElement, h } from "../../lib/dom.js";
import { decimals, plain, points } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { isOver } from "./runner.js";
import { steadyLabel } from "./steady-label.js";

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").LayerSpec} LayerSpec
 * @typedef {import("../types.js").Run} Run
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 * @typedef {keyof typeof t.learn.run.compareRuns.kinds} Kind
 */

const words = t.learn.run.compareRuns;
const ACTIVATIONS = ["relu", "sigmoid", "tanh"];
const OPTIMISERS = ["sgd", "momentum", "rmsprop", "adam"];
const APART = " · "; // between what two runs have in common and what differs
const NAMES = /** @type {Record<string, string>} */ ({
  sgd: "SGD", momentum: "Momentum", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW", nesterov: "Nesterov", relu: "ReLU", sigmoid: "Sigmoid", tanh: "Tanh",
});

/**
 * @param {LearnStore} store
 * @param {import("./runner.js").Runner} runner
 */
export function mountCompareRuns(store, runner) {
  const root = getElement("#compare-runs-offer", HTMLElement);
  const names = t.learn.run.controls;
  const name = steadyLabel(names.compareRuns, [names.compareRuns, names.endComparison]);
  const label = getElement("span", HTMLElement, name);
  const offer = h("button", { type: "button", class: "secondary", id: "compare-runs" }, name);
  const dialog = comparisonDialog(store, runner);
  offer.addEventListener("click", () => (store.state.secondRun ? void runner.endComparison() : dialog.open()));
  root.append(offer);
  const show = () => {
    label.textContent = store.state.secondRun ? names.endComparison : names.compareRuns;
  };
  store.watch(["secondRun"], show);
  show();
}

/**
 * What a run in a comparison is called beside the other one: what differs between them, the end of
 * its name.
 *
 * @param {Run} run
 */
export function nameOf({ name, config }) {
  return name.split(APART).at(-1) || named(config.optimiser);
}

/**
 * Who leads: by the validation accuracy where both have been evaluated as often, until then by
 * their last losses.
 *
 * @param {Run} run
 * @param {Run} secondRun
 */
export function standing(run, secondRun) {
  const epochs = Math.min(run.history.length, secondRun.history.length);
  const [a, b] = [run, secondRun].map(({ history }) => history[epochs - 1]?.validation_accuracy);
  if (a != null && b != null) {
    const by = points(Math.abs(a - b)).replace("+", "");
    const over = isOver(run) && isOver(secondRun);
    if (Math.abs(a - b) < 0.0005) return over ? words.drawn : words.even;
    return (over ? words.won : words.leads)(nameOf(a > b ? run : secondRun), by);
  }
  const both = Math.min(run.step, secondRun.step); // how far both have come
  const [first, second] = [run, secondRun].map(({ batches: all }) => meanLoss(all.filter(([step = 0]) => step <= both).slice(-20)));
  if (first === undefined || second === undefined || Number.isNaN(first + second)) return words.none;
  const [better, worse] = [Math.min(first, second), Math.max(first, second)];
  return words.ahead(nameOf(first < second ? run : secondRun), decimals(better, 3), decimals(worse, 3));
}

/** @param {import("../types.js").BatchMetrics[]} some */
function meanLoss(some) {
  return some.reduce((sum, [, loss = 0]) => sum + loss, 0) / some.length;
}

/**
 * @param {LearnStore} store
 * @param {import("./runner.js").Runner} runner
 */
function comparisonDialog(store, runner) {
  const dialog = getElement("#compare-runs-dialog", HTMLDialogElement);
  const kind = h("select", { id: "compare-runs-kind" });
  const value = h("select", { id: "compare-runs-value" });
  const list = () => {
    const { config } = store.state;
    const choices = choicesOf(config, /** @type {Kind} */ (kind.value));
    value.replaceChildren(...choices.map((one) => h("option", { value: one }, named(one))));
  };
  kind.addEventListener("change", list);
  const go = h("button", { type: "button", class: "primary", id: "compare-runs-go" }, words.go);
  go.addEventListener("click", () => {
    const { config, datasets } = store.state;
    const dataset = datasets.find(({ id }) => id === config.dataset)?.name ?? config.dataset;
    const [firstConfig, secondConfig] = pairOfConfigs(config, /** @type {Kind} */ (kind.value), value.value).map((one) => ({ ...one, name: `${dataset}${APART}${one.name}` }));
    if (!firstConfig || !secondConfig) return;
    dialog.close();
    store.set({ config: firstConfig });
    void runner.compareRuns(secondConfig);
  });
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "compare-runs-title" }, words.title),
    h("p", {}, words.text),
    h("div", { class: "compare-runs-choice" }, h("label", { for: "compare-runs-kind" }, words.kind), kind, h("label", { for: "compare-runs-value" }, words.value), value),
    h("p", {}, go),
  );
  const open = () => {
    const { layers } = store.state.config;
    const kinds = Object.entries(words.kinds).filter(([name]) => name !== "activation" || activationOf(layers));
    kind.replaceChildren(...kinds.map(([name, title]) => h("option", { value: name }, title)));
    list();
    dialog.showModal();
  };
  return { open };
}

/**
 * What the second run may have that the config has not.
 *
 * @param {TrainingConfig} config
 * @param {Kind} kind
 */
function choicesOf(config, kind) {
  if (kind === "optimiser") return OPTIMISERS.filter((name) => name !== config.optimiser);
  if (kind === "activation") return ACTIVATIONS.filter((name) => name !== activationOf(config.layers));
  return [0.1, 1 / 3, 3, 10].map((factor) => String(Number((config.learning_rate * factor).toPrecision(1))));
}

/**
 * The configs of both runs, each named by what is different.
 *
 * @param {TrainingConfig} config
 * @param {Kind} kind
 * @param {string} value
 * @returns {[TrainingConfig, TrainingConfig]}
 */
function pairOfConfigs(config, kind, value) {
  if (kind === "optimiser") return [{ ...config, name: named(config.optimiser) }, { ...config, optimiser: /** @type {TrainingConfig["optimiser"]} */ (value), name: named(value) }];
  if (kind === "learning_rate") {
    return [{ ...config, name: named(String(config.learning_rate)) }, { ...config, learning_rate: Number(value), name: named(value) }];
  }
  const layers = (config.layers ?? []).map((layer) => (ACTIVATIONS.includes(layer.kind) ? /** @type {LayerSpec} */ ({ kind: value }) : layer));
  return [{ ...config, name: named(activationOf(config.layers) ?? "") }, { ...config, layers, name: named(value) }];
}

/** @param {LayerSpec[] | undefined} layers */
function activationOf(layers) {
  return layers?.find(({ kind }) => ACTIVATIONS.includes(kind))?.kind;
}

/** @param {string} value an optimiser's or an activation's name, or a number */
function named(value) {
  return NAMES[value] ?? (Number.isFinite(Number(value)) ? plain(Number(value)) : value);
}
