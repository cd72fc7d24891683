/** Why a model was refused: what is wrong, where in its file, and what to do about it. */

import { h } from "../../lib/dom.js";
import { bytes, count } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { problemTitle } from "../shared/notice.js";
import { optionName } from "./form.js";

/** @typedef {import("../../state/types.js").Problem} Problem */

const words = t.own.problem;

/**
 * @param {Problem} problem
 * @returns {HTMLElement}
 */
export function complaint(problem) {
  const { type, op, node, supported, what, limit, actual } = problem;
  const figure = what?.includes("bytes") ? bytes : count;
  const wayOut = /** @type {Record<string, string>} */ (words.ways)[type.replace("/errors/", "")];
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("h3", {}, type === "/errors/invalid-request" && problem.field ? words.mismatch : problemTitle(problem)),
    h("p", {}, inWords(problem)),
    limit != null && actual != null && h("p", { class: "muted" }, t.problems.limit(figure(limit), figure(actual))),
    op && h("dl", { class: "facts" }, fact(words.op, op), node ? fact(words.node, node) : null),
    wayOut && h("p", {}, wayOut),
    supported?.length ? h("details", {}, h("summary", {}, words.supported(supported.length)), h("p", { class: "muted" }, supported.join(", "))) : null,
    h("p", { class: "muted" }, words.nothingLost),
  );
}

/**
 * The server's words, but for what a field of the form answers: that is asked for in the form's own
 * words. The operations that the server lists are folded away below.
 *
 * @param {Problem} problem
 */
function inWords({ type, detail, field, inputs, channels, fixed_size: fixed, supported }) {
  const others = (inputs ?? []).filter(({ photo }) => !photo).map(({ name }) => name);
  if (type === "/errors/model-option-needed" && others.length) return words.inputsNeeded(others);
  if (type === "/errors/model-option-needed" && channels) return words.channelsNeeded(channels);
  if (fixed) return words.sizeOf(...sides(fixed));
  if (field && detail.startsWith(`${field}: `)) return `${optionName(field)}: ${detail.slice(field.length + 2)}`;
  return supported?.length ? detail.replace(`; supported are ${supported.join(", ")}`, "") : detail;
}

/**
 * @param {(number | null)[]} fixed
 * @returns {[number | null, number | null]}
 */
function sides([height = null, width = null]) {
  return [height, width];
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, value)));
}
