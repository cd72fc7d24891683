/**
 * Loss and accuracy over the batches, drawn by uPlot: training smoothed, validation after every
 * epoch.
 */

import uPlot from "../../../vendor/uplot/uPlot.esm.js";
import { getElement, h } from "../../lib/dom.js";
import { decimals, fixed, percent } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { nameOf, standing } from "./compare-runs.js";
import { EXAMPLE_RUN, exampleMark } from "../example.js";
import { smooth } from "./smooth.js";

/**
 * @typedef {Record<keyof typeof words.rows, string>} KeyFigures
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Run} Run
 * @typedef {"loss" | "accuracy"} Figure
 */

const words = t.learn.run.curves;
const HEIGHT = 216;
const NARROW = "(width < 40rem)"; // as in learn.css
const DRAW_EVERY = 200; // milliseconds: five pictures a second look like one that moves
/** How the lines of the two runs are told apart; colour is kept for what is chosen. */
const STROKES = {
  run: { training: "--ink", validation: "--accent", dash: [] },
  secondRun: { training: "--quiet", validation: "--second", dash: [6, 4] },
};
const POINT = /** @type {const} */ ({ loss: 1, accuracy: 2 });
const RECORD = /** @type {const} */ ({ loss: "validation_loss", accuracy: "validation_accuracy" });

/**
 * @param {LearnStore} store
 * @param {HTMLElement} root
 */
export function mountCurves(store, root) {
  const slider = h("input", { id: "smoothing", type: "range", min: 0, max: 0.99, step: 0.01, value: 0.9 });
  const output = h("output", { class: "muted", for: "smoothing" });
  const charts = [new Chart("loss"), new Chart("accuracy")];
  const key = h("ul", { class: "curve-key" });
  const table = h("table", { class: "figures key-figures" });
  const mark = exampleMark();
  const plots = h("div", { class: "charts" }, ...charts.map(({ figure }) => figure));
  const leader = h("p", { class: "leader", "aria-live": "polite", hidden: true });
  getElement(".part-head", HTMLElement, root).append(key, h("label", { class: "smoothing" }, words.smoothing, " ", slider, " ", output));
  root.append(mark, plots, leader, table);
  const draw = () => {
    showLeader(store.state, leader);
    const isExample = store.state.run === null;
    mark.hidden = !isExample;
    table.hidden = isExample;
    plots.classList.toggle("example", isExample);
    output.textContent = fixed(Number(slider.value), 2);
    key.replaceChildren(...keyOf(store.state));
    const weight = Number(slider.value);
    const { run, secondRun } = store.state;
    const figures = [run, secondRun].filter((one) => one !== null).map((one) => figuresOf(one, weight));
    table.replaceChildren(...keyFigures(store.state, figures));
    const label = run ? describe(run, figures[0]) : words.empty;
    for (const chart of charts) chart.draw(store.state, weight, label);
  };
  const later = atMostEvery(DRAW_EVERY, draw);
  slider.addEventListener("input", draw);
  store.watch(["run", "secondRun"], later);
  store.watch(["theme"], () => {
    for (const chart of charts) chart.forget();
    draw();
  });
  new ResizeObserver(draw).observe(root);
}

/**
 * Who leads, in a line of its own that stays as long as two runs are compared.
 *
 * @param {Readonly<LearnState>} state
 * @param {HTMLElement} leader
 */
function showLeader({ run, secondRun }, leader) {
  leader.hidden = secondRun === null;
  const text = run && secondRun ? standing(run, secondRun) : "";
  if (leader.textContent !== text) leader.textContent = text;
}

class Chart {
  /** @type {uPlot | null} */
  #plot = null;
  #lines = "";
  #body = h("div", { class: "chart-body", role: "img" });

  /** @param {Figure} kind */
  constructor(kind) {
    this.kind = kind;
    this.figure = h("figure", { class: "curve", data: { kind } }, h("figcaption", { class: "visually-hidden" }, words[kind]), this.#body);
  }

  /** Make the chart anew next time: its colours are of the other theme. */
  forget() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /**
   * @param {Readonly<LearnState>} state
   * @param {number} weight of the smoothing
   * @param {string} label what it shows, in words
   */
  draw(state, weight, label) {
    const width = this.#body.clientWidth;
    if (!width) return;
    const { run, secondRun } = state;
    const lines = JSON.stringify([run?.id ?? "", secondRun?.id ?? ""]);
    if (lines !== this.#lines) this.forget();
    this.#lines = lines;
    const data = uPlot.join([...tablesOf(run ?? EXAMPLE_RUN, this.kind, run ? weight : 0), ...(secondRun ? tablesOf(secondRun, this.kind, weight) : [])]);
    this.#plot ??= new uPlot(this.#options(width, state), data, this.#body);
    if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT });
    this.#plot.setData(data);
    this.#body.setAttribute("aria-label", label);
  }

  /**
   * @param {number} width
   * @param {Readonly<LearnState>} state
   * @returns {uPlot.Options}
   */
  #options(width, { run, secondRun }) {
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--hair"), width: 1 }, ticks: { show: false }, gap: 6 };
    const title = { labelFont: font, labelSize: 16, labelGap: 0 };
    const values = (/** @type {uPlot} */ _, /** @type {number[]} */ ticks) => {
      const apart = (ticks[1] ?? 1) - (ticks[0] ?? 0);
      return ticks.map((tick) => this.#tick(tick, apart));
    };
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false }, y: { range: this.kind === "accuracy" ? [0, 1] : (_, __, most) => [0, Math.max(0.5, (most ?? 3) * 1.05)] } },
      axes: [{ ...axis, size: 26, label: words.batches, ...title }, { ...axis, size: 44, values, label: words[this.kind], ...title }],
      series: [{}, ...linesOf("run", run, colour), ...(secondRun ? linesOf("secondRun", secondRun, colour) : [])],
    };
  }

  /**
   * @param {number} tick
   * @param {number} apart from the next one: no two are to read the same
   */
  #tick(tick, apart) {
    if (this.kind === "accuracy") return percent(tick).replace(",0", "").replace(".0", "");
    return fixed(tick, tick ? Math.min(6, (String(Number(apart.toPrecision(3))).split(".")[1] ?? "").length) : 0);
  }
}

/**
 * @param {"run" | "secondRun"} slot
 * @param {Run | null} run
 * @param {(name: string) => string} colour
 * @returns {uPlot.Series[]}
 */
function linesOf(slot, run, colour) {
  const { training, validation, dash } = STROKES[slot];
  const label = run ? nameOf(run) : "";
  return [
    { label, stroke: colour(training), width: 1.25, dash, spanGaps: true, points: { show: false } },
    { label, stroke: colour(validation), width: 2, dash, spanGaps: true, points: { show: true, size: 5, fill: colour(validation) } },
  ];
}

/**
 * A run's two lines: every batch, and the end of every epoch.
 *
 * @param {Pick<Run, "batches"> & { history: Pick<Run["history"][number], "step" | "validation_loss"
 *   | "validation_accuracy">[] }} run
 * @param {Figure} kind
 * @param {number} weight
 * @returns {uPlot.AlignedData[]}
 */
function tablesOf(run, kind, weight) {
  const { batches: points, history } = run;
  return [
    [points.map(([step = 0]) => step), smooth(points.map((point) => point[POINT[kind]] ?? 0), weight)],
    [history.map(({ step }) => step), history.map((record) => record[RECORD[kind]])],
  ];
}

/** @param {Readonly<LearnState>} state */
function keyOf({ run, secondRun }) {
  const entry = (/** @type {string} */ slot, /** @type {string} */ kind, /** @type {string} */ name) =>
    h("li", {}, h("i", { class: `stroke ${slot === "run" ? "run" : "second-run"} ${kind}`, "aria-hidden": "true" }), name);
  return (/** @type {const} */ (["run", "secondRun"])).flatMap((slot) => {
    const one = slot === "run" ? run : secondRun;
    if (slot === "secondRun" && !one) return [];
    const of = secondRun && one ? `${nameOf(one)}, ` : "";
    const validation = one?.validation_pictures === 0 ? words.notHeldOut : words.validation;
    return [entry(slot, "training", of + words.training), entry(slot, "validation", of + validation)];
  });
}

/**
 * The same in figures, for those who cannot see the lines: a row for each run, or on a telephone a
 * column.
 *
 * @param {Readonly<LearnState>} state
 * @param {KeyFigures[]} last of each run
 */
function keyFigures({ run, secondRun }, last) {
  const runs = [run, secondRun].filter((one) => one !== null);
  const names = /** @type {(keyof typeof words.rows)[]} */ (Object.keys(words.rows));
  const across = [words.table, ...names.map((name) => words.rows[name])];
  const lines = [across, ...runs.map((one, i) => [secondRun ? nameOf(one) : words.now, ...names.map((name) => last[i]?.[name] ?? "–")])];
  const turned = matchMedia(NARROW).matches ? across.map((_, i) => lines.map((line) => line[i] ?? "")) : lines;
  const [[, ...heads] = [], ...rows] = turned;
  return [
    h("caption", { class: "visually-hidden" }, words.table),
    h("thead", {}, h("tr", {}, h("td", {}), ...heads.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map(([name = "", ...values]) => h("tr", {}, h("th", { scope: "row" }, name), ...values.map((value) => h("td", {}, value))))),
  ];
}

/**
 * Where the lines end: training smoothed as it is drawn, validation after the last epoch.
 *
 * @param {Run} run
 * @param {number} weight of the smoothing
 * @returns {KeyFigures}
 */
function figuresOf({ batches, history, validation_pictures: heldOut }, weight) {
  const [loss, accuracy] = [POINT.loss, POINT.accuracy].map((at) => smooth(batches.map((point) => point[at] ?? 0), weight).at(-1));
  const end = history.at(-1);
  return {
    loss: loss === undefined ? "–" : decimals(loss, 3),
    validationLoss: heldOut === 0 ? words.notHeldOut : end?.validation_loss == null ? "–" : decimals(end.validation_loss, 3),
    accuracy: accuracy === undefined ? "–" : percent(accuracy),
    validationAccuracy: heldOut === 0 ? words.notHeldOut : end?.validation_accuracy == null ? "–" : percent(end.validation_accuracy),
  };
}

/**
 * @param {Run} run
 * @param {KeyFigures} [figures]
 */
function describe(run, figures) {
  if (!run.batches.length || !figures) return words.empty;
  const { loss, accuracy, validationAccuracy } = figures;
  return run.validation_pictures === 0 ? words.labelOfTraining(loss, accuracy) : words.label(loss, validationAccuracy);
}

/**
 * Call at once, and then at most every so often, the last time always.
 *
 * @param {number} wait milliseconds
 * @param {() => void} call
 */
function atMostEvery(wait, call) {
  let timer = 0;
  let due = false;
  const tick = () => {
    timer = 0;
    if (!due) return;
    due = false;
    call();
    timer = setTimeout(tick, wait);
  };
  return () => {
    due = true;
    if (!timer) tick();
  };
}
