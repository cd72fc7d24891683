/**
 * The evaluation: validation accuracy, accuracy per class, confusion matrix, most confident errors,
 * and the downloads.
 */

import { postPhoto } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { getElement, h } from "../../lib/dom.js";
import { count, percent, probability, words as plainWords } from "../../i18n/format.js";
import { swatch } from "../../render/palette.js";
import { t } from "../../i18n/index.js";
import { term } from "../../views/shared/term.js";
import { unevenness } from "../class-balance.js";
import { exampleMark, exampleMatrix } from "../example.js";
import { runsButton } from "./runs-list.js";
import { fetchEvaluation, fetchPicture, modelUrl, pictureUrl } from "../../api/learning.js";

/**
 * @typedef {import("../types.js").Evaluation} Evaluation
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Mistake} Mistake
 * @typedef {import("../types.js").Run} Run
 */

const words = t.learn.run.evaluation;
const MISTAKES = 24;

/**
 * @param {LearnStore} store
 * @param {HTMLElement} root
 */
export function mountEvaluation(store, root) {
  const score = h("p", { class: "score" });
  const body = h("div", {});
  const ways = h("div", { class: "report-ways", hidden: true });
  getElement("#report-title", HTMLElement).replaceChildren(term("evaluation", words.title));
  getElement(".part-head", HTMLElement, root).append(runsButton(store));
  root.append(score, body, ways);
  const show = () => {
    const { evaluation, theme, run } = store.state;
    const isTold = evaluation !== null && evaluation.accuracy !== null;
    const empty = run?.validation_pictures === 0 ? t.learn.balance.nothing : words.empty;
    score.replaceChildren(...(isTold ? scoreOf(evaluation, evaluation.accuracy ?? 0) : [h("span", { class: "muted" }, empty)]));
    if (isTold && run) body.replaceChildren(perClass(evaluation), confusion(evaluation, theme), mistakes(store, evaluation, run));
    else body.replaceChildren(...(run ? [] : [exampleMark(), h("h3", {}, words.confusion), h("p", { class: "muted" }, t.learn.run.example.matrix), exampleMatrix()]));
  };
  store.watch(["evaluation", "theme"], show);
  let [kept, wasThere] = ["", false];
  /** @type {number | null | undefined} */
  let heldOut;
  store.watch(["run"], ({ run }) => {
    if (heldOut !== run?.validation_pictures || wasThere !== (run !== null)) show();
    wasThere = run !== null;
    heldOut = run?.validation_pictures;
    ways.hidden = run === null;
    if (run && kept !== run.id) ways.replaceChildren(...waysOut(run));
    kept = run?.id ?? "";
  });
  show();
  followEpochs(store);
}

/**
 * An exam after every epoch, and from then on where the run rests; one at a time. Before the first,
 * the curves have no validation figure either.
 *
 * @param {LearnStore} store
 */
function followEpochs(store) {
  let asked = "";
  let abort = new AbortController();
  store.watch(["run"], ({ run }) => {
    const rests = run?.status === "paused" || run?.status === "finished";
    const step = (rests ? run.step : run?.history.at(-1)?.step) ?? 0;
    const wanted = run?.history.length && run.validation_pictures !== 0 ? `${run.id}@${step}` : "";
    if (wanted === asked) return;
    asked = wanted;
    abort.abort();
    abort = new AbortController();
    if (wanted && run) void examine(store, run.id, abort.signal);
  });
}

/**
 * @param {LearnStore} store
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function examine(store, id, signal) {
  try {
    const evaluation = await fetchEvaluation(id, signal);
    if (!signal.aborted && store.state.run?.id === id) store.set({ evaluation });
  } catch (error) {
    if (!isAbort(error) && !(error instanceof ProblemError)) throw error; // the next epoch brings the next exam
  }
}

/**
 * @param {Evaluation} evaluation
 * @param {number} accuracy
 */
function scoreOf({ validation_pictures: all, step }, accuracy) {
  const share = percent(accuracy);
  const [before = "", after = ""] = words.score("\u0000", count(all)).split("\u0000");
  return [before, h("b", {}, share), after, " ", h("span", { class: "muted" }, words.at(count(step)))];
}

/**
 * Counts and accuracy of each class: a total hides a small class that is always wrong.
 *
 * @param {Evaluation} evaluation
 */
function perClass({ per_class: classes, accuracy, balanced_accuracy: balanced, validation_pictures: all }) {
  const row = (/** @type {string} */ name, /** @type {string} */ correct, /** @type {number | null} */ share) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, correct), h("td", {}, share === null ? "–" : percent(share)));
  const heads = [words.perClass.correct, words.perClass.accuracy].map((title) => h("th", { scope: "col" }, title));
  const right = classes.reduce((sum, { correct }) => sum + correct, 0);
  const rows = classes.map(({ label, correct, validation_pictures: n, accuracy: share }) => row(plainWords(label), n ? words.perClass.of(count(correct), count(n)) : words.perClass.none, share));
  const note = unevenness(classes.map(({ label }) => label), classes.map(({ training_pictures: a, validation_pictures: b }) => a + b));
  return h(
    "div",
    { class: "per-class", role: "region", "aria-label": words.perClass.title, tabindex: 0 },
    h("h3", {}, term("accuracy", words.perClass.title)),
    note && h("p", { class: "set-note" }, note),
    h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, h("td", {}), ...heads)),
      h("tbody", {}, ...rows),
      h("tfoot", {}, row(words.perClass.all, words.perClass.of(count(right), count(all)), accuracy), row(words.perClass.balanced, "", balanced)),
    ),
    h("p", { class: "muted" }, words.perClass.balancedText),
  );
}

/**
 * A row a class, a column an answer. Each row has its own scale: it is the share of that class.
 *
 * @param {Evaluation} evaluation
 * @param {"light" | "dark"} theme
 */
function confusion({ classes, confusion_matrix: confusion }, theme) {
  const names = classes.map((label) => plainWords(label));
  const heads = names.map((name) => h("th", { scope: "col", title: name }, h("span", {}, name)));
  const rows = confusion.map((row, truth) => {
    const all = Math.max(1, row.reduce((sum, n) => sum + n, 0));
    const cells = row.map((n, answer) => {
      const { background, text } = swatch(n / all, { low: 0, high: 1, signed: false }, theme);
      const label = words.cell(names[truth] ?? "", names[answer] ?? "", n);
      return h("td", { title: label, style: n ? { background, color: text } : {}, data: { n: String(n) } }, n ? count(n) : "·");
    });
    return h("tr", {}, h("th", { scope: "row", title: names[truth] ?? "" }, names[truth] ?? ""), ...cells);
  });
  const corner = h("td", { class: "muted" }, `${words.actual} ↓`, h("br"), `${words.answer} →`);
  return h(
    "div",
    { class: "confusion", role: "region", "aria-label": words.confusion, tabindex: 0 },
    h("h3", {}, term("confusion-matrix", words.confusion)),
    h("table", {}, h("thead", {}, h("tr", {}, corner, ...heads)), h("tbody", {}, ...rows)),
  );
}

/**
 * @param {LearnStore} store
 * @param {Evaluation} evaluation
 * @param {Run} run
 */
function mistakes(store, evaluation, run) {
  const { classes, mistakes: all } = evaluation;
  const tiles = all.slice(0, MISTAKES).map((mistake) => {
    const [truth, answer] = [mistake.label, mistake.prediction].map((k) => plainWords(classes[k] ?? ""));
    const label = words.mistake(truth ?? "", answer ?? "", probability(mistake.probability));
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-label": label, title: label, on: { click: () => void open(store, run, evaluation.model, mistake) } },
        h("img", { src: pictureUrl(run.config.dataset, mistake.picture), alt: "", width: 48, height: 48 }),
        h("span", { class: "muted" }, words.errorTile(truth ?? "", answer ?? "")),
      ),
    );
  });
  return h("div", { class: "mistakes" }, h("h3", {}, words.mistakes), all.length ? h("ol", {}, ...tiles) : h("p", { class: "muted" }, words.none));
}

/**
 * A mistake in the microscope, with the network of that moment.
 *
 * @param {LearnStore} store
 * @param {Run} run
 * @param {string} model
 * @param {Mistake} mistake
 */
async function open(store, run, model, mistake) {
  try {
    const picture = await fetchPicture(run.config.dataset, mistake.picture);
    const { id } = await postPhoto(new File([picture], `${mistake.picture}.png`, { type: picture.type }), model, new AbortController().signal, () => {});
    location.assign(`./?model=${encodeURIComponent(model)}&analysis=${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}

/** @param {Run} run */
function waysOut(run) {
  return [
    h("h3", {}, words.keep),
    h(
      "p",
      { class: "ways-out" },
      h("a", { id: "open-run", href: `./?model=${encodeURIComponent(run.model)}` }, words.open),
      h("a", { href: modelUrl(run.id, "safetensors"), download: true }, words.safetensors),
      h("a", { href: modelUrl(run.id, "onnx"), download: true }, words.onnx),
    ),
  ];
}
