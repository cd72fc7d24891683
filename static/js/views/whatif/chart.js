/**
 * How far apart the two sides are in every layer, on one scale, and what each pooling lets through.
 */

import { kindOf } from "../../state/changes.js";
import { haveCommonLayer } from "../../state/compared-analyses.js";
import { h, setAttribute } from "../../lib/dom.js";
import { fixed, percent, plain, words } from "../../i18n/format.js";
import { sideNames } from "../compare/switch.js";
import { t } from "../../i18n/index.js";
import { term } from "../shared/term.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Difference} Difference
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").State} State
 *
 * @typedef {Difference["layers"][number]} Apart
 * @typedef {{ pool: string, before: number, after: number }} Passage
 */

const NAMED = 8; // layers of one network only

/** @param {App} app */
export function chartSection(app) {
  const body = h("div", { class: "chart-body" });
  const { store } = app;
  const show = () => body.replaceChildren(...contents(app));
  store.watch(["difference", "pair"], show);
  store.watch(["layer"], ({ layer }) => mark(body, layer));
  show();
  return h(
    "section",
    { class: "whatif-part", "aria-labelledby": "whatif-chart" },
    h("h3", { id: "whatif-chart" }, t.whatif.chart.title),
    body,
  );
}

/** @param {App} app */
function contents(app) {
  const { pair, difference } = app.store.state;
  if (pair?.kind === "network" && !haveCommonLayer(pair.reference.model, pair.candidate.model)) return [h("p", { class: "muted" }, t.whatif.chart.networks)];
  if (!pair || !difference) return [h("p", { class: "muted" }, t.whatif.chart.nothing)];
  const isOneNetwork = pair.kind === "variant" || pair.kind === "photo"; // another network changes every layer anew: none lets through what came before
  const passages = isOneNetwork ? passagesOf(pair.reference.model, difference) : [];
  return [
    chart(app, difference),
    h("p", { class: "sentence" }, ...invariance(app.store.state, passages), story(app.store.state, difference, passages)),
    ...unmatched(app.store.state, difference),
    ...beyond(difference),
    ...(passages.length ? [h("h4", {}, t.whatif.chart.pools), h("dl", { class: "passages" }, ...passages.map(passage))] : []),
  ];
}

/**
 * The layers that only one of two networks has.
 *
 * @param {Readonly<State>} state
 * @param {Difference} difference
 */
function unmatched(state, { unmatched: { of, to } }) {
  const { reference, candidate } = sideNames(state);
  const sides = /** @type {const} */ ([[reference, to], [candidate, of]]);
  return sides.filter(([, names]) => names.length).map(([network, names]) =>
    h("p", { class: "muted small unmatched" }, t.whatif.chart.unmatched(network, names.length, names.slice(0, NAMED).join(", "))),
  );
}

/**
 * What a difference of more than 100 % means, where there is one.
 *
 * @param {Difference} difference
 */
function beyond({ layers }) {
  const [most] = [...layers].sort((a, b) => (b.relative ?? 0) - (a.relative ?? 0));
  const times = most?.relative ?? 0;
  return most && times > 1 ? [h("p", { class: "muted small beyond" }, t.whatif.chart.beyond(most.name, fixed(times, 1)))] : [];
}

/**
 * A bar a layer, the highest as high as the chart.
 *
 * @param {App} app
 * @param {Difference} difference
 */
function chart({ store, navigation }, { layers }) {
  const most = Math.max(...layers.map(({ relative }) => relative ?? 0));
  const read = h("p", { class: "chart-reading", "aria-hidden": "true" });
  const bars = layers.map((layer) => {
    const text = t.whatif.chart.bar(layer.name, shareOf(layer));
    const height = most > 0 ? (layer.relative ?? 0) / most : 0;
    const button = h(
      "button",
      {
        type: "button",
        title: text,
        "aria-label": text,
        class: isPool(store.state.model, layer.name) ? "pool" : "",
        style: { "--height": `${height * 100}%` },
        data: { layer: layer.name, relative: String(layer.relative) },
        on: { click: () => navigation.goTo(layer.name) },
      },
    );
    return h("li", {}, button);
  });
  const list = h("ol", { class: "chart", "aria-label": t.whatif.chart.label }, ...bars);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) navigation.stepLayer(step);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrows would step once more
    list.querySelector("button[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    /** @type {HTMLElement | null} */ (list.querySelector("button[aria-current]"))?.focus();
  });
  const figure = h("figure", {}, h("span", { class: "chart-top", "aria-hidden": "true" }, percent(most)), list, read);
  mark(figure, store.state.layer);
  return figure;
}

/**
 * Let the current layer stand out.
 *
 * @param {HTMLElement} root
 * @param {string} layer
 */
function mark(root, layer) {
  const buttons = [...root.querySelectorAll("button")];
  const current = buttons.find(({ dataset }) => dataset.layer === layer);
  for (const button of buttons) {
    setAttribute(button, "aria-current", button === current && "step");
    button.tabIndex = button === (current ?? buttons[0]) ? 0 : -1;
  }
  const read = root.querySelector(".chart-reading");
  if (read) read.textContent = current?.title ?? "";
}

/**
 * @param {Readonly<State>} state
 * @param {Difference} difference
 * @param {Passage[]} passages
 */
function story({ pair, changes }, { layers, predictions }, passages) {
  const { chart } = t.whatif;
  const isNetworks = pair?.kind === "network";
  const shift = changes.length === 1 ? kindOf(changes, "shift") : undefined;
  const what = pair?.kind === "photo" ? chart.photos : pair?.kind === "trained" ? chart.trained : shift ? chart.shift(plain(Number(Math.hypot(shift.right, shift.down).toFixed(1)))) : chart.change;
  const first = layers.find(({ op, relative }) => op !== "input" && (relative ?? 0) > 0);
  const best = pair?.reference.analysis.predictions[0]?.label;
  const answer = predictions.find(({ label }) => label === best);
  return [
    first ? (isNetworks ? chart.differ : chart.story(what))(first.name, shareOf(first)) : isNetworks ? chart.same : chart.unchanged(what),
    ...passages.map(({ pool, after }) => chart.left(pool, percent(after))),
    ...(answer ? [(isNetworks ? chart.answers : chart.answer)(words(answer.label), fixed(Math.abs(answer.score - answer.other) * 100, 1))] : []),
  ].join("; ") + ".";
}

/**
 * What is said of a shift has a name, where the network pools.
 *
 * @param {Readonly<State>} state
 * @param {Passage[]} passages
 */
function invariance({ changes }, passages) {
  return kindOf(changes, "shift") && passages.length ? [term("translation-invariance", t.whatif.chart.invariance), ": "] : [];
}

/**
 * The differences before and after each pool.
 *
 * @param {Model} model
 * @param {Difference} difference
 * @returns {Passage[]}
 */
function passagesOf(model, { layers }) {
  return layers.filter(({ name }) => isPool(model, name)).flatMap(({ name, relative }) => {
    const input = model.layers.find((layer) => layer.name === name)?.inputs[0];
    const before = layers.find((layer) => layer.name === input)?.relative;
    return typeof before === "number" && relative !== null ? [{ pool: name, before, after: relative }] : [];
  });
}

/** @param {Passage} passage */
function passage({ pool, before, after }) {
  const text = before > 0
    ? t.whatif.chart.survives(percent(before), percent(after), percent(after / before))
    : t.whatif.chart.nothingLeft;
  return h("div", { data: { pool, survives: String(after / before) } }, h("dt", {}, pool), h("dd", {}, text));
}

/** @param {Apart} layer */
function shareOf({ relative }) {
  return relative === null ? t.whatif.chart.zero : percent(relative);
}

/**
 * @param {Model | null} model
 * @param {string} name
 */
function isPool(model, name) {
  return model?.layers.find((layer) => layer.name === name)?.family === "pool";
}
