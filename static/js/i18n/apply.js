/** Puts the words of the page where the template only says which ones belong there. */

import { chooseLanguage, language, languages, t } from "./index.js";

/** Attributes of the template, and what the words they name are put into. */
const PLACES = /** @type {const} */ ([
  ["data-i18n", (/** @type {Element} */ element, /** @type {string} */ words) => (element.textContent = words)],
  ["data-i18n-label", (/** @type {Element} */ element, /** @type {string} */ words) => element.setAttribute("aria-label", words)],
  ["data-i18n-title", (/** @type {Element} */ element, /** @type {string} */ words) => element.setAttribute("title", words)],
]);

/** Give every element of the template its words. */
export function translatePage() {
  for (const [attribute, put] of PLACES) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) put(element, wordsAt(element.getAttribute(attribute) ?? ""));
  }
}

/**
 * A choice of languages, each by its own name.
 *
 * @param {string} id
 */
export function languageChoice(id) {
  const choice = document.createElement("select");
  choice.id = id;
  choice.setAttribute("aria-label", t.language);
  for (const { code, name } of languages) {
    const option = new Option(name, code, false, code === language);
    option.lang = code;
    choice.append(option);
  }
  choice.addEventListener("change", () => chooseLanguage(choice.value));
  return choice;
}

/**
 * @param {string} path as in `photo.title`
 * @returns {string}
 */
function wordsAt(path) {
  /** @type {any} */
  let words = t;
  for (const name of path.split(".")) words = words?.[name];
  if (typeof words === "string") return words;
  throw new Error(`There are no words for ${path}.`);
}
