/**
 * The weights that an ONNX file keeps in other files: which ones are here, and which are missing.
 */

import { h } from "../../lib/dom.js";
import { bytes } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/models-controller.js").DataFile} DataFile
 * @typedef {import("../../state/types.js").Problem} Problem
 */

const words = t.models.data;

/**
 * The names of the files that the server misses.
 *
 * @param {Problem | null} problem
 * @returns {readonly string[]}
 */
export function missingOf(problem) {
  return problem?.missing ?? [];
}

/**
 * Files added to those that are here; one of the same name takes the other's place. Where one is
 * missing and one is given, it is sent under the name that the network has for it: browsers rename
 * what they download twice.
 *
 * @param {readonly DataFile[]} data
 * @param {readonly File[]} files
 * @param {Problem | null} problem
 * @returns {DataFile[]}
 */
export function withData(data, files, problem) {
  const [asked, ...others] = missingOf(problem);
  const isOne = asked !== undefined && !others.length && files.length === 1;
  const added = files.map((file) => ({ file, name: isOne ? asked : file.name }));
  return [...data.filter(({ name }) => !added.some((one) => one.name === name)), ...added];
}

/**
 * @param {readonly DataFile[]} data
 * @param {(at: number) => void} remove
 * @returns {HTMLElement}
 */
export function dataList(data, remove) {
  const one = (/** @type {DataFile} */ { file, name }, /** @type {number} */ at) =>
    h(
      "li",
      { class: "models-file" },
      h("span", {}, name),
      h("span", { class: "muted" }, name === file.name ? bytes(file.size) : words.called(file.name, bytes(file.size))),
      h("button", { type: "button", class: "text", "aria-label": words.removeNamed(name), on: { click: () => remove(at) } }, words.remove),
    );
  return h("ul", { class: "models-data", "aria-label": words.list }, ...data.map(one));
}
