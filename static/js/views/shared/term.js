/**
 * A term of the field with a dotted underline. Its sentence opens by hover, focus and touch, and
 * closes with Escape; a click, Enter or a second touch opens the glossary at it.
 */

import { h } from "../../lib/dom.js";
import { loadGlossary } from "../../i18n/glossary.js";
import { language } from "../../i18n/index.js";
import { openGlossary } from "./glossary.js";

const GAP = 4; // pixels between a term and its sentence, few enough for a pointer to cross
const EDGE = 8; // pixels between the sentence and the window's edge
const LINGER = 120; // milliseconds in which a pointer may go from the term to its sentence

const tip = h("div", { id: "term-tip", class: "term-tip", role: "tooltip", hidden: true });
/** @type {HTMLElement | null} The term whose sentence is shown. */
let shown = null;
let leaving = 0;

tip.addEventListener("pointerenter", () => clearTimeout(leaving));
tip.addEventListener("pointerleave", leave);
addEventListener("scroll", hide, { capture: true, passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shown) return;
  hide();
  event.stopPropagation(); // it closes the sentence and nothing else
}, { capture: true });

/**
 * @param {string} id of the glossary
 * @param {string} text
 */
export function term(id, text) {
  let wasOpen = false;
  let isAway = false; // in the glossary, from which the focus comes back
  const element = h("button", { type: "button", class: "term", data: { term: id } }, text);
  element.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && void show(element, id));
  element.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && leave());
  element.addEventListener("pointerdown", ({ pointerType }) => (wasOpen = pointerType === "mouse" || shown === element));
  element.addEventListener("focus", () => {
    if (!isAway) void show(element, id);
    isAway = false;
  });
  element.addEventListener("blur", hide);
  element.addEventListener("keydown", () => (wasOpen = true));
  element.addEventListener("click", () => {
    if (!wasOpen) return void show(element, id);
    hide();
    isAway = true;
    void openGlossary(id);
  });
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} id
 */
async function show(element, id) {
  clearTimeout(leaving);
  shown = element;
  const entry = (await loadGlossary()).find((one) => one.id === id);
  if (shown !== element || !entry) return;
  const own = language === "de" ? "de" : "en";
  tip.replaceChildren(entry.sentence[own], entry.symbol ? h("code", {}, entry.symbol) : "");
  (element.closest("main, aside, section, dialog") ?? document.body).append(tip); // within a landmark
  tip.hidden = false;
  element.setAttribute("aria-describedby", tip.id);
  place(element.getBoundingClientRect());
}

/** @param {DOMRect} at the term's */
function place(at) {
  const { width, height } = tip.getBoundingClientRect();
  const below = at.bottom + GAP + height + EDGE <= innerHeight;
  tip.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
  tip.style.top = `${Math.max(EDGE, below ? at.bottom + GAP : at.top - GAP - height)}px`;
}

function leave() {
  clearTimeout(leaving);
  leaving = window.setTimeout(hide, LINGER);
}

function hide() {
  clearTimeout(leaving);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  tip.hidden = true;
}
