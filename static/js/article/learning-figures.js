/** The figures of how a network learns: one training step on the photo that is on the page. */

import { fetchStepDetail, fetchStepValues } from "../api/learning.js";
import { h } from "../lib/dom.js";
import { count, plain, precise, probability, words } from "../i18n/format.js";
import { hasMaps, layerNamed } from "../model/graph.js";
import { extremes, layerRange, rangeOf } from "../model/colour-range.js";
import { paint, planeOf } from "../render/raster.js";
import { strongestPlace } from "../model/tensors.js";
import { t } from "../i18n/index.js";
import { RATES } from "../views/training-step/form.js";
import { chaptersOf } from "./chapters.js";
import { caption, picture, row, sign, total } from "./parts.js";

/**
 * @typedef {import("../learn/types.js").StepTrace} StepTrace
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("./exam.js").Exam} Exam
 * @typedef {import("./chapters.js").LearningName} LearningName
 *
 * @typedef {{ app: App, exam: Exam, signal: AbortSignal, again: () => void }} Scene `again`: the
 *   reader has chosen otherwise.
 * @typedef {{ content: Node[], query: Record<string, string> | null }} Figure `query`: where the
 *   step inspector shows the same.
 */

const said = t.article.learning;
const OTHERS = 3; // classes beside the right one
const MAPS = 3; // layers whose gradients are drawn
const MOST_STEPS = 6;

/** @type {Record<LearningName, (scene: Scene) => Promise<Figure | null>>} */
export const LEARNING_FIGURES = { forward, loss, backward, update, epochs };

/**
 * A number in four figures, with its exact value for who wants to check it.
 *
 * @param {number} x
 */
function figureOf(x) {
  return h("data", { value: String(x), title: plain(x) }, precise(x));
}

/**
 * What layers of each kind compute, and what they keep.
 *
 * @param {Scene} scene
 */
async function forward({ app, exam }) {
  const { model, analysis, numbers } = app.store.state;
  if (!model || !analysis || !numbers) return null;
  const step = await exam.step();
  const shown = chaptersOf(model).filter(({ name }) => name !== "pixels" && name !== "deeper");
  const rows = await Promise.all(
    shown.map(async ({ layer }) => {
      const result = analysis.layers.find(({ name }) => name === layer.name);
      const cached = step.layers.find(({ name }) => name === layer.name)?.cached ?? [];
      const channels = hasMaps(layer) && result ? [result.top_channels[0] ?? 0] : null;
      const tensor = await (channels ? numbers.some(layer, channels) : numbers.whole(layer));
      const canvas = h("canvas", { "aria-hidden": "true" });
      if (result) paint(canvas, tensor.data, hasMaps(layer) ? (layer.shape[2] ?? 1) : tensor.data.length, layerRange(result), app.store.state.theme);
      return h(
        "tr",
        {},
        h("td", { class: hasMaps(layer) ? "article-mini" : "article-mini vector" }, canvas),
        h("th", { scope: "row" }, layer.name),
        h("td", {}, formulaOf(layer.op)),
        h("td", {}, cached.map((what) => kept(what)).join(", ") || said.nothing),
      );
    }),
  );
  const [best] = analysis.predictions;
  return {
    content: [
      table(said.forwardColumns, rows),
      caption(said.figures.forward(step.layers.length, words(best?.label ?? ""), probability(best?.score ?? NaN))),
    ],
    query: { trace: step.id, phase: "1" },
  };
}

/** @param {string} op */
function formulaOf(op) {
  const { formulas, other } = t.learn.stepInspector.forward;
  return (/** @type {Record<string, string>} */ (formulas))[op] ?? other;
}

/** @param {string} what */
function kept(what) {
  return (/** @type {Record<string, string>} */ (t.learn.stepInspector.forward.caches))[what] ?? what;
}

/**
 * The answer beside the key, class by class.
 *
 * @param {Scene} scene
 */
async function loss({ exam, again }) {
  const step = await exam.step({ loss: exam.loss });
  const { classes } = step.loss;
  const isSquared = exam.loss === "mean_squared_error";
  const { right } = rightOf(step);
  if (!right) return null;
  const others = classes.filter((one) => one !== right).sort((a, b) => b.term - a.term || b.probability - a.probability);
  const shown = [right, ...others.slice(0, OTHERS)];
  const rest = others.slice(OTHERS);
  const rows = shown.map((one) =>
    h(
      "tr",
      { class: one === right ? "target" : "" },
      h("th", { scope: "row" }, words(one.label)),
      ...[one.score, one.probability, one.target, one.term].map((value) => h("td", {}, figureOf(value))),
    ),
  );
  const sumRow = (/** @type {string} */ name, /** @type {number} */ value, /** @type {string} */ kind) =>
    h("tr", { class: kind }, h("th", { scope: "row", colspan: 4 }, name), h("td", {}, figureOf(value)));
  const { loss: names } = t.learn.stepInspector;
  const choose = (/** @type {string} */ name) => {
    exam.loss = name === "mean_squared_error" ? name : "cross_entropy";
    again();
  };
  return {
    content: [
      choice(said.losses, exam.loss, said.lossChoice, choose),
      equation(
        isSquared ? names.squared : names.crossEntropy,
        isSquared ? `Σ (z − y)² / ${classes.length} = ${precise(step.loss.value)}` : `−ln ${precise(right.probability)} = ${precise(step.loss.value)}`,
      ),
      table(
        [names.class, "z", "p", "y", isSquared ? "(z − y)² / K" : "−y · ln p"],
        [...rows, ...(rest.length ? [sumRow(said.others(rest.length), total(rest.map(({ term }) => term)), "")] : []), sumRow("L", step.loss.value, "sum")],
      ),
      caption(isSquared ? said.figures.squared : said.figures.loss(words(right.label), probability(right.probability))),
    ],
    query: { trace: step.id, phase: "2" },
  };
}

/**
 * The class that the key names, and its place.
 *
 * @param {StepTrace} step
 */
function rightOf({ loss: { classes } }) {
  const unit = classes.findIndex(({ target }) => target > 0.5);
  return { unit, right: classes[unit] };
}

/**
 * The weight of the last fully connected layer that learns most: that of the strongest evidence for
 * the right class.
 *
 * @param {StepTrace} step
 * @param {AbortSignal} signal
 */
async function weightOf(step, signal) {
  const layer = step.layers.filter(({ parameters }) => parameters.length).at(-1);
  const input = step.layers.find(({ name }) => name === layer?.inputs[0]);
  const { unit, right } = rightOf(step);
  const [parameter] = layer?.parameters ?? [];
  if (!layer || !input || !parameter || !right || layer.op !== "dense") return null;
  const evidence = await fetchStepValues(step.id, ["values", input.name], { of: "value" }, signal);
  if (evidence.shape.length !== 1 || parameter.shape[1] !== evidence.shape[0]) return null;
  const [at = 0] = strongestPlace({ name: input.name, channels: [], ...evidence });
  return { layer, input, parameter: parameter.name, unit, at, right };
}

/**
 * Where the red pen goes: the gradients of a few layers from the last to the first, and the chain
 * rule at one weight.
 *
 * @param {Scene} scene
 * @returns {Promise<Figure | null>}
 */
async function backward({ app, exam, signal }) {
  const step = await exam.step();
  const weight = await weightOf(step, signal);
  const maps = await gradientMaps(app, step, signal);
  if (!weight) return maps.length ? { content: [row(...maps), caption(said.figures.gradients)], query: { trace: step.id, phase: "3" } } : null;
  const { layer, input, parameter, unit, at, right } = weight;
  const [gradient, back] = await Promise.all([
    fetchStepDetail(step.id, ["gradient", layer.name, parameter], { index: `${unit},${at}`, limit: 1 }, signal),
    fetchStepDetail(step.id, ["activation-gradient", input.name], { unit: at, limit: 1 }, signal),
  ]);
  const [term] = gradient.terms;
  const name = words(right.label);
  const lines = [
    ["dZ", "(p − y) / N", `(${precise(right.probability)} − ${precise(right.target)}) / ${step.batch_size}`, right.gradient, said.lines.dz(name)],
    ["dW", "Σ dZ · A", `${precise(term?.dz ?? 0)} × ${precise(term?.a ?? 0)}`, gradient.value, said.lines.dw(layer.name, `${unit}, ${at}`)],
    ["db", "Σ dZ", "", right.gradient, said.lines.db(name)],
    ["dA", "Σ dZ · W", said.lines.sum(step.loss.classes.length), back.value, said.lines.da(`${input.name}[${at}]`)],
  ];
  return {
    content: [
      row(...maps),
      h("dl", { class: "article-lines" }, ...lines.map(([symbol, formula, worked, value, about]) => line(String(symbol), [formula, worked].filter(Boolean).join(" = "), Number(value), String(about)))),
      caption(said.figures.backward),
    ],
    query: { trace: step.id, phase: "3", layer: layer.name, filter: String(unit), weight: String(at) },
  };
}

/**
 * A line of a computation: what it is called, how it is worked out, what it comes to.
 *
 * @param {string} symbol
 * @param {string} worked
 * @param {number} value
 * @param {string} about
 */
function line(symbol, worked, value, about) {
  return h(
    "div",
    {},
    h("dt", {}, h("var", {}, symbol)),
    h("dd", {}, h("span", { class: "article-worked" }, `= ${worked} = `, h("b", {}, figureOf(value))), about && h("span", { class: "muted" }, about)),
  );
}

/**
 * The strongest map of the gradient of a few layers with weights, the last first.
 *
 * @param {App} app
 * @param {StepTrace} step
 * @param {AbortSignal} signal
 */
async function gradientMaps(app, step, signal) {
  const { model } = app.store.state;
  const layers = step.layers.filter(({ parameters, shape, gradient }) => parameters.length && shape.length === 3 && gradient);
  const at = Array.from({ length: Math.min(MAPS, layers.length) }, (_, i) => Math.round((i * (layers.length - 1)) / Math.max(1, MAPS - 1)));
  const chosen = at.reverse().flatMap((i) => layers[i] ?? []);
  const drawn = await Promise.all(
    chosen.map(async ({ name }) => {
      const layer = model && layerNamed(model, name);
      if (!layer) return [];
      const tensor = { name, channels: [], ...(await fetchStepValues(step.id, ["values", name], { of: "gradient" }, signal)) };
      const plane = planeOf(tensor, strongestPlace(tensor)[0] ?? 0);
      const { min, max } = extremes(plane);
      return [picture(app, plane, layer, rangeOf(min, max, true), `dZ ${name}`, null)];
    }),
  );
  return drawn.flat().flatMap((map, i) => (i ? [sign("→"), map] : [map]));
}

/**
 * The update of that weight, line by line, and the same photo again.
 *
 * @param {Scene} scene
 */
async function update({ exam, signal, again }) {
  const step = await exam.step({ optimiser: exam.optimiser });
  const weight = await weightOf(step, signal);
  const [before] = step.pictures;
  if (!before) return null;
  const choose = (/** @type {string} */ name) => {
    exam.optimiser = /** @type {typeof exam.optimiser} */ (name);
    again();
  };
  const detail = weight && (await fetchStepDetail(step.id, ["update", weight.layer.name, weight.parameter], { index: `${weight.unit},${weight.at}` }, signal));
  const lines = (detail?.derivation ?? []).map((/** @type {import("../api/wire.js").UpdateLine} */ { symbol, formula, numbers, value }) =>
    line(symbol, formula, value, Object.entries(numbers).map(([name, n]) => `${name} = ${precise(n)}`).join("; ")),
  );
  const name = words(before.label);
  return {
    content: [
      choice(said.optimisers, exam.optimiser, said.optimiserChoice, choose),
      h("p", { class: "muted article-rate" }, `${said.optimiserTexts[exam.optimiser]} ${rateText(exam.optimiser, step.learning_rate)}`),
      h("dl", { class: "article-lines" }, ...lines),
      h(
        "ol",
        { class: "article-shares" },
        probabilityRow(said.before, before.loss, before.probability),
        probabilityRow(said.after, before.loss_after, before.probability_after),
      ),
      caption(said.figures.update(name, precise(before.loss), precise(before.loss_after))),
    ],
    query: { trace: step.id, phase: "4", ...(weight && { layer: weight.layer.name, filter: String(weight.unit), weight: String(weight.at) }) },
  };
}

/**
 * Why the learning rate is what it is: an optimiser that divides the gradient by its size needs
 * another.
 *
 * @param {Exam["optimiser"]} optimiser
 * @param {number} rate
 */
function rateText(optimiser, rate) {
  return RATES[optimiser] === RATES.sgd ? "" : said.scaledRate(plain(rate), plain(RATES.sgd));
}

/**
 * Steps on this photo alone, one after the other.
 *
 * @param {Scene} scene
 */
async function epochs({ app, exam, again }) {
  const steps = await exam.practice();
  const last = steps.at(-1);
  const pictures = steps.flatMap((step) => step.pictures[0] ?? []);
  const [first] = pictures;
  if (!first) return null;
  const points = [{ loss: first.loss, probability: first.probability }, ...pictures.map(({ loss_after, probability_after }) => ({ loss: loss_after, probability: probability_after }))];
  const more = () => {
    exam.steps += 1;
    again();
  };
  const { card } = app.store.state.model ?? {};
  return {
    content: [
      h("ol", { class: "article-shares" }, ...points.map(({ loss, probability: p }, i) => probabilityRow(said.stepName(i), loss, p))),
      h("button", { type: "button", class: "text article-more", disabled: steps.length >= MOST_STEPS || !last?.after_analysis, on: { click: more } }, said.moreSteps),
      caption([said.figures.epochs(words(first.label)), ...trained(card)].join(" ")),
    ],
    query: {},
  };
}

/**
 * What the network's model card says of its training.
 *
 * @param {Record<string, unknown> | null | undefined} card
 */
function trained(card) {
  const [, batch] = /--batch-size (\d+)/.exec(String(card?.command ?? "")) ?? [];
  const { training_pictures: images, epochs } = card ?? {};
  return typeof images === "number" && typeof epochs === "number" && batch ? [said.trained(count(images), batch, epochs)] : [];
}

/**
 * @param {string} name
 * @param {number} loss
 * @param {number} p
 */
function probabilityRow(name, loss, p) {
  return h(
    "li",
    { class: "share" },
    h("span", { class: "share-name" }, name),
    h("span", { class: "article-score" }, "L ", figureOf(loss)),
    h("span", { class: "share-bar", style: { "--share": `${p * 100}%` } }),
    h("span", { class: "share-value" }, probability(p)),
  );
}

/**
 * One of a few, as buttons beside each other.
 *
 * @param {Record<string, string>} options
 * @param {string} chosen
 * @param {string} name
 * @param {(option: string) => void} choose
 */
function choice(options, chosen, name, choose) {
  const buttons = Object.entries(options).map(([option, text]) =>
    h("button", { type: "button", class: "toggle", data: { option }, "aria-pressed": String(option === chosen), on: { click: () => press(option) } }, text),
  );
  const press = (/** @type {string} */ option) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.option === option)); // the numbers take a moment
    choose(option);
  };
  return h("div", { class: "article-choice", role: "group", "aria-label": name }, ...buttons);
}

/**
 * @param {string} formula
 * @param {string} worked
 */
function equation(formula, worked) {
  return h("p", { class: "article-equation" }, h("span", {}, formula), h("span", {}, worked));
}

/**
 * @param {readonly string[]} columns
 * @param {Node[]} rows
 */
function table(columns, rows) {
  const head = h("tr", {}, ...columns.map((name) => (name ? h("th", { scope: "col" }, name) : h("td", {}))));
  return h("div", { class: "article-table", role: "region", "aria-label": columns.filter(Boolean).join(", "), tabindex: 0 }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
}
