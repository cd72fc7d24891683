/** A problem's title and explanation in the page's language. */

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
 * What to do in the page's language, if that is not English, and what the server says, in English.
 *
 * @param {Problem} problem
 * @returns {HTMLElement[]}
 */
export function problemDetail(problem) {
  const advice = wordsOf(t.problems.details, problem);
  if (!problem.type.startsWith("/errors/")) return [h("p", {}, problem.detail)];
  if (!advice) return [h("p", { lang: "en" }, problem.detail)];
  return [h("p", {}, advice), h("p", { lang: "en", class: "muted" }, problem.detail)];
}

/**
 * @param {Record<string, string>} words
 * @param {Problem} problem
 */
function wordsOf(words, { type }) {
  const slug = type.replace("/errors/", "");
  return Object.hasOwn(words, slug) ? words[slug] : undefined;
}
