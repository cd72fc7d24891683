/** Why a model was refused: what is wrong, where in its file, and what to do about it. */

import { h } from "../../lib/dom.js";
import { bytes, count } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { problemTitle } from "../shared/notice.js";

const words = say.own.problem;

/**
 * @param {import("../../state/types.js").Problem} problem
 * @returns {HTMLElement}
 */
export function complaint(problem) {
  const { type, detail, op, node, supported, what, limit, actual } = problem;
  const figure = what?.includes("bytes") ? bytes : count;
  const wayOut = /** @type {Record<string, string>} */ (words.ways)[type.replace("/errors/", "")];
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("h3", {}, problemTitle(problem)),
    h("p", {}, withoutList(detail, supported)),
    limit !== undefined && actual !== undefined && limit !== null && h("p", { class: "quiet" }, say.problems.limit(figure(limit), figure(actual))),
    op && h("dl", { class: "facts" }, fact(words.op, op), node ? fact(words.node, node) : null),
    wayOut && h("p", {}, wayOut),
    supported?.length ? h("details", {}, h("summary", {}, words.supported(supported.length)), h("p", { class: "quiet" }, supported.join(", "))) : null,
    h("p", { class: "quiet" }, words.nothingLost),
  );
}

/**
 * The server's words. The operations that it lists in them are folded away below.
 *
 * @param {string} detail
 * @param {string[] | undefined} supported
 */
function withoutList(detail, supported) {
  return supported?.length ? detail.replace(`; supported are ${supported.join(", ")}`, "") : detail;
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, value)));
}
