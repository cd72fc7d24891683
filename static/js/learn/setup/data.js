/** What to learn from: the sets that are here, with a look at them, and ways to bring one's own. */

import { find, h, setAttribute } from "../../dom.js";
import { count, words as plain } from "../../format.js";
import { problemTitle } from "../../views/notice.js";
import { say } from "../../words/index.js";
import { sheetUrl } from "../api.js";
import { Bringer, filesOf } from "./bring.js";
import { Collector } from "./collect.js";

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").PictureSet} PictureSet
 */

const words = say.learn.setup.data;
const bringing = say.learn.setup.bring;
const CARD = 3; // pictures of each class on a card: as many classes show
const SHEET = 7; // pictures of each class below the cards
const PROBLEMS = 5; // that are listed of a set; the others are counted

export class DataPicker {
  #cards = h("div", { class: "sets", role: "radiogroup", "aria-label": words.choose });
  #chosen = h("div", { class: "set" });
  #news = h("div", { class: "news", "aria-live": "polite" });
  #zip = h("input", { type: "file", accept: ".zip,application/zip", hidden: true, on: { change: () => this.#take(this.#zip) } });
  #folder = h("input", { type: "file", webkitdirectory: true, multiple: true, hidden: true, on: { change: () => this.#take(this.#folder) } });

  /** @param {LearnStore} store */
  constructor(store) {
    this.store = store;
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
        h("p", { class: "quiet" }, words.hint),
        this.#zip,
        this.#folder,
      ),
      this.#news,
    );
    document.body.append(this.collector.element);
    store.watch(["datasets"], (state) => this.#list(state));
    store.watch(["datasets", "wish"], (state) => this.#show(state));
    this.#list(store.state);
    this.#show(store.state);
  }

  /** Let files be dropped anywhere on the page: a ZIP or a folder is a set, a picture is looked at with the network that learns. */
  listenForDrops() {
    const veil = h("div", { class: "drop", hidden: true, "aria-hidden": "true" }, words.drop);
    document.body.append(veil);
    let depth = 0; // the pointer enters and leaves every element on its way
    const show = (/** @type {number} */ change) => {
      depth = Math.max(0, depth + change);
      veil.hidden = depth === 0;
    };
    const ifFiles = (/** @type {number} */ change) => (/** @type {DragEvent} */ { dataTransfer }) => {
      if (dataTransfer?.types.includes("Files")) show(change);
    };
    addEventListener("dragenter", ifFiles(1));
    addEventListener("dragleave", ifFiles(-1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      show(-depth);
      if (event.dataTransfer) void this.#takeDropped(event.dataTransfer);
    });
  }

  /** @param {DataTransfer} data */
  async #takeDropped(data) {
    const files = await filesOf(data);
    const [first] = files;
    if (!first) return;
    const isPicture = files.length === 1 && first.type.startsWith("image/");
    if (isPicture) this.store.set({ picture: { blob: first, name: first.name } });
    else await this.bringer.bring(files);
  }

  /** @param {HTMLInputElement} input */
  #take(input) {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (files.length) void this.bringer.bring(files);
  }

  /** @param {Readonly<LearnState>} state */
  #list({ datasets }) {
    this.#cards.replaceChildren(
      ...datasets.map((set) =>
        h(
          "label",
          { class: "card" },
          h("input", { type: "radio", name: "set", value: set.id, on: { change: () => this.#choose(set.id) } }),
          h("img", { src: sheetUrl(set.id, CARD), alt: "", width: CARD * 32, height: CARD * 32 }),
          h("span", {}, set.name),
        ),
      ),
    );
  }

  /** @param {string} data */
  #choose(data) {
    const { wish } = this.store.state;
    this.store.set({ wish: { ...wish, data } });
  }

  /** @param {Readonly<LearnState>} state */
  #show({ datasets, wish }) {
    for (const radio of this.#cards.querySelectorAll("input")) radio.checked = radio.value === wish.data;
    const set = datasets.find(({ id }) => id === wish.data);
    if (!set || this.#chosen.dataset.set === set.id) return;
    this.#chosen.dataset.set = set.id;
    this.#chosen.replaceChildren(
      h("p", {}, set.text),
      sheetOf(set),
      problemsOf(set) ?? "",
      set.own ? h("button", { type: "button", class: "text", on: { click: () => void this.bringer.remove(set.id) } }, words.remove(set.name)) : "",
    );
  }

  /** @param {{ progress: import("./bring.js").Progress | null, problem: import("../../types.js").Problem | null }} news */
  #showNews({ progress, problem }) {
    if (problem) this.#news.replaceChildren(this.#complaint(problem));
    else if (progress) this.#showProgress(progress);
    else this.#news.replaceChildren();
    setAttribute(this.element, "aria-busy", progress && "true");
  }

  /** @param {import("./bring.js").Progress} progress */
  #showProgress({ text, fraction }) {
    if (!this.#news.querySelector("progress")) {
      const button = h("button", { type: "button", class: "text", on: { click: () => this.bringer.cancel() } }, say.cancel);
      this.#news.replaceChildren(h("div", { class: "progress" }, h("p", {}), h("progress", { max: 1, "aria-label": bringing.progress }), button));
    }
    find("p", HTMLElement, this.#news).textContent = text;
    setAttribute(find("progress", HTMLElement, this.#news), "value", fraction);
  }

  /** @param {import("../../types.js").Problem} problem */
  #complaint(problem) {
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      h("button", { type: "button", class: "text", on: { click } }, text);
    return h(
      "div",
      { class: "problem", role: "alert" },
      h("h3", {}, problemTitle(problem)),
      h("p", {}, problem.detail),
      h("p", { class: "quiet" }, bringing.form),
      h("p", { class: "ways-out" }, button(bringing.another, () => this.#zip.click()), button(words.folder, () => this.#folder.click()), button(say.problems.dismiss, () => this.bringer.dismiss())),
    );
  }
}

/**
 * A few pictures of every class, a row a class, named.
 *
 * @param {PictureSet} set
 */
function sheetOf({ id, name, classes }) {
  return h(
    "figure",
    { class: "sheet", tabindex: 0, "aria-label": words.sheet(name) },
    h("ol", { class: "class-names" }, ...classes.map((label) => h("li", { title: plain(label) }, plain(label)))),
    h("img", { src: sheetUrl(id, SHEET), alt: words.sheetAlt, width: SHEET * 32, height: classes.length * 32 }),
  );
}

/** @param {PictureSet} set */
function problemsOf({ problems }) {
  if (!problems.length) return null;
  const shown = problems.slice(0, PROBLEMS).map((problem) => h("li", {}, problem));
  const more = problems.length - shown.length;
  return h("details", { class: "left-out" }, h("summary", {}, words.leftOut(problems.length)), h("ul", {}, ...shown, more > 0 && h("li", {}, words.more(count(more)))));
}
