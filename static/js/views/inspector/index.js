/** What the layer does, its figures, and the arithmetic of the number under the cursor. */

import { moreAbout } from "../../article/index.js";
import { getElement, h } from "../../lib/dom.js";
import { count, formText, large, number, percent, plain } from "../../i18n/format.js";
import { explains } from "../../model/terms.js";
import { describe, opTitle, pair, settingTitle } from "../../model/layer-text.js";
import { t } from "../../i18n/index.js";
import { term } from "../shared/term.js";
import { arithmetic } from "../explain/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").LayerResult} LayerResult
 */

/** Settings that the glossary explains, under their own names. */
const TERMS = new Set(["kernel", "stride", "padding", "dilation", "groups"]);

const LATE = 300; // milliseconds: only an answer that takes longer is waited for visibly

/** Settings that are lengths along height and width. */
const SIZES = new Set(["kernel", "stride", "dilation", "output_padding", "size", "shape", "block"]);

/** @param {App} app */
export function mountInspector(app) {
  const about = h("section", { class: "about" });
  const sums = h("section", { class: "explain", "aria-labelledby": "explain-title" });
  getElement("#inspector", HTMLElement).append(about, sums);
  app.store.watch(["analysis", "layer"], () => {
    showLayer(app, about);
    getElement("#inspector", HTMLElement).scrollTop = 0;
  });
  app.store.watch(["frame"], () => followFigures(app, about));
  let waited = 0;
  app.store.watch(["explanation", "theme", "layer", "focus", "open", "bothSides", "frame"], () => {
    clearTimeout(waited);
    sums.classList.remove("late");
    showSums(app, sums);
    if (sums.classList.contains("stale")) waited = window.setTimeout(() => sums.classList.add("late"), LATE);
  });
}

/**
 * @param {App} app
 * @param {HTMLElement} about
 */
function showLayer({ store, navigation }, about) {
  const { model, analysis } = store.state;
  const { layer } = navigation;
  const result = analysis?.layers.find(({ name }) => name === layer?.name);
  if (!model || !layer || !result) return;
  about.replaceChildren(
    h("h2", {}, opTitle(layer)),
    ...describe(model, layer, result).map((sentence) => h("p", { class: "sentence" }, sentence)),
    moreAbout(layer.op) ?? "",
    list("facts", facts(layer)),
    list("figures", figures(result)),
    silentMaps(result, (channel) => navigation.open(channel)),
  );
}

/**
 * The figures of the next frame of a moving picture; the rest is about the layer.
 *
 * @param {App} app
 * @param {HTMLElement} about
 */
function followFigures({ store, navigation }, about) {
  const result = store.state.analysis?.layers.find(({ name }) => name === navigation.layer?.name);
  if (result) about.querySelector(".figures")?.replaceWith(list("figures", figures(result)));
}

/**
 * Which maps are zero everywhere on this photo; each opens.
 *
 * @param {LayerResult} result
 * @param {(channel: number) => void} open
 */
function silentMaps({ stats }, open) {
  const silent = stats.silent_channels ?? [];
  if (!silent.length) return "";
  const button = (/** @type {number} */ channel) =>
    h("li", {}, h("button", { type: "button", class: "text", "aria-label": t.inspector.map(channel), on: { click: () => open(channel) } }, String(channel)));
  return h(
    "details",
    { class: "silent-maps" },
    h("summary", {}, t.inspector.silent(silent.length)),
    h("ul", {}, ...silent.map(button)),
    h("p", { class: "muted" }, t.inspector.silentOnly),
  );
}

/** Characters of a value that have room beside its name in one of two columns. */
const COLUMN = 20;

/**
 * @typedef {[name: string, value: string, term?: string]} Fact whose name is a term of the
 *   glossary, if that is named
 *
 * @param {string} kind
 * @param {Fact[]} facts
 */
function list(kind, facts) {
  const rows = facts.map(([name, value, id]) =>
    h("div", { class: value.length > COLUMN ? "wide" : "" }, h("dt", {}, id ? term(id, name) : name), h("dd", {}, value)),
  );
  return h("dl", { class: kind }, ...rows);
}

/**
 * What the layer is, whatever the photo.
 *
 * @param {Layer} layer
 * @returns {Fact[]}
 */
function facts(layer) {
  return [
    [t.inspector.shape, formText(layer)],
    [t.inspector.layout, axes(layer)],
    [t.inspector.inputs, layer.inputs.join(", ") || t.inspector.thePhoto],
    [t.inspector.parameters, count(layer.parameters), "parameter"],
    [t.inspector.multiplyAdds, large(layer.multiply_adds), "multiply-adds"],
    [t.inspector.receptiveField, `${layer.receptive_field.join(" × ")} px`, "receptive-field"],
    ...attributes(layer),
  ];
}

/**
 * What each axis of the network's own value is: "NHWC: batch, height, width, channels".
 *
 * @param {Layer} layer
 */
function axes({ layout }) {
  /** @type {Record<string, string>} */
  const names = t.inspector.axes;
  const said = [...layout].map((letter) => names[letter] ?? letter);
  if (!layout.includes("N")) said.push(t.inspector.notPerPicture);
  return layout ? `${layout}: ${said.join(", ")}` : said.join(", ");
}

/**
 * What its numbers are like for this photo.
 *
 * @param {LayerResult} result
 * @returns {Fact[]}
 */
function figures({ stats }) {
  return [
    [t.inspector.min, number(stats.min)],
    [t.inspector.max, number(stats.max)],
    [t.inspector.mean, number(stats.mean, stats.max), "mean"],
    [t.inspector.zeros, percent(stats.zero_fraction)],
    [t.inspector.silentMaps, stats.silent_channels ? count(stats.silent_channels.length) : "–", "silent-map"],
  ];
}

/**
 * An op's settings: stride, padding and dilation always, even where they are 1 or 0.
 *
 * @param {Layer} layer
 * @returns {Fact[]}
 */
function attributes({ attributes }) {
  const silent = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    (name === "groups" && value === 1) || name === "axis" || name === "channels" || typeof value === "boolean" || value === null;
  const first = (/** @type {string} */ name) => (name === "kernel" ? 0 : 1); // whose stride, padding and dilation the others are
  return Object.entries(attributes)
    .filter(([name, value]) => !silent(name, value))
    .sort(([a], [b]) => first(a) - first(b))
    .map(([name, value]) => [settingTitle(name), name === "padding" ? padding(value) : SIZES.has(name) ? pair(value) : listed(value), TERMS.has(name) ? name : undefined]);
}

/**
 * Settings that are one number for each axis or the like, and no lengths: 0, 2, 3, 1. What lies
 * beyond all whole numbers that are exact stands for the end of the axis, as exporters write it.
 *
 * @param {unknown} value
 */
function listed(value) {
  const write = (/** @type {unknown} */ one) => {
    if (typeof one !== "number") return String(one ?? "");
    return Math.abs(one) >= Number.MAX_SAFE_INTEGER ? (one > 0 ? t.inspector.end : t.inspector.start) : plain(one);
  };
  return Array.isArray(value) ? value.map(write).join(t.numbers.separator) : write(value);
}

/**
 * Padding as [top, left, bottom, right], in one number where all sides are the same.
 *
 * @param {unknown} value
 */
function padding(value) {
  return Array.isArray(value) && new Set(value).size === 1 ? String(value[0]) : String(value).replaceAll(",", " ");
}

/**
 * @param {App} app
 * @param {HTMLElement} sums
 */
function showSums(app, sums) {
  const { explanation, layer, cursor, live } = app.store.state;
  if (live && sums.matches(":active")) return; // a button that is pressed is not taken away
  if (!explains(explanation, layer, cursor)) {
    sums.classList.toggle("stale", true); // the old one stays until the new one is here, so that nothing jumps
    return;
  }
  sums.classList.toggle("stale", false);
  const focused = [...sums.querySelectorAll("button")].findIndex((button) => button === document.activeElement);
  sums.replaceChildren(h("h3", { id: "explain-title" }, t.inspector.explanation), ...arithmetic(app, explanation));
  sums.querySelectorAll("button")[focused]?.focus({ preventScroll: true }); // a choice in the ledger draws it anew
}
