/** Earlier runs: a list of all that the server keeps, to be opened again or deleted. */

import { deleteTraining, fetchTrainings, shareTraining, unshareTraining } from "../../api/learning.js";
import { ProblemError } from "../../api/http.js";
import { count, large, moment, percent } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { announce, getElement, h } from "../../lib/dom.js";
import { deleteQuestion } from "../../views/shared/delete-question.js";
import { problemLine } from "../../views/shared/problem-text.js";
import { shareButton, shareLink } from "../../views/shared/share-link.js";

/**
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../../api/wire.js").ListedTraining} Listed
 * @typedef {import("../types.js").Problem} Problem
 */

const words = t.learn.run.runs;
const PRESSED = "a, button, input";
const ASK_EVERY = 2000; // milliseconds: as long as the list is open, runs go on and others delete theirs

/**
 * The button that opens the list.
 *
 * @param {LearnStore} store
 */
export function runsButton(store) {
  const list = new RunsList(store, getElement("#runs-dialog", HTMLDialogElement));
  return h("button", { type: "button", class: "text", id: "runs", on: { click: () => list.open() } }, words.title);
}

class RunsList {
  /** @type {Listed[] | null} null until the server has answered */
  #runs = null;
  /** @type {string | null} The run that may be deleted. */
  #asking = null;
  /** @type {Set<string>} The runs that are being deleted: the server ends their work first. */
  #deleting = new Set();
  #isPressed = false;
  /** @type {{ id: string, link: HTMLElement } | null} The run whose link is shown. */
  #sharing = null;
  /** @type {Problem | null} */
  #problem = null;
  #timer = 0;
  #body = h("div", { class: "runs" });
  #trouble = h("p", { role: "alert", hidden: true });

  /**
   * @param {LearnStore} store
   * @param {HTMLDialogElement} dialog
   */
  constructor(store, dialog) {
    this.store = store;
    this.dialog = dialog;
    dialog.append(
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
      h("h2", { id: "runs-title" }, words.title),
      this.#trouble,
      this.#body,
      h("p", {}, h("a", { href: "workspace" }, t.workspace.title)),
    );
    dialog.addEventListener("close", () => clearTimeout(this.#timer));
    // A button that is drawn anew while it is pressed is not clicked.
    this.#body.addEventListener("pointerdown", () => (this.#isPressed = true));
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => (this.#isPressed = false));
  }

  open() {
    this.#asking = this.#sharing = this.#problem = null;
    this.#show();
    this.dialog.showModal();
    void this.#follow();
  }

  async #follow() {
    clearTimeout(this.#timer);
    await this.#fetch();
    if (this.dialog.open) this.#timer = window.setTimeout(() => void this.#follow(), ASK_EVERY);
  }

  async #fetch() {
    try {
      const { trainings } = await fetchTrainings();
      if (this.#isPressed) return; // the next look is soon
      const isNews = JSON.stringify(trainings) !== JSON.stringify(this.#runs);
      if (this.#runs === null) this.#problem = null;
      this.#runs = trainings;
      if (isNews) this.#show();
    } catch (error) {
      this.#runs = null;
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!(error instanceof ProblemError)) throw error;
    this.#problem = error.problem;
    this.#show();
  }

  /** Draw the list anew; what has the focus keeps it. */
  #show() {
    const focused = this.#placeOf(document.activeElement);
    this.#trouble.hidden = this.#problem === null;
    if (this.#problem) this.#trouble.textContent = problemLine(this.#problem);
    if (this.#runs === null) this.#body.replaceChildren(h("p", { class: "muted" }, this.#problem ? "" : words.loading));
    else if (this.#runs.length) this.#body.replaceChildren(this.#table(this.#runs));
    else this.#body.replaceChildren(h("p", { class: "muted" }, words.none));
    if (focused) this.#focus(focused.run, focused.place);
  }

  /** @param {Listed[]} runs */
  #table(runs) {
    const heads = [words.name, words.begun, words.dataset, words.network, words.accuracy].map((title) => h("th", { scope: "col" }, title));
    return h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, ...heads, h("td", {}))),
      h("tbody", {}, ...runs.map((run) => this.#row(run))),
    );
  }

  /** @param {Listed} run */
  #row(run) {
    const { id, name, created, config, parameters, last_validation_accuracy: accuracy, status, epoch, epochs } = run;
    const isShown = this.store.state.run?.id === id;
    const link = h("a", { href: `learn?run=${encodeURIComponent(id)}`, "aria-current": isShown && "true" }, name);
    const about = h("small", { class: "muted" }, `${t.learn.run.controls.status[status]} · ${t.learn.run.controls.epoch(count(epoch), count(epochs))}`);
    const dataset = this.store.state.datasets.find((one) => one.id === config.dataset)?.name ?? words.datasetGone;
    return h(
      "tr",
      { data: { run: id } },
      h("th", { scope: "row" }, link, h("br"), about),
      h("td", {}, moment(Date.parse(created) / 1000)),
      h("td", {}, dataset),
      h("td", {}, words.parameters(large(parameters))),
      h("td", {}, accuracy === null ? "–" : percent(accuracy)),
      h("td", {}, this.#waysOf(run, isShown)),
    );
  }

  /**
   * @param {Listed} run
   * @param {boolean} isShown
   */
  #waysOf(run, isShown) {
    if (this.#deleting.has(run.id)) return h("span", { class: "muted" }, t.deletion.going);
    if (this.#asking === run.id) return this.#question(run);
    return this.#sharing?.id === run.id ? this.#sharing.link : this.#offer(run, isShown);
  }

  /**
   * @param {Listed} run
   * @param {boolean} isShown
   */
  #offer(run, isShown) {
    const { id, name, share } = run;
    return h(
      "span",
      { class: "ways-out" },
      isShown && h("span", {}, words.shown),
      shareButton(name, share !== null, () => void this.#share(run)),
      !isShown && h("button", { type: "button", class: "text", "aria-label": t.models.removeNamed(name), on: { click: () => this.#ask(id) } }, t.models.remove),
    );
  }

  /** @param {Listed} run */
  async #share({ id, name }) {
    const close = () => {
      this.#sharing = null;
      this.#show();
      this.#focus(id, 1);
    };
    try {
      const { id: share } = await shareTraining(id);
      const address = new URL(`learn?run=${encodeURIComponent(share)}`, document.baseURI).href;
      this.#asking = this.#problem = null;
      this.#sharing = { id, link: shareLink(name, address, () => void this.#unshare(id, name, close), close) };
      await this.#fetch();
      this.#show();
      this.#sharing.link.querySelector("input")?.focus();
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * @param {string} id
   * @param {string} name
   * @param {() => void} close
   */
  async #unshare(id, name, close) {
    try {
      await unshareTraining(id);
      announce(t.sharing.stopped(name));
      await this.#fetch();
      close();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {Listed} run */
  #question({ id, name }) {
    return deleteQuestion(name, t.models.networks.sureTraining, () => void this.#delete(id, name), () => {
      this.#asking = null;
      this.#show();
      this.#focus(id, 2);
    });
  }

  /** @param {string} id */
  #ask(id) {
    this.#asking = id;
    this.#sharing = this.#problem = null;
    this.#show();
    getElement(".asking .keep", HTMLElement, this.#body).focus();
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  async #delete(id, name) {
    const rows = [...this.#body.querySelectorAll("tr[data-run]")];
    const next = rows[rows.findIndex((row) => row instanceof HTMLElement && row.dataset.run === id) + 1];
    this.#asking = null;
    this.#deleting.add(id);
    this.#show();
    this.#focus(id, 0);
    announce(t.deletion.going);
    try {
      await deleteTraining(id);
      announce(t.deletion.done(name));
      this.#deleting.delete(id);
    } catch (error) {
      this.#deleting.delete(id);
      this.#fail(error);
    }
    const hasFocus = this.#placeOf(document.activeElement)?.run === id; // the reader may have gone on meanwhile
    await this.#fetch();
    if (hasFocus) this.#focus(next instanceof HTMLElement ? next.dataset.run ?? "" : this.#runs?.at(-1)?.id ?? "", 0);
  }

  /**
   * The run and the place in its row of what has the focus, so that it can have it again.
   *
   * @param {Element | null} element
   */
  #placeOf(element) {
    const row = element?.closest("tr[data-run]");
    if (!element || !(row instanceof HTMLElement) || !this.#body.contains(row)) return null;
    return { run: row.dataset.run ?? "", place: [...row.querySelectorAll(PRESSED)].indexOf(element) };
  }

  /**
   * @param {string} run
   * @param {number} place among what can be pressed in its row
   */
  #focus(run, place) {
    const row = [...this.#body.querySelectorAll("tr[data-run]")].find((one) => one instanceof HTMLElement && one.dataset.run === run);
    const element = row?.querySelectorAll(PRESSED)[place] ?? this.dialog.querySelector(".close");
    if (element instanceof HTMLElement) element.focus();
  }
}
