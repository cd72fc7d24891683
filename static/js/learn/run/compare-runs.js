/** Two networks beside each other: the same start and the same batches, one difference. */

import { find, h } from "../../lib/dom.js";
import { decimals, plain, points } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { isOver } from "./runner.js";

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").LayerSpec} LayerSpec
 * @typedef {import("../types.js").Run} Run
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 * @typedef {keyof typeof say.learn.run.race.kinds} Kind
 */

const words = say.learn.run.race;
const ACTIVATIONS = ["relu", "sigmoid", "tanh"];
const OPTIMISERS = ["sgd", "momentum", "rmsprop", "adam"];
const NAMES = /** @type {Record<string, string>} */ ({
  sgd: "SGD", momentum: "Momentum", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW", nesterov: "Nesterov", relu: "ReLU", sigmoid: "Sigmoid", tanh: "Tanh",
});

/**
 * @param {LearnStore} store
 * @param {import("./runner.js").Runner} runner
 */
export function mountRace(store, runner) {
  const root = find("#race-offer", HTMLElement);
  const offer = h("button", { type: "button", class: "plain", id: "race" });
  const leader = h("p", { class: "leader", "aria-live": "polite" });
  const dialog = raceDialog(store, runner);
  offer.addEventListener("click", () => (store.state.rival ? void runner.endRace() : dialog.open()));
  root.append(leader, offer);
  const show = () => {
    const { run, rival } = store.state;
    offer.textContent = rival ? say.learn.run.controls.endRace : say.learn.run.controls.race;
    const text = run && rival ? standing(run, rival) : "";
    if (leader.textContent !== text) leader.textContent = text;
  };
  store.watch(["run", "rival"], show);
  show();
}

/**
 * What tells a run from its twin.
 *
 * @param {Run} run
 */
export function nameOf({ name, config }) {
  return name || named(config.optimiser);
}

/**
 * Who leads: on the pictures never shown where both have been examined as often, until then by their last losses.
 *
 * @param {Run} run
 * @param {Run} rival
 */
export function standing(run, rival) {
  const epochs = Math.min(run.history.length, rival.history.length);
  const [a, b] = [run, rival].map(({ history }) => history[epochs - 1]?.validation_accuracy);
  if (a != null && b != null) {
    const by = points(Math.abs(a - b)).replace("+", "");
    const over = isOver(run) && isOver(rival);
    if (Math.abs(a - b) < 0.0005) return over ? words.drawn : words.even;
    return (over ? words.won : words.leads)(nameOf(a > b ? run : rival), by);
  }
  const both = Math.min(run.step, rival.step); // how far both have come
  const [mine, its] = [run, rival].map(({ batches: all }) => meanLoss(all.filter(([step = 0]) => step <= both).slice(-20)));
  if (mine === undefined || its === undefined || Number.isNaN(mine + its)) return words.none;
  const [better, worse] = [Math.min(mine, its), Math.max(mine, its)];
  return words.ahead(nameOf(mine < its ? run : rival), decimals(better, 3), decimals(worse, 3));
}

/** @param {import("../types.js").BatchMetrics[]} some */
function meanLoss(some) {
  return some.reduce((sum, [, loss = 0]) => sum + loss, 0) / some.length;
}

/**
 * @param {LearnStore} store
 * @param {import("./runner.js").Runner} runner
 */
function raceDialog(store, runner) {
  const dialog = find("#race-dialog", HTMLDialogElement);
  const kind = h("select", { id: "race-kind" });
  const value = h("select", { id: "race-value" });
  const list = () => {
    const { config } = store.state;
    const choices = choicesOf(config, /** @type {Kind} */ (kind.value));
    value.replaceChildren(...choices.map((one) => h("option", { value: one }, named(one))));
  };
  kind.addEventListener("change", list);
  const go = h("button", { type: "button", class: "plain main", id: "race-go" }, words.go);
  go.addEventListener("click", () => {
    const { config } = store.state;
    const [mine, twin] = twins(config, /** @type {Kind} */ (kind.value), value.value);
    dialog.close();
    store.set({ config: mine });
    void runner.race(twin);
  });
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": say.close }, "×")),
    h("h2", { id: "race-title" }, words.title),
    h("p", {}, words.text),
    h("div", { class: "race-choice" }, h("label", { for: "race-kind" }, words.kind), kind, h("label", { for: "race-value" }, words.value), value),
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
 * What a twin may have that the config has not.
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
 * The config and its twin, each named by what is different.
 *
 * @param {TrainingConfig} config
 * @param {Kind} kind
 * @param {string} value
 * @returns {[TrainingConfig, TrainingConfig]}
 */
function twins(config, kind, value) {
  if (kind === "optimiser") return [{ ...config, name: named(config.optimiser) }, { ...config, optimiser: value, name: named(value) }];
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
