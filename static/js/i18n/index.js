/**
 * Which language the page speaks, and its words. Decided once, when the page is loaded; only that
 * language is fetched.
 *
 * @typedef {import("./en/index.js").Translation} Translation
 */

import { storage } from "../lib/storage.js";

/** @type {Record<string, { name: string, load: () => Promise<{ t: Translation }> }>} */
const LANGUAGES = {
  en: { name: "English", load: () => import("./en/index.js") },
  de: { name: "Deutsch", load: () => import("./de/index.js") },
};

/** The languages there are, by their own names. */
export const languages = Object.entries(LANGUAGES).map(([code, { name }]) => ({ code, name }));

const asked = new URLSearchParams(location.search).get("lang");

/**
 * What the page speaks: what the address asks for, what was chosen before, what the browser
 * prefers, or else English.
 */
export const language = choose([asked, storage.get("lang"), ...navigator.languages]);

/** The reader's own kind of that language, as in `en-GB`: it decides how dates are written. */
export const locale = navigator.languages.find((tag) => codeOf(tag) === language) ?? language;

document.documentElement.lang = language;
if (asked) storage.set("lang", language); // the page's own addresses leave the language to who opens them

/** The words of the page. */
export const { t } = await load();

/**
 * Speak another language from now on. All of the page's state is in its address, so that nothing is
 * lost by loading it anew.
 *
 * @param {string} code
 */
export function chooseLanguage(code) {
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  if (!storage.set("lang", code)) query.set("lang", code); // then only the address can say so
  if (query.toString() === new URLSearchParams(location.search).toString()) location.reload();
  else location.search = query.toString();
}

/**
 * @param {(string | null)[]} preferred best first, as in `de` or `de-AT`
 * @returns {string}
 */
function choose(preferred) {
  const codes = preferred.map(codeOf);
  return codes.find((code) => Object.hasOwn(LANGUAGES, code)) ?? "en";
}

/** @param {string | null} tag as in `de-AT` */
function codeOf(tag) {
  return tag?.split("-")[0]?.toLowerCase() ?? "";
}

/** @returns {Promise<{ t: Translation }>} */
function load() {
  return (LANGUAGES[language] ?? { load: () => import("./en/index.js") }).load();
}
