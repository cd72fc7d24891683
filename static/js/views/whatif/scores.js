/**
 * What the network says before and after, class by class, in the order of the original so that
 * nothing jumps.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { points, probability, words } from "../../i18n/format.js";
import { sideNames } from "../compare/switch.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";

/**
 * @typedef {import("../../state/types.js").Analysis} Analysis
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Pair} Pair
 * @typedef {import("../../state/types.js").State} State
 */

const SHOWN = 5;

/** @param {App} app */
export function scoresSection({ store }) {
  const legend = h("p", { class: "score-legend muted" });
  const head = h("p", { class: "score score-head muted", "aria-hidden": "true" });
  const list = h("ol", { class: "scores", "aria-live": "polite" });
  const show = () => {
    const { pair, analysis } = store.state;
    const reference = pair?.reference.analysis ?? analysis;
    if (!reference) return;
    section.hidden = !reference.predictions.length; // a network that chooses among no classes
    const names = sideNames(store.state);
    legend.replaceChildren(...[swatch(), names.reference, ...(pair ? [swatch("then"), names.candidate] : [])]);
    if (pair?.kind === "network" && !haveSameClasses(pair)) {
      head.replaceChildren();
      list.replaceChildren(...ofOneNetwork(names.reference, pair.reference, ""), ...ofOneNetwork(names.candidate, pair.candidate, "then"));
      return;
    }
    head.replaceChildren(...["", "", swatch(), pair && swatch("then"), pair && t.whatif.scores.points].map((title) => h("span", {}, title)));
    list.replaceChildren(...shownOf(reference, pair).map((label) => row(label, reference, pair)));
  };
  store.watch(["pair", "analysis"], show);
  const section = h(
    "section",
    { class: "whatif-part whatif-scores", "aria-labelledby": "whatif-scores" },
    h("h3", { id: "whatif-scores" }, t.whatif.scores.title),
    legend,
    head,
    list,
  );
  return section;
}

/** @param {"" | "then"} [side] the colour of a side's bars */
function swatch(side = "") {
  return h("span", { class: `score-swatch ${side}`, "aria-hidden": "true" });
}

/**
 * Whether two networks choose among the same classes, so that their answers can stand side by side.
 *
 * @param {Pair} pair
 */
function haveSameClasses({ reference, candidate }) {
  return JSON.stringify(reference.model.labels) === JSON.stringify(candidate.model.labels) && reference.analysis.predictions.length === candidate.analysis.predictions.length;
}

/**
 * The original's best classes, and the one that has become the best if it is none of them.
 *
 * @param {Analysis} reference
 * @param {Pair | null} pair
 */
function shownOf(reference, pair) {
  const labels = reference.predictions.slice(0, SHOWN).map(({ label }) => label);
  const best = pair?.candidate.analysis.predictions[0]?.label;
  return best === undefined || labels.includes(best) ? labels : [...labels.slice(0, SHOWN - 1), best];
}

/**
 * @param {string} label
 * @param {Analysis} reference
 * @param {Pair | null} pair
 */
function row(label, reference, pair) {
  const before = scoreOf(reference, label);
  const after = pair ? scoreOf(pair.candidate.analysis, label) : before;
  const apart = points(after - before);
  const item = h(
    "li",
    { class: "score", data: { label, before: String(before), after: String(after) } },
    h("span", { class: "score-name", lang: classLanguage() }, words(label)),
    h(
      "span",
      { class: "score-bars", "aria-hidden": "true" },
      h("span", { class: "score-bar", style: { "--share": `${before * 100}%` } }),
      pair && h("span", { class: "score-bar then", style: { "--share": `${after * 100}%` } }),
    ),
    h("span", {}, probability(before)),
    h("span", {}, pair && probability(after)),
    h("span", { class: "score-points" }, pair && apart),
  );
  if (pair) setAttribute(item, "aria-label", t.whatif.scores.row(words(label), probability(before), probability(after), t.whatif.points(apart)));
  return item;
}

/**
 * @param {string} title
 * @param {import("../../state/types.js").Side} of
 * @param {"" | "then"} side
 */
function ofOneNetwork(title, { analysis: { predictions }, model: { labels } }, side) {
  return [
    h("li", { class: "visually-hidden" }, title),
    ...predictions.slice(0, 3).map(({ label, score }) =>
      h(
        "li",
        { class: "score" },
        h("span", { class: "score-name", lang: classLanguage(labels ?? []) }, words(label, labels ?? [])),
        h("span", { class: "score-bars" }, h("span", { class: `score-bar ${side}`, style: { "--share": `${score * 100}%` } })),
        h("span", {}, probability(score)),
      ),
    ),
  ];
}

/**
 * @param {Analysis} analysis
 * @param {string} label
 */
function scoreOf({ predictions }, label) {
  return predictions.find((prediction) => prediction.label === label)?.score ?? 0;
}
