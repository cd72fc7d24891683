/** The list of all networks: searched, opened, renamed, deleted. */

import { announce, h } from "../../lib/dom.js";
import { bytes, large, moment } from "../../i18n/format.js";
import { networkName } from "../../model/network-names.js";
import { originalOf } from "../../state/compared-analyses.js";
import { t } from "../../i18n/index.js";
import { deleteQuestion } from "../shared/delete-question.js";
import { problemDetail, problemTitle } from "../shared/problem-text.js";
import { shareButton, shareLink } from "../shared/share-link.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").ModelSummary} ModelSummary
 * @typedef {import("../../state/types.js").Problem} Problem
 *
 * @typedef {{ change: (model: ModelSummary) => void, forget: (id: string) => void }} Ways What the
 *   dialog does beside the list: say something else of a file; take note that a network is gone.
 *
 * @typedef {"rename" | "delete" | "share"} Doing
 */

const words = t.models.networks;
const FIXED = new Set(["shipped", "folder"]); // what this server may not change

export class NetworkList {
  /**
   * The row that asks something.
   *
   * @type {{ id: string, doing: Doing, link?: HTMLElement } | null}
   */
  #asking = null;
  /** @type {Problem | null} */
  #problem = null;
  #rows = h("ul", {});
  #trouble = h("div", { class: "problem", role: "alert", hidden: true });
  #search = h("input", { type: "search", id: "networks-search", placeholder: words.search, "aria-label": words.search, autocomplete: "off" });

  /**
   * @param {App} app
   * @param {Ways} ways
   */
  constructor(app, ways) {
    this.app = app;
    this.ways = ways;
    this.#search.addEventListener("input", () => this.#show());
    this.element = h("section", { class: "models-list", "aria-labelledby": "networks-title" }, h("h3", { id: "networks-title" }, words.title), this.#search, this.#trouble, this.#rows, h("p", {}, h("a", { href: "workspace" }, t.workspace.title)));
    app.store.watch(["models", "model"], () => this.#show());
  }

  /** All networks, and no question. */
  reset() {
    this.#search.value = "";
    this.#asking = null;
    this.#problem = null;
    this.#show();
  }

  #show() {
    const { models } = this.app.store.state;
    const wanted = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = inOrder(models).filter((model) => wanted.every((word) => textOf(model, models).includes(word)));
    this.#rows.replaceChildren(...found.map((model) => this.#row(model)), ...(found.length ? [] : [h("li", { class: "muted" }, words.none)]));
    this.#trouble.hidden = this.#problem === null;
    if (this.#problem) this.#trouble.replaceChildren(h("b", {}, problemTitle(this.#problem)), ...problemDetail(this.#problem));
  }

  /** @param {ModelSummary} model */
  #row(model) {
    const { models } = this.app.store.state;
    const name = networkName(model, models);
    const doing = this.#asking?.id === model.id ? this.#asking.doing : null;
    return h(
      "li",
      { data: { model: model.id } },
      doing === "rename" ? this.#renaming(model) : h("b", {}, name),
      doing === "delete" ? this.#deleting(model, name) : doing === "share" ? this.#asking?.link : doing === null ? this.#actions(model, name) : null,
      h("span", { class: "muted" }, factsOf(model)),
    );
  }

  /**
   * @param {ModelSummary} model
   * @param {string} name
   */
  #actions(model, name) {
    const { id, origin } = model;
    const isShown = originalOf(this.app.store.state).model?.id === id;
    const open = () => {
      this.element.closest("dialog")?.close();
      void this.app.photoController.changeModel(id);
    };
    const hasFile = this.app.modelsController.importedFileOf(id) !== null;
    return h(
      "span",
      { class: "ways-out" },
      isShown ? h("span", { class: "muted" }, t.models.shown) : button(t.models.open, t.models.openNamed(name), open),
      hasFile && button(t.models.change, t.models.changeNamed(name), () => this.ways.change(model)),
      !FIXED.has(origin) && shareButton(name, model.share !== null, () => void this.#share(model, name)),
      !FIXED.has(origin) && button(words.rename, words.renameNamed(name), () => this.#ask(id, "rename")),
      !FIXED.has(origin) && button(t.models.remove, t.models.removeNamed(name), () => this.#ask(id, "delete")),
    );
  }

  /** @param {ModelSummary} model */
  #renaming({ id, title }) {
    const field = h("input", { type: "text", name: "title", value: title, maxlength: 200, required: true, "aria-label": words.newName(title) });
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      void this.#finish(id, () => this.app.modelsController.rename(id, field.value), words.renamed(field.value));
    };
    return h(
      "form",
      { class: "renaming", on: { submit, keydown: (/** @type {KeyboardEvent} */ event) => this.#escape(event, id) } },
      field,
      h("button", { type: "submit", class: "text" }, words.save),
      button(t.cancel, t.cancel, () => this.#ask(id, null)),
    );
  }

  /**
   * @param {ModelSummary} model
   * @param {string} name
   */
  #deleting({ id, training }, name) {
    const remove = async () => {
      await this.#finish(id, () => this.app.modelsController.remove(id), t.deletion.done(name));
      if (!this.#problem) this.ways.forget(id);
    };
    return deleteQuestion(name, training ? words.sureTraining : words.sure, () => void remove(), () => this.#ask(id, null));
  }

  /**
   * @param {ModelSummary} model
   * @param {string} name
   */
  async #share({ id }, name) {
    const { problem, share } = await this.app.modelsController.share(id);
    if (problem) {
      this.#problem = problem;
      this.#show();
      return;
    }
    const address = new URL(`./?model=${encodeURIComponent(share)}`, document.baseURI).href;
    const stop = () => void this.#finish(id, () => this.app.modelsController.unshare(id), t.sharing.stopped(name));
    this.#ask(id, "share", shareLink(name, address, stop, () => this.#ask(id, null)));
  }

  /**
   * Let a row ask for a name or a yes, or stop asking.
   *
   * @param {string} id
   * @param {Doing | null} doing
   * @param {HTMLElement} [link] what is shown of a shared one
   */
  #ask(id, doing, link) {
    this.#asking = doing && { id, doing, link };
    this.#problem = null;
    this.#show();
    const row = this.#rowOf(id);
    const next = row?.querySelector(doing === "rename" || doing === "share" ? "input" : doing === "delete" ? ".asking .keep" : "button");
    if (next instanceof HTMLElement) next.focus();
    if (next instanceof HTMLInputElement) next.select();
  }

  /**
   * Escape leaves the question, not the dialog.
   *
   * @param {KeyboardEvent} event
   * @param {string} id
   */
  #escape(event, id) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#ask(id, null);
  }

  /**
   * @param {string} id
   * @param {() => Promise<Problem | null>} work
   * @param {string} told once it is done
   */
  async #finish(id, work, told) {
    this.#problem = await work();
    this.#asking = null;
    this.#show();
    if (this.#problem) return;
    announce(told);
    const next = this.#rowOf(id)?.querySelector("button") ?? this.#search;
    next.focus();
  }

  /** @param {string} id */
  #rowOf(id) {
    return [...this.#rows.children].find((row) => row instanceof HTMLElement && row.dataset.model === id);
  }
}

/**
 * @param {string} text
 * @param {string} name
 * @param {() => void} click
 */
function button(text, name, click) {
  return h("button", { type: "button", class: "text", "aria-label": name, on: { click } }, text);
}

/**
 * The newest first, then what has no date: it was always there.
 *
 * @param {readonly ModelSummary[]} models
 */
function inOrder(models) {
  return [...models].sort((a, b) => (b.created ?? 0) - (a.created ?? 0));
}

/** @param {ModelSummary} model */
function factsOf(model) {
  const { parameters, size, input_size: [, height = 0, width = 0], expires_in: left } = model;
  const kept = left === null ? "" : words.kept(Math.round(left / 3600));
  return [originOf(model), words.input(height, width), words.parameters(large(parameters), bytes(size)), kept].filter(Boolean).join(" · ");
}

/** @param {ModelSummary} model */
function originOf({ origin, created, dataset }) {
  const at = created === null ? "" : moment(created);
  return origin === "trained" ? words.trained(dataset, at) : words.origins[origin](at);
}

/**
 * What a search goes through.
 *
 * @param {ModelSummary} model
 * @param {readonly ModelSummary[]} models
 */
function textOf(model, models) {
  return `${networkName(model, models)} ${model.summary} ${factsOf(model)} ${model.id}`.toLowerCase();
}
