/** What to learn from: the sets that are here, with a look at them, and ways to bring one's own. */

import { hasFiles, listenForDrops, readDropped } from "../../lib/data-transfer.js";
import { getElement, h, setAttribute } from "../../lib/dom.js";
import { words as plain } from "../../i18n/format.js";
import { problemDetail, problemTitle } from "../../views/shared/problem-text.js";
import { t } from "../../i18n/index.js";
import { nothingHeldOut, unevenness } from "../class-balance.js";
import { Bringer } from "./upload.js";
import { Collector } from "./collect.js";
import { SheetImages } from "./sheet-image.js";
import { isPicture } from "./sort-files.js";
import { withDataset } from "./suggested.js";
import { MOST } from "./zip.js";

/**
 * @typedef {import("../../lib/data-transfer.js").Dropped} Dropped
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").PictureSet} PictureSet
 */

const words = t.learn.setup.data;
const bringing = t.learn.setup.upload;
const CARD = 3; // pictures of each class on a card: as many classes show
const SHEET = 7; // pictures of each class below the cards

export class DataPicker {
  #cards = h("div", { class: "sets", role: "radiogroup", "aria-label": words.choose });
  #chosen = h("div", { class: "set" });
  /** @type {SheetImages} */
  #sheets;
  #news = h("div", { class: "news", "aria-live": "polite" });
  #zip = h("input", { type: "file", accept: ".zip,application/zip", hidden: true, on: { change: () => this.#take(this.#zip) } });
  #folder = h("input", { type: "file", webkitdirectory: true, multiple: true, hidden: true, on: { change: () => this.#take(this.#folder) } });

  /** @param {LearnStore} store */
  constructor(store) {
    this.store = store;
    this.#sheets = new SheetImages(store);
    this.bringer = new Bringer(store, (news) => this.#showNews(news));
    this.collector = new Collector((name, entries) => this.bringer.bringEntries(name, entries));
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      h("button", { type: "button", class: "text", on: { click } }, text);
    this.element = h(
      "div",
      { class: "data" },
      this.#cards,
      this.#chosen,
      h(
        "div",
        { class: "own" },
        h("h3", {}, words.own),
        h("p", { class: "ways" }, button(words.zip, () => this.#zip.click()), button(words.folder, () => this.#folder.click()), button(words.collect, () => this.collector.open())),
        h("p", { class: "muted" }, words.hint),
        this.#zip,
        this.#folder,
      ),
      this.#news,
    );
    document.body.append(this.collector.element);
    store.watch(["datasets"], (state) => this.#list(state));
    store.watch(["datasets", "config"], (state) => this.#show(state));
    this.#list(store.state);
    this.#show(store.state);
  }

  /**
   * Let files be dropped anywhere on the page, or pasted: a ZIP or a folder is a set, a picture is
   * looked at with the network that learns.
   */
  listenForDrops() {
    const veil = h("div", { class: "drop", hidden: true, "aria-hidden": "true" }, words.drop);
    document.body.append(veil);
    listenForDrops(veil, (data, target) => {
      if (hasFiles(data)) void this.#takeDropped(readDropped(data, MOST), target);
    });
  }

  /**
   * @param {Promise<Dropped[]>} reading
   * @param {EventTarget | null} target what they were dropped on
   */
  async #takeDropped(reading, target) {
    this.#showNews({ progress: { text: bringing.reading, fraction: null }, problem: null });
    const found = await reading;
    this.#showNews({ progress: null, problem: null });
    const [first] = found;
    if (this.collector.element.open) await this.collector.take(found, target);
    else if (found.length === 1 && first?.file && isLoosePicture(first.file, first.path)) this.#lookAt(first.file);
    else if (this.store.state.run?.lent) this.store.set({ problem: { type: "shared-only", status: 0, title: "", detail: t.sharing.lentRun } });
    else await this.bringer.bring(found);
  }

  /**
   * Show one picture to the network that learns; before there is one, say that it will be.
   *
   * @param {File} picture
   */
  #lookAt(picture) {
    this.store.set({ picture: { blob: picture, name: picture.name } });
    if (this.store.state.run) return;
    this.#news.replaceChildren(h("p", { class: "muted" }, words.later(picture.name)));
    bringIntoSight(this.#news);
  }

  /** @param {HTMLInputElement} input */
  #take(input) {
    const found = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    input.value = ""; // so that the same file can be chosen again
    if (found.length) void this.bringer.bring(found);
  }

  /** @param {Readonly<LearnState>} state */
  #list({ datasets }) {
    this.#cards.replaceChildren(
      ...datasets.map((set) =>
        h(
          "label",
          { class: "card" },
          h("input", { type: "radio", name: "set", value: set.id, on: { change: () => this.#choose(set.id) } }),
          this.#sheets.image(set.id, CARD, { alt: "", width: CARD * 32, height: CARD * 32 }),
          h("span", {}, set.name),
        ),
      ),
    );
  }

  /** @param {string} data */
  #choose(data) {
    const { state } = this.store;
    this.store.set({ config: withDataset(state, state.datasets.find(({ id }) => id === data)) });
  }

  /** @param {Readonly<LearnState>} state */
  #show({ datasets, config }) {
    for (const radio of this.#cards.querySelectorAll("input")) radio.checked = radio.value === config.dataset;
    const set = datasets.find(({ id }) => id === config.dataset);
    if (!set || this.#chosen.dataset.set === set.id) return;
    this.#chosen.dataset.set = set.id;
    this.#chosen.replaceChildren(
      h("p", {}, set.description),
      sheetOf(this.#sheets, set),
      ...set.notes.map((note) => h("p", { class: "set-note" }, note)),
      ...[nothingHeldOut(set.classes, set.pictures_per_class), unevenness(set.classes, set.pictures_per_class)].map((note) => note && h("p", { class: "set-note" }, note) || ""),
      problemsOf(set) ?? "",
      set.uploaded ? h("button", { type: "button", class: "text", on: { click: () => void this.bringer.remove(set.id) } }, words.remove(set.name)) : "",
    );
  }

  /**
   * @param {{ progress: import("./upload.js").Progress | null, problem:
   *   import("../../state/types.js").Problem | null }} news
   */
  #showNews({ progress, problem }) {
    const isDone = !problem && !progress && this.element.ariaBusy === "true";
    if (problem) this.#news.replaceChildren(this.#complaint(problem));
    else if (progress) this.#showProgress(progress);
    else this.#news.replaceChildren();
    setAttribute(this.element, "aria-busy", progress && "true");
    const chosen = isDone && this.#cards.querySelector("label:has(:checked)");
    if (problem || progress) bringIntoSight(this.#news);
    else if (chosen instanceof HTMLElement) bringIntoSight(chosen);
  }

  /** @param {import("./upload.js").Progress} progress */
  #showProgress({ text, fraction }) {
    if (!this.#news.querySelector("progress")) {
      const button = h("button", { type: "button", class: "text", on: { click: () => this.bringer.cancel() } }, t.cancel);
      this.#news.replaceChildren(h("div", { class: "progress" }, h("p", {}), h("progress", { max: 1, "aria-label": bringing.progress }), button));
    }
    getElement("p", HTMLElement, this.#news).textContent = text;
    setAttribute(getElement("progress", HTMLElement, this.#news), "value", fraction);
  }

  /** @param {import("../../state/types.js").Problem} problem */
  #complaint(problem) {
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      h("button", { type: "button", class: "text", on: { click } }, text);
    return h(
      "div",
      { class: "problem", role: "alert" },
      h("h3", {}, problemTitle(problem)),
      ...problemDetail(problem),
      h("p", { class: "muted" }, bringing.form),
      h("p", { class: "ways-out" }, button(bringing.another, () => this.#zip.click()), button(words.folder, () => this.#folder.click()), button(t.problems.dismiss, () => this.bringer.dismiss())),
    );
  }
}

/**
 * What a drop anywhere on the page led to is seen, though the part that tells it scrolls or is
 * folded.
 *
 * @param {HTMLElement} element
 */
function bringIntoSight(element) {
  const part = element.closest("details");
  if (part) part.open = true;
  element.scrollIntoView({ block: "nearest" });
}

/**
 * A few pictures of every class, a row a class, named.
 *
 * @param {SheetImages} sheets
 * @param {PictureSet} set
 */
function sheetOf(sheets, { id, name, classes, pictures_per_class: counts }) {
  return h(
    "figure",
    { class: "sheet", tabindex: 0, "aria-label": words.sheet(name) },
    h("ol", { class: "class-names" }, ...classes.map((label, i) => h("li", { title: words.classCount(plain(label, classes), counts[i] ?? 0) }, plain(label, classes)))),
    sheets.image(id, SHEET, { alt: words.sheetAlt, width: SHEET * 32, height: classes.length * 32 }),
  );
}

/** @param {PictureSet} set */
function problemsOf({ problems }) {
  if (!problems.length) return null;
  const list = h("ul", { tabindex: 0, "aria-label": words.leftOut(problems.length) }, ...problems.map((problem) => h("li", {}, problem)));
  return h("details", { class: "left-out" }, h("summary", {}, words.leftOut(problems.length)), list);
}

/** @param {File} file @param {string} path */
function isLoosePicture(file, path) {
  return !path.includes("/") && file.name.includes(".") && isPicture(file);
}
