/** A detector's boxes: a row each with its score, and drawn on the photo. */

import { h } from "../../lib/dom.js";
import { fixed, percent, probability, words } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { placeOfRow } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";
import { colourOf } from "./colours.js";
import { row } from "./rows.js";

/**
 * @typedef {import("./index.js").Context} Context
 * @typedef {import("./index.js").Shown} Shown
 * @typedef {import("../../state/types.js").OutputBox} OutputBox
 */

const LEAST = 0.25; // below this, most detectors' boxes are noise
const MOST_LABELS = 6; // more of them only cover the photo

/** @type {{ least: number }} How much a box must have; kept from photo to photo. */
const asked = { least: LEAST };

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function boxes(context) {
  const { answer, info } = context;
  const all = answer.boxes;
  if (!all) return { rows: [], view: [h("p", {}, t.prediction.noLayout)], note: "" };
  const list = h("ol", { class: "shares box-list", tabindex: "-1" });
  const told = h("p", { class: "muted", role: "status" });
  const value = h("output", {}, percent(asked.least));
  const slider = h("input", { type: "range", id: "box-threshold", min: "0", max: "1", step: "0.01", value: String(asked.least) });
  const show = () => {
    const shown = all.filter(({ score }) => score >= asked.least);
    value.textContent = percent(asked.least);
    list.replaceChildren(...shown.map((box, i) => h("li", {}, boxRow(context, box, i))));
    told.textContent = shown.length || !all.length ? t.prediction.found(shown.length, all.length) : t.prediction.below(probability(all[0]?.score ?? 0));
    context.onPhoto.boxes(shown.map((box, i) => drawn(context, box, i, shown.length)));
  };
  slider.addEventListener("input", () => {
    asked.least = slider.valueAsNumber;
    show();
  });
  show();
  return {
    view: [
      h("div", { class: "field threshold" }, h("label", { for: slider.id }, t.prediction.threshold), slider, value),
      told,
      list,
    ],
    rows: [],
    note: [t.prediction.readAs(answer.format ?? info.name), answer.note ?? ""].filter(Boolean).join(" "),
    large: () => context.onPhoto.large(),
  };
}

/**
 * @param {Context} context
 * @param {OutputBox} box
 * @param {number} at
 */
function boxRow(context, box, at) {
  const element = row({ name: nameOf(context, box), share: box.score, value: probability(box.score), go: () => void open(context, box) });
  element.style.setProperty("--colour", colourOf(labelNumber(context, box)));
  element.classList.add("box-row");
  element.dataset.box = String(at);
  const light = (/** @type {boolean} */ isLit) => context.onPhoto.light(isLit ? at : null);
  for (const [type, isLit] of /** @type {[string, boolean][]} */ ([["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]])) {
    element.addEventListener(type, () => light(isLit));
  }
  const { left, top, right, bottom } = box;
  element.title = t.prediction.corners(...[left, top, right, bottom].map((edge) => fixed(edge, 0)));
  return element;
}

/**
 * @param {Context} context
 * @param {OutputBox} box
 * @param {number} at
 * @param {number} count
 */
function drawn(context, box, at, count) {
  return {
    box,
    text: `${nameOf(context, box)} · ${probability(box.score)}`,
    colour: colourOf(labelNumber(context, box)),
    isNamed: count <= MOST_LABELS || at < MOST_LABELS / 2,
    onPick: () => void open(context, box),
  };
}

/**
 * What a box's class is called; one that nobody names has a number, which is not to be read as part
 * of the score.
 *
 * @param {Context} context
 * @param {OutputBox} box
 */
function nameOf({ model }, { label }) {
  const isNumber = /^\d+$/.test(label) && !model.labels?.includes(label);
  return isNumber ? t.answer.unnamed(Number(label)) : words(label);
}

/**
 * A number that is the same for boxes of one class.
 *
 * @param {Context} context
 * @param {OutputBox} box
 */
function labelNumber({ model, answer }, { label }) {
  const known = model.labels?.indexOf(label) ?? -1;
  if (known >= 0) return known;
  return /^\d+$/.test(label) ? Number(label) : [...new Set(answer.boxes?.map((one) => one.label))].indexOf(label);
}

/**
 * Go to the number that is the box's score.
 *
 * @param {Context} context
 * @param {OutputBox} box
 */
async function open({ app, model, numbers }, { output, row: at }) {
  const layer = layerNamed(model, output);
  const tensor = layer && (await numbers.whole(layer));
  if (layer && tensor && app.store.state.numbers === numbers) app.navigation.goTo(layer.name, placeOfRow(layer, tensor, at));
}
