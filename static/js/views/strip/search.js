/**
 * All layers as a list, found by name or by what they do. What is found is lit in the strip at
 * once.
 */

import { announce, getElement, h, setAttribute } from "../../lib/dom.js";
import { large, shapeText } from "../../i18n/format.js";
import { findLayers } from "../../network/search.js";
import { look } from "../../network/view.js";
import { opTitle } from "../../model/layer-text.js";
import { t } from "../../i18n/index.js";
import { bringStageIntoSight } from "../shared/stage-in-sight.js";
import { blockName } from "./column.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("./index.js").Strip} Strip
 */

export function openSearch() {
  const dialog = getElement("#layers-dialog", HTMLDialogElement);
  if (!dialog.open) dialog.showModal();
  dialog.dispatchEvent(new Event("opened"));
}

/**
 * @param {App} app
 * @param {Strip} strip
 */
export function mountSearch(app, strip) {
  const search = new Search(app, strip);
  getElement("#position", HTMLElement).addEventListener("click", openSearch);
  app.shortcuts.register({ "/": openSearch });
  getElement("#layers-dialog", HTMLDialogElement).addEventListener("opened", () => search.open());
}

class Search {
  #dialog = getElement("#layers-dialog", HTMLDialogElement);
  #input = h("input", {
    type: "search", id: "layers-query", autocomplete: "off", spellcheck: "false", placeholder: t.strip.query,
    role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": "layers-list",
    "aria-labelledby": "layers-title",
  });
  #list = h("div", { id: "layers-list", class: "layers-list", role: "listbox", "aria-labelledby": "layers-title" });
  #count = h("p", { class: "muted", role: "status" });
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {import("../../state/types.js").Model | null} Whose layers the rows are. */
  #listed = null;
  /** @type {Layer[]} */
  #hits = [];
  #at = 0;

  /**
   * @param {App} app
   * @param {Strip} strip
   */
  constructor(app, strip) {
    this.app = app;
    this.strip = strip;
    this.#dialog.append(
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
      h("h2", { id: "layers-title" }, t.strip.find),
      this.#input,
      this.#count,
      this.#list,
    );
    this.#input.addEventListener("input", () => this.#search());
    this.#input.addEventListener("keydown", (event) => this.#press(event));
    this.#list.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest("[data-name]") : null;
      if (row instanceof HTMLElement) this.#go(row.dataset.name);
    });
    this.#dialog.addEventListener("close", () => look(app.store, { hits: [], hit: null }));
  }

  open() {
    const { model, layer } = this.app.store.state;
    if (!model) return;
    if (model !== this.#listed) this.#fill(model);
    const { bottom } = getElement("#strip", HTMLElement).getBoundingClientRect();
    this.#dialog.style.setProperty("--strip-end", `${Math.max(0, Math.round(bottom))}px`);
    this.#input.value = "";
    this.#search();
    this.#choose(Math.max(0, model.layers.findIndex(({ name }) => name === layer)));
    this.#input.focus();
  }

  /** @param {import("../../state/types.js").Model} model */
  #fill(model) {
    this.#listed = model;
    this.#rows = new Map(model.layers.map((layer, i) => [layer.name, rowOf(layer, i)]));
    const rows = [...this.#rows.values()];
    const { blocks } = this.strip;
    /** @type {HTMLElement[]} */
    const list = [];
    let at = 0;
    for (const block of blocks) {
      list.push(...rows.slice(at, block.start));
      const title = h("div", { class: "layers-block", "aria-hidden": "true" }, blockName(block));
      list.push(h("div", { role: "group", "aria-label": blockName(block) }, title, ...rows.slice(block.start, block.end)));
      at = block.end;
    }
    list.push(...rows.slice(at));
    this.#list.replaceChildren(...list);
  }

  #search() {
    const query = this.#input.value;
    const layers = this.#listed?.layers ?? [];
    this.#hits = findLayers(layers, query);
    const found = new Set(this.#hits.map(({ name }) => name));
    for (const [name, row] of this.#rows) row.hidden = !found.has(name);
    for (const group of this.#list.querySelectorAll("[role=group]")) {
      setAttribute(group, "hidden", !group.querySelector("[role=option]:not([hidden])"));
    }
    this.#count.textContent = query.trim() ? t.strip.found(this.#hits.length) : t.strip.all(layers.length);
    if (query.trim()) announce(t.strip.found(this.#hits.length));
    this.#choose(0);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (steps) this.#choose(Math.max(0, Math.min(this.#hits.length - 1, this.#at + steps)));
    else if (event.key === "Escape") this.#dialog.close(); // at once; by itself the field would only be emptied
    else if (event.key === "Enter") this.#go(this.#hits[this.#at]?.name);
    else return;
    event.preventDefault();
  }

  /** @param {number} at */
  #choose(at) {
    this.#at = at;
    const chosen = this.#hits[at]?.name ?? null;
    for (const row of this.#list.querySelectorAll("[aria-selected=true]")) row.setAttribute("aria-selected", "false");
    const row = this.#rows.get(chosen ?? "");
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    setAttribute(this.#input, "aria-activedescendant", row?.id);
    const hits = this.#input.value.trim() ? this.#hits.map(({ name }) => name) : [];
    look(this.app.store, { hits, hit: chosen });
  }

  /** @param {string | undefined} name */
  #go(name) {
    if (name === undefined) return;
    this.#dialog.close();
    this.app.navigation.goTo(name);
    bringStageIntoSight();
  }
}

/**
 * A layer with its key figures.
 *
 * @param {Layer} layer
 * @param {number} i
 */
function rowOf(layer, i) {
  const parameters = layer.parameters ? t.strip.parameters(large(layer.parameters)) : "";
  const figures = [shapeText(layer.shape), parameters].filter(Boolean).join(" · ");
  return h(
    "div",
    { id: `layers-row-${i}`, class: "layers-row", role: "option", "aria-selected": "false", data: { name: layer.name } },
    h("span", { class: "layers-name" }, layer.name),
    h("span", { class: "muted" }, opTitle(layer)),
    h("span", { class: "layers-figures quiet" }, figures),
  );
}
