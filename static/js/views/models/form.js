/** What a model file does not say of itself: the fields, and what stands in them. */

import { h } from "../../lib/dom.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/models-controller.js").Told} Told
 * @typedef {import("../../state/types.js").Problem} Problem
 */

const words = say.own;

const INPUT = "input:"; // as the API has it

const PRESETS = /** @type {const} */ (["", "imagenet", "unit", "symmetric", "raw", "caffe", "own"]);
const SCALES = /** @type {const} */ (["", "1"]);
const CHANNELS = /** @type {const} */ (["", "rgb", "bgr", "rgba", "own"]);
const CROP_MODES = /** @type {const} */ (["", "squash", "border"]);
const LABELS = /** @type {const} */ (["", "imagenet", "file"]);

/** The API's name of an option → the form's fields for it, the one that is asked first in front. */
const FIELDS = /** @type {Record<string, readonly string[]>} */ ({
  size: ["height", "width"],
  channels: ["channelList", "channels"],
  crop_mode: ["cropMode"],
});

/**
 * @param {Told} told
 * @param {string | null} size of the network's input, where it is known
 * @param {boolean} asksForSize whether the server has to be told
 * @param {string[]} inputs that have to be given a constant
 * @returns {HTMLElement[]}
 */
export function fields(told, size, asksForSize, inputs) {
  const own = h(
    "div",
    { class: "own-more", hidden: told.preset !== "own" },
    row(words.mean, h("input", { name: "mean", value: told.mean, placeholder: "0.5, 0.5, 0.5", inputmode: "decimal", autocomplete: "off" })),
    row(words.std, h("input", { name: "std", value: told.std, placeholder: "0.25, 0.25, 0.25", inputmode: "decimal", autocomplete: "off" })),
    row(words.scale, select("scale", SCALES, words.scales, told.scale)),
    h("p", { class: "quiet" }, words.formula),
  );
  const isListed = CHANNELS.some((choice) => choice === told.channels);
  const listed = h(
    "div",
    { class: "own-more", hidden: isListed },
    row(words.channelList, h("input", { name: "channelList", value: isListed ? "" : told.channels, placeholder: "r, g, b, 128", autocomplete: "off" })),
    h("p", { class: "quiet" }, words.channelHint),
  );
  const choose = (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
    picked.textContent = files?.[0]?.name ?? words.noFile;
  };
  const picked = h("span", { class: "quiet" }, told.labelFile?.name ?? words.noFile);
  const names = h(
    "div",
    { class: "own-more", hidden: told.labels !== "file" },
    h(
      "label",
      { class: "own-choose" },
      h("input", { type: "file", name: "labelFile", class: "unseen", accept: ".txt,text/plain", on: { change: choose } }),
      h("span", {}, words.chooseLabels),
    ),
    " ",
    picked,
  );
  return [
    row(words.name, h("input", { name: "name", value: told.name, maxlength: "80", autocomplete: "off" })),
    ...sizeField(told, size, asksForSize),
    row(words.normalisation, select("preset", PRESETS, words.presets, told.preset, (value) => (own.hidden = value !== "own"))),
    own,
    row(words.channels, select("channels", CHANNELS, words.channelChoices, isListed ? told.channels : "own", (value) => (listed.hidden = value !== "own"))),
    listed,
    row(words.cropMode, select("cropMode", CROP_MODES, words.cropModes, told.cropMode)),
    ...constants(told.inputs, inputs),
    row(words.labels, select("labels", LABELS, words.labelChoices, told.labels, (value) => (names.hidden = value !== "file"))),
    names,
  ];
}

/**
 * What stands in the form now.
 *
 * @param {HTMLFormElement} form
 * @param {Told} before
 * @returns {Told}
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
    channels: text("channels") === "own" ? text("channelList") : text("channels"),
    cropMode: text("cropMode"),
    inputs: constantsIn(data),
    labels: LABELS.find((choice) => choice === data.get("labels")) ?? "",
    labelFile: file instanceof File && file.size ? file : before.labelFile,
  };
}

/**
 * What is said of a file, with what a refusal tells of it: the sides of its input that it fixes, and a size that fits.
 *
 * @param {Told} told
 * @param {Problem} problem
 * @returns {Told}
 */
export function toldAfter(told, { fixed_size: fixed, suggested_size: suggested }) {
  if (!fixed) return told;
  const entered = told.size.split("x");
  const sides = fixed.map((side, i) => side ?? (entered[i] || (suggested?.[i] ?? "")));
  const isOpen = fixed.includes(null) && sides.some(Boolean);
  return { ...told, fixed, size: isOpen ? sides.join("x") : "" };
}

/**
 * The field in which something can be done about an option; null where the form has none.
 *
 * @param {string | undefined} option the API's name of it
 * @returns {HTMLElement | null}
 */
export function fieldOf(option) {
  const form = document.querySelector("#own-form");
  if (option === undefined || !(form instanceof HTMLFormElement)) return null;
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
 * Only a file that leaves its input's size open is asked about, and only for the open sides; else the size is shown where it is known.
 *
 * @param {Told} told
 * @param {string | null} known
 * @param {boolean} isAsked
 * @returns {HTMLElement[]}
 */
function sizeField({ size, fixed }, known, isAsked) {
  if (!isAsked && !size) return known === null ? [] : [h("p", { class: "own-row" }, h("span", {}, words.size), h("span", {}, words.fixedSize(known)))];
  const [height = "", width = ""] = size.split("x");
  const side = (/** @type {"height" | "width"} */ name, /** @type {string} */ label, /** @type {string} */ value, /** @type {boolean} */ isFixed) =>
    h("input", { type: "number", name, "aria-label": label, min: "1", max: "4096", required: true, readonly: isFixed, title: isFixed ? words.fixedSide[name] : "", value });
  const [isHigh, isWide] = [typeof fixed[0] === "number", typeof fixed[1] === "number"];
  const note = isHigh ? words.fixedSide.height : isWide ? words.fixedSide.width : "";
  return [
    h(
      "div",
      { class: "own-row", role: "group", "aria-label": words.size },
      h("span", {}, words.size),
      h("span", { class: "own-size" }, side("height", words.height, height, isHigh), " × ", side("width", words.width, width, isWide), ` ${words.pixels}`, note && h("span", { class: "quiet" }, ` (${note})`)),
    ),
  ];
}

/**
 * Inputs that are no photo, each with the number that it has.
 *
 * @param {Record<string, string>} told
 * @param {string[]} asked
 */
function constants(told, asked) {
  const names = [...new Set([...Object.keys(told), ...asked])];
  return names.map((name) =>
    row(words.constant(name), h("input", { name: `${INPUT}${name}`, value: told[name] ?? "", placeholder: "1", inputmode: "decimal", autocomplete: "off" })),
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
  return h("label", { class: "own-row" }, h("span", {}, text), field);
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
