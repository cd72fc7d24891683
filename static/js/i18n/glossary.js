/**
 * The glossary: static/glossary.json, of which docs/glossary.md is made too. Fetched when somebody
 * asks for a term.
 */

/**
 * @typedef {{ en: string, de: string }} InEach
 * @typedef {{ id: string, term: InEach, sentence: InEach, symbol?: string, see?: string }} Entry
 *   `see` is an address of the page
 */

/** @type {Promise<Entry[]> | null} */
let entries = null;

/** @returns {Promise<Entry[]>} in the order of their English terms */
export function loadGlossary() {
  entries ??= fetch("static/glossary.json").then((answer) => answer.json());
  return entries;
}
