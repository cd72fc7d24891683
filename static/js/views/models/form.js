/** The form with a model's import options. */

import { h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/models-controller.js").ImportOptions} ImportOptions
 * @typedef {import("../../state/types.js").Problem} Problem
 */

const words = t.models;

const INPUT = "input:"; // as the API has it

const PRESETS = /** @type {const} */ (["", "imagenet", "unit", "symmetric", "raw", "caffe", "custom"]);
const SCALES = /** @type {const} */ (["", "1"]);
const CHANNELS = /** @type {const} */ (["", "rgb", "bgr", "rgba", "list"]);
const CROP_MODES = /** @type {const} */ (["", "squash", "border"]);
const LABELS = /** @type {const} */ (["", "imagenet", "file"]);

/** The API's name of an option → the form's fields for it, the one that is asked first in front. */
const FIELDS = /** @type {Record<string, readonly string[]>} */ ({
  size: ["height", "width"],
  channels: ["channelList", "channels"],
  crop_mode: ["cropMode"],
});

/**
 * @param {ImportOptions} importOptions
 * @param {string | null} size of the network's input, where it is known
 * @param {boolean} asksForSize whether the server has to be told
 * @param {string[]} inputs that have to be given a constant
 * @returns {HTMLElement[]}
 */
export function fields(importOptions, size, asksForSize, inputs) {
  const custom = h(
    "div",
    { class: "models-more", hidden: importOptions.preset !== "custom" },
    row(words.mean, h("input", { name: "mean", value: importOptions.mean, placeholder: "0.5, 0.5, 0.5", inputmode: "decimal", autocomplete: "off" })),
    row(words.std, h("input", { name: "std", value: importOptions.std, placeholder: "0.25, 0.25, 0.25", inputmode: "decimal", autocomplete: "off" })),
    row(words.scale, select("scale", SCALES, words.scales, importOptions.scale)),
    h("p", { class: "muted" }, words.formula),
  );
  const isListed = CHANNELS.some((choice) => choice === importOptions.channels);
  const listed = h(
    "div",
    { class: "models-more", hidden: isListed },
    row(words.channelList, h("input", { name: "channelList", value: isListed ? "" : importOptions.channels, placeholder: "r, g, b, 128", autocomplete: "off" })),
    h("p", { class: "muted" }, words.channelHint),
  );
  const choose = (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
    picked.textContent = files?.[0]?.name ?? words.noFile;
  };
  const picked = h("span", { class: "muted" }, importOptions.labelFile?.name ?? words.noFile);
  const names = h(
    "div",
    { class: "models-more", hidden: importOptions.labels !== "file" },
    h(
      "label",
      { class: "models-choose" },
      h("input", { type: "file", name: "labelFile", class: "visually-hidden", accept: ".txt,text/plain", on: { change: choose } }),
      h("span", {}, words.chooseLabels),
    ),
    " ",
    picked,
  );
  return [
    row(words.name, h("input", { name: "name", value: importOptions.name, maxlength: "80", autocomplete: "off" })),
    ...sizeField(importOptions, size, asksForSize),
    row(words.normalisation, select("preset", PRESETS, words.presets, importOptions.preset, (value) => (custom.hidden = value !== "custom"))),
    custom,
    row(words.channels, select("channels", CHANNELS, words.channelChoices, isListed ? importOptions.channels : "list", (value) => (listed.hidden = value !== "list"))),
    listed,
    row(words.cropMode, select("cropMode", CROP_MODES, words.cropModes, importOptions.cropMode)),
    ...constants(importOptions.inputs, inputs),
    row(words.labels, select("labels", LABELS, words.labelChoices, importOptions.labels, (value) => (names.hidden = value !== "file"))),
    names,
  ];
}

/**
 * What stands in the form now.
 *
 * @param {HTMLFormElement} form
 * @param {ImportOptions} before
 * @returns {ImportOptions}
 */
export function readFields(form, before) {
  const data = new FormData(form);
  const text = (/** @type {string} */ name, otherwise = "") => String(data.get(name) ?? otherwise).trim();
  const file = data.get("labelFile");
  const [height, width] = [text("height"), text("width")];
  return {
    name: text("name"),
    size: height && width ? `${height}x${width}` : before.size,
    fixed: before.fixed,
    preset: text("preset"),
    mean: text("mean"),
    std: text("std"),
    scale: text("scale"),
    channels: text("channels") === "list" ? text("channelList") : text("channels"),
    cropMode: text("cropMode"),
    inputs: constantsIn(data),
    labels: LABELS.find((choice) => choice === data.get("labels")) ?? "",
    labelFile: file instanceof File && file.size ? file : before.labelFile,
  };
}

/**
 * What is said of a file, with what a refusal tells of it: the sides of its input that it fixes,
 * and a size that fits.
 *
 * @param {ImportOptions} importOptions
 * @param {Problem} problem
 * @returns {ImportOptions}
 */
export function toldAfter(importOptions, { fixed_size: fixed, suggested_size: suggested }) {
  if (!fixed) return importOptions;
  const entered = importOptions.size.split("x");
  const sides = fixed.map((side, i) => side ?? (entered[i] || (suggested?.[i] ?? "")));
  const isOpen = fixed.includes(null) && sides.some(Boolean);
  return { ...importOptions, fixed, size: isOpen ? sides.join("x") : "" };
}

/**
 * The field in which something can be done about an option; null where the form has none.
 *
 * @param {string | null | undefined} option the API's name of it
 * @returns {HTMLElement | null}
 */
export function fieldOf(option) {
  const form = document.querySelector("#models-form");
  if (option == null || !(form instanceof HTMLFormElement)) return null;
  for (const name of FIELDS[option] ?? [option]) {
    const field = form.elements.namedItem(name);
    const isFixed = field instanceof HTMLInputElement && field.readOnly;
    if (field instanceof HTMLElement && field.offsetParent !== null && !isFixed) return field;
  }
  return null;
}

/**
 * What the form calls an option.
 *
 * @param {string} option the API's name of it
 */
export function optionName(option) {
  if (option.startsWith(INPUT)) return words.constant(option.slice(INPUT.length));
  /** @type {Record<string, string>} */
  const names = {
    name: words.name, size: words.size, preset: words.normalisation, mean: words.mean, std: words.std, scale: words.scale,
    channels: words.channels, crop_mode: words.cropMode, labels: words.labels,
  };
  return names[option] ?? option;
}

/**
 * Only a file that leaves its input's size open is asked about, and only for the open sides; else
 * the size is shown where it is known.
 *
 * @param {ImportOptions} importOptions
 * @param {string | null} known
 * @param {boolean} isAsked
 * @returns {HTMLElement[]}
 */
function sizeField({ size, fixed }, known, isAsked) {
  if (!isAsked && !size) return known === null ? [] : [h("p", { class: "models-row" }, h("span", {}, words.size), h("span", {}, words.fixedSize(known)))];
  const [height = "", width = ""] = size.split("x");
  const side = (/** @type {"height" | "width"} */ name, /** @type {string} */ label, /** @type {string} */ value, /** @type {boolean} */ isFixed) =>
    h("input", { type: "number", name, "aria-label": label, min: "1", max: "4096", required: true, readonly: isFixed, title: isFixed ? words.fixedSide[name] : "", value });
  const [isHigh, isWide] = [typeof fixed[0] === "number", typeof fixed[1] === "number"];
  const note = isHigh ? words.fixedSide.height : isWide ? words.fixedSide.width : "";
  return [
    h(
      "div",
      { class: "models-row", role: "group", "aria-label": words.size },
      h("span", {}, words.size),
      h("span", { class: "models-size" }, side("height", words.height, height, isHigh), " × ", side("width", words.width, width, isWide), ` ${words.pixels}`, note && h("span", { class: "muted" }, ` (${note})`)),
    ),
  ];
}

/**
 * Inputs that are no photo, each with the number that it has.
 *
 * @param {Record<string, string>} importOptions
 * @param {string[]} asked
 */
function constants(importOptions, asked) {
  const names = [...new Set([...Object.keys(importOptions), ...asked])];
  return names.map((name) =>
    row(words.constant(name), h("input", { name: `${INPUT}${name}`, value: importOptions[name] ?? "", placeholder: "1", inputmode: "decimal", autocomplete: "off" })),
  );
}

/** @param {FormData} data */
function constantsIn(data) {
  const given = [...data].filter(([name]) => name.startsWith(INPUT));
  return Object.fromEntries(given.map(([name, text]) => [name.slice(INPUT.length), String(text).trim()]));
}

/**
 * @param {string} text
 * @param {HTMLElement} field
 */
function row(text, field) {
  return h("label", { class: "models-row" }, h("span", {}, text), field);
}

/**
 * @template {string} V
 * @param {string} name
 * @param {readonly V[]} values
 * @param {Record<V, string>} texts
 * @param {string} chosen
 * @param {(value: string) => void} [onChange]
 */
function select(name, values, texts, chosen, onChange = () => {}) {
  const change = (/** @type {Event & { currentTarget: HTMLSelectElement }} */ { currentTarget: { value } }) => onChange(value);
  return h("select", { name, on: { change } }, ...values.map((value) => h("option", { value, selected: value === chosen }, texts[value])));
}
