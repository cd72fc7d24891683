/**
 * The glossary as a panel: every term with its sentence, its symbol, the field's own word where the
 * page speaks another language than English, and where to see it.
 */

import { h } from "../../lib/dom.js";
import { loadGlossary } from "../../i18n/glossary.js";
import { language, t } from "../../i18n/index.js";

/** @typedef {import("../../i18n/glossary.js").Entry} Entry */

const words = t.glossary;
/** @type {"en" | "de"} */
const own = language === "de" ? "de" : "en";
/** What of the address says which photo is shown. */
const PHOTO = ["photo", "analysis", "crop"];

/**
 * Open the panel, at a term if one is named.
 *
 * @param {string} [id]
 */
export async function openGlossary(id) {
  const dialog = document.querySelector("#glossary-dialog") ?? build(await loadGlossary());
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (!dialog.open) dialog.showModal();
  const entry = id && dialog.querySelector(`#term-${id}`);
  if (entry instanceof HTMLElement) {
    entry.scrollIntoView({ block: "center" });
    entry.focus({ preventScroll: true });
  }
}

/** @param {Entry[]} entries */
function build(entries) {
  const sorted = [...entries].sort((a, b) => a.term[own].localeCompare(b.term[own], own));
  const rows = sorted.map((entry) => ({ entry, element: row(entry) }));
  const none = h("p", { class: "muted", hidden: true }, words.none);
  const search = h("input", { type: "search", id: "glossary-search", autocomplete: "off", "aria-label": words.search, placeholder: words.search });
  search.addEventListener("input", () => {
    const asked = search.value.trim().toLocaleLowerCase(own);
    for (const { entry, element } of rows) element.hidden = !textOf(entry).includes(asked);
    none.hidden = rows.some(({ element }) => !element.hidden);
  });
  const dialog = h(
    "dialog",
    { id: "glossary-dialog", class: "glossary", "aria-labelledby": "glossary-title" },
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "glossary-title" }, words.title),
    search,
    h("ul", {}, ...rows.map(({ element }) => element)),
    none,
  );
  document.body.append(dialog);
  return dialog;
}

/** @param {Entry} entry */
function row({ id, term, sentence, symbol, see }) {
  return h(
    "li",
    { id: `term-${id}`, tabindex: -1 },
    h(
      "div",
      { class: "glossary-head" },
      h("b", {}, term[own]),
      symbol && h("code", {}, symbol),
      term.en !== term[own] && h("span", { class: "muted", lang: "en" }, term.en),
      see && h("a", { href: addressOf(see), "aria-label": words.seeTerm(term[own]) }, words.see),
    ),
    h("p", {}, sentence[own]),
  );
}

/**
 * The address of a place on the page, with the photo that is shown now.
 *
 * @param {string} see as in `./?layer=conv1_1#stage`
 */
function addressOf(see) {
  const url = new URL(see, document.baseURI);
  if (url.pathname !== location.pathname) return url.href;
  const now = new URLSearchParams(location.search);
  if (!url.searchParams.has("model")) url.searchParams.set("model", "everyday");
  const same = now.get("model") === url.searchParams.get("model"); // an analysis and its crop are one network's
  for (const name of same ? PHOTO : PHOTO.slice(0, 1)) {
    const value = now.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}

/** @param {Entry} entry */
function textOf({ term, sentence, symbol }) {
  return [term.en, term.de, sentence[own], symbol].join("\n").toLocaleLowerCase(own);
}
