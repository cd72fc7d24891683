/**
 * Answers of classifying outputs, each in a row: exclusive classes, one yes or no, several of them.
 */

import { h } from "../../lib/dom.js";
import { probability, signed } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { labelOf, placeOfUnit, unitOf } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";

/**
 * @typedef {import("./index.js").Context} Context
 * @typedef {import("./index.js").Shown} Shown
 * @typedef {import("../../state/types.js").Prediction} Prediction
 */

const SHOWN = 5;
const SHOWN_OF_SEVERAL = 8;
const UNSURE = 0.5; // a first guess below this deserves a word of warning
const EVEN = 0.5; // above it, a yes is likelier than a no

/**
 * A row with a bar, which goes to its number.
 *
 * @param {{ name: string, share: number, value: string, go: (() => void) | null, marked?: boolean,
 *   lang?: string | null }} what
 */
export function row({ name, share, value, go, marked = false, lang = null }) {
  return h(
    "button",
    { type: "button", class: marked ? "share even" : "share", disabled: !go, on: go ? { click: go } : {} },
    h("span", { class: "share-name", title: name, lang }, name),
    h("span", { class: "share-bar", style: { "--share": `${share * 100}%` } }),
    h("span", { class: "share-value" }, value),
  );
}

/**
 * @param {Context} context
 * @param {Prediction} prediction
 * @param {boolean} [marked] with a mark at one half
 */
function rowOf({ app, model, info }, { label, score }, marked) {
  const at = placeOfUnit(model, info, unitOf(info, label));
  const go = at && (() => app.navigation.goTo(at.layer.name, at.place));
  return row({ name: labelOf(info, label), share: score, value: probability(score), go, marked, lang: classLanguage(info.labels ?? []) });
}

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function classes(context) {
  const predictions = context.answer.predictions ?? [];
  const isUnsure = (predictions[0]?.score ?? 1) < UNSURE;
  return {
    rows: predictions.slice(0, SHOWN).map((one) => rowOf(context, one)),
    note: isUnsure ? t.answer.unsure(predictions.length) : "",
  };
}

/**
 * Several that do not exclude each other: all that are likelier than not, and the next ones.
 *
 * @param {Context} context
 * @returns {Shown}
 */
export function multilabel(context) {
  const predictions = context.answer.predictions ?? [];
  const yes = predictions.filter(({ score }) => score >= EVEN).length;
  return {
    rows: predictions.slice(0, SHOWN_OF_SEVERAL).map((one) => rowOf(context, one, true)),
    note: t.prediction.several(yes, predictions.length),
  };
}

/**
 * One number between two names: the further right, the likelier the second.
 *
 * @param {Context} context
 * @returns {Shown}
 */
export function binary(context) {
  const { app, model, analysis, info, answer } = context;
  const [no, yes] = [info.labels?.[0] ?? "0", info.labels?.[1] ?? "1"];
  const scoreOf = (/** @type {string} */ label) => answer.predictions?.find((one) => one.label === label)?.score ?? 0;
  const share = scoreOf(yes);
  const logits = layerNamed(model, info.logits);
  const stats = analysis.layers.find(({ name }) => name === info.logits)?.stats;
  const logit = logits?.shape.length === 1 && logits.shape[0] === 1 ? stats?.min : undefined;
  const likelier = labelOf(info, share >= EVEN ? yes : no);
  const at = placeOfUnit(model, info, 1);
  const go = () => at && app.navigation.goTo(at.layer.name, at.place);
  const end = (/** @type {string} */ label) =>
    h("span", { class: label === likelier ? "likelier" : "" }, h("b", {}, label), h("span", {}, probability(label === labelOf(info, yes) ? share : scoreOf(no))));
  return {
    view: [
      h(
        "button",
        {
          type: "button",
          class: "yes-no",
          "aria-label": t.prediction.between(labelOf(info, no), probability(scoreOf(no)), labelOf(info, yes), probability(share)),
          on: { click: go },
        },
        h("span", { class: "yes-no-ends" }, end(labelOf(info, no)), end(labelOf(info, yes))),
        h("span", { class: "yes-no-track", style: { "--share": `${share * 100}%` } }),
      ),
    ],
    rows: [],
    note: logit === undefined || info.activation !== "sigmoid" ? "" : t.prediction.logit(signed(logit), logit >= 0, likelier),
  };
}

