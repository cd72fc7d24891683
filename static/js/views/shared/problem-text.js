/** A problem's title and explanation in the page's language. */

import { bytes, count } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { h } from "../../lib/dom.js";

/** @typedef {import("../../state/types.js").Problem} Problem */

/**
 * The title in the page's language, where the problem is one that the page knows.
 *
 * @param {Problem} problem
 */
export function problemTitle(problem) {
  return wordsOf(t.problems.titles, problem) ?? problem.title;
}

/**
 * What to do in the page's language, with the limit that was met. The server's own words are
 * English: on a page in another language, they are one click away.
 *
 * @param {Problem} problem
 * @returns {HTMLElement[]}
 */
export function problemDetail(problem) {
  const { detail, type, limit, actual, what } = problem;
  const advice = wordsOf(t.problems.details, problem)?.(problem);
  const figure = what?.includes("bytes") ? bytes : count;
  return [
    advice ? h("p", {}, advice) : h("p", { lang: type.startsWith("/errors/") ? "en" : null }, detail),
    ...(limit != null && actual != null ? [h("p", { class: "muted" }, t.problems.limit(figure(limit), figure(actual), unitOf(what)))] : []),
    ...(advice && detail ? [h("details", { class: "muted" }, h("summary", {}, t.problems.wording), h("p", { lang: "en" }, detail))] : []),
  ];
}

/**
 * The problem in one line, where there is no room for more.
 *
 * @param {Problem} problem
 */
export function problemLine(problem) {
  return `${problemTitle(problem)}. ${wordsOf(t.problems.details, problem)?.(problem) ?? problem.detail}`;
}

/** @param {string | null | undefined} what a limit counts */
function unitOf(what) {
  /** @type {Record<string, string>} */
  const units = t.problems.units;
  return what && Object.hasOwn(units, what) ? (units[what] ?? "") : "";
}

/**
 * @template W
 * @param {Record<string, W>} words
 * @param {Problem} problem
 */
function wordsOf(words, { type }) {
  const slug = type.replace("/errors/", "");
  return Object.hasOwn(words, slug) ? words[slug] : undefined;
}
