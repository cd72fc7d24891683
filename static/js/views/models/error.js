/** Why a model was refused: what is wrong, where in its file, and what to do about it. */

import { h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";
import { problemDetail, problemTitle } from "../shared/problem-text.js";
import { optionName } from "./form.js";

/** @typedef {import("../../state/types.js").Problem} Problem */

const words = t.models.problem;

/**
 * @param {Problem} problem
 * @returns {HTMLElement}
 */
export function complaint(problem) {
  const { type, op, node, supported } = problem;
  const wayOut = /** @type {Record<string, string>} */ (words.remedies)[type.replace("/errors/", "")];
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("h3", {}, type === "/errors/invalid-request" && problem.field ? words.mismatch : problemTitle(problem)),
    ...explanation(problem),
    op && h("dl", { class: "facts" }, fact(words.op, op), node ? fact(words.node, node) : null),
    wayOut && h("p", {}, wayOut),
    supported?.length ? h("details", {}, h("summary", {}, words.supported(supported.length)), h("p", { class: "muted" }, supported.join(", "))) : null,
    h("p", { class: "muted" }, words.nothingLost),
  );
}

/**
 * The form's own words where one of its fields is the answer, else the server's. The operations
 * that the server lists are collapsed below.
 *
 * @param {Problem} problem
 */
function explanation(problem) {
  const asked = askedByForm(problem);
  if (asked) return [h("p", {}, asked)];
  const { detail, supported } = problem;
  const list = `; supported are ${supported?.join(", ")}`;
  return problemDetail({ ...problem, detail: supported?.length ? detail.replace(list, "") : detail });
}

/** @param {Problem} problem */
function askedByForm({ type, detail, field, inputs, channels, fixed_size: fixed }) {
  const others = (inputs ?? []).filter(({ photo }) => !photo).map(({ name }) => name);
  if (type === "/errors/model-option-needed" && others.length) return words.inputsNeeded(others);
  if (type === "/errors/model-option-needed" && channels) return words.channelsNeeded(channels);
  if (fixed) return words.sizeOf(...sides(fixed));
  if (field && detail.startsWith(`${field}: `)) return `${optionName(field)}: ${detail.slice(field.length + 2)}`;
  return null;
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
