/**
 * The article below the page: how a network sees and how it learns, told on the photo and the
 * network that are shown.
 */

import { isAbort, ProblemError } from "../api/http.js";
import { getElement, h, prefersReducedMotion } from "../lib/dom.js";
import { words } from "../i18n/format.js";
import { hasMaps, mapName } from "../model/graph.js";
import { t } from "../i18n/index.js";
import { chapterAbout, chaptersOf, LEARNING } from "./chapters.js";
import { Exam } from "./exam.js";
import { FIGURES } from "./figures.js";
import { LEARNING_FIGURES } from "./learning-figures.js";
import { prose } from "./parts.js";
import { problemTitle } from "../views/shared/problem-text.js";

/**
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("./chapters.js").ChapterName} ChapterName
 *
 * @typedef {object} Shown What a figure is about, and how to see it on the stage.
 * @property {ChapterName} name
 * @property {Layer} layer
 * @property {Place | null} place the number that it shows, once it is drawn
 * @property {HTMLElement} show
 *
 * @typedef {{ name: import("./chapters.js").LearningName, link: HTMLAnchorElement,
 *   turn: number }} Learned A figure of the second part, the way to the step inspector, and how
 *   often the figure has been asked for anew: what was asked for before is not shown any more.
 */

const NEAR = "50% 0px"; // pictures are fetched when they are half a screen away
const SHIFT = 2; // pixels

/** @param {App} app */
export function mountArticle(app) {
  const article = new Article(app);
  app.store.watch(["model"], () => article.write());
  app.store.watch(["analysis"], () => article.follow());
  app.store.watch(["analysis", "theme", "inputImage"], () => article.redraw());
  app.store.watch(["difference"], () => article.bringChart());
  app.shortcuts.pauseWhile(isReading);
  getElement("#cue", HTMLElement).addEventListener("click", () => goTo("article-title"));
}

/**
 * A way to the paragraph about a kind of layer; null where the article has none.
 *
 * @param {string} op
 * @returns {HTMLElement | null}
 */
export function moreAbout(op) {
  const chapter = chapterAbout(op);
  const go = () => goTo(`article-${chapter}`);
  return chapter && h("button", { type: "button", class: "text more-about", on: { click: go } }, t.article.more);
}

/**
 * Whether the reader has scrolled from the app to the article, where keys are the browser's own.
 */
function isReading() {
  return getElement("#article", HTMLElement).getBoundingClientRect().top < innerHeight / 2;
}

class Article {
  #root = getElement("#article", HTMLElement);
  #abort = new AbortController();
  /** @type {Map<Element, Shown>} */
  #figures = new Map();
  /** @type {Map<Element, Learned>} */
  #learned = new Map();
  #exam;
  #label = h("select", { id: "article-label" });
  /** A chapter that the page's address asks for; it can be gone to once it is there. */
  #asked = location.hash.slice(1);
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: NEAR });

  /** Whether the reader asked for a shift whose chart is still to come. */
  #awaitsChart = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#exam = new Exam(app);
    this.#label.addEventListener("change", () => {
      this.#exam.label = this.#label.value;
      this.#exam.steps = 1;
      this.#again(...this.#learned.keys());
    });
  }

  /** Another photo is another exam. */
  follow() {
    this.#exam.follow();
    this.#label.value = this.#exam.label;
  }

  /** The chart of a shift is further down its panel than can be seen. */
  bringChart() {
    const { difference } = this.app.store.state;
    if (!this.#awaitsChart || !difference) return;
    this.#awaitsChart = false;
    const chart = chartOf();
    chart.scrollIntoView({ block: "start", behavior: "instant" });
    comeBackTo(chart, "instant"); // its panel has scrolled; where the page fits the screen, the page has not
  }

  /** Put up the text for this network; the pictures come when they are nearly in sight. */
  write() {
    const { model } = this.app.store.state;
    if (!model) return;
    this.#figures.clear();
    this.#learned.clear();
    const chapters = chaptersOf(model).map(({ name, layer }) => {
      const figure = h("figure", { class: `article-figure article-${name}` });
      const show = h("button", { type: "button", class: "text article-show", on: { click: () => this.#show(shown) } }, t.article.show(layer.name));
      /** @type {Shown} */
      const shown = { name, layer, place: null, show };
      this.#figures.set(figure, shown);
      return this.#section(name, t.article.chapters[name], figure, show, name === "summariser" && this.#shift(layer));
    });
    this.#root.replaceChildren(
      h("h2", { id: "article-title", tabindex: "-1" }, t.article.title),
      h("p", { class: "article-lead" }, t.article.lead),
      ...chapters,
      ...this.#learning(model),
    );
    this.follow();
    this.redraw();
    if (document.getElementById(this.#asked) && this.#asked.startsWith("article-")) goTo(this.#asked, "instant");
    this.#asked = "";
  }

  /**
   * The second part. A network without classes cannot be told the right one: then it has no
   * figures.
   *
   * @param {import("../state/types.js").Model} model
   */
  #learning({ labels }) {
    const { title, lead, key, keyHint, train, chapters } = t.article.learning;
    this.#label.replaceChildren(...(labels ?? []).map((label) => h("option", { value: label }, words(label))));
    const sections = LEARNING.map((name) => {
      const figure = h("figure", { class: `article-figure article-${name}` });
      const link = h("a", { class: "article-show", hidden: true, on: { click: () => markChapter(name, this.#exam.chosen) } }, t.article.learning.show[name]);
      if (labels) this.#learned.set(figure, { name, link, turn: 0 });
      return this.#section(name, chapters[name], ...(labels ? [figure, link] : []), name === "epochs" && h("a", { class: "article-train", href: "learn" }, train));
    });
    return [
      h("h2", { id: "article-learning", class: "article-part", tabindex: "-1" }, title),
      h("p", { class: "article-lead" }, ...prose(lead)),
      labels && h("p", { class: "article-key" }, h("label", { for: "article-label" }, key), this.#label, h("span", { class: "muted" }, keyHint)),
      ...sections,
    ].filter((part) => part !== null);
  }

  /** Other numbers: those pictures that are in sight are drawn anew, the others when they come. */
  redraw() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#observer.disconnect();
    if (this.app.store.state.analysis) this.#again(...this.#figures.keys(), ...this.#learned.keys());
  }

  /**
   * Until a figure of the second part has its new numbers, nothing leads to the old ones.
   *
   * @param {...Element} figures that are drawn anew: at once where they are in sight
   */
  #again(...figures) {
    for (const figure of figures) {
      const learned = this.#learned.get(figure);
      learned?.link.removeAttribute("href");
      if (learned) learned.turn += 1;
      this.#observer.unobserve(figure);
      this.#observer.observe(figure);
    }
  }

  /**
   * @param {string} name
   * @param {{ title: string, text: readonly string[] }} told
   * @param {...(Node | false)} rest
   */
  #section(name, { title, text }, ...rest) {
    return h(
      "section",
      { "aria-labelledby": `article-${name}` },
      h("h3", { id: `article-${name}`, tabindex: "-1" }, title),
      ...text.map((paragraph) => h("p", {}, ...prose(paragraph))),
      ...rest,
    );
  }

  /**
   * The very number that a figure shows, on the stage.
   *
   * @param {Shown} shown
   */
  #show({ layer, place }) {
    const { navigation, store } = this.app;
    const stage = getElement("#stage", HTMLElement);
    store.set({ tab: "layer" });
    navigation.goTo(layer.name, place);
    if (place && hasMaps(layer)) navigation.open(place[0] ?? 0, place);
    comeBackTo(stage);
    stage.focus({ preventScroll: true });
  }

  /**
   * What a small shift of the photo changes, layer by layer.
   *
   * @param {Layer} layer
   */
  #shift(layer) {
    const show = () => {
      const { comparison, navigation, store } = this.app;
      navigation.goTo(layer.name);
      store.set({ tab: "whatif" });
      comparison.change({ kind: "shift", right: SHIFT, down: 0 });
      comeBackTo(chartOf(), "instant");
      getElement("#tab-whatif", HTMLElement).focus({ preventScroll: true });
      this.#awaitsChart = true;
    };
    return h("button", { type: "button", class: "text article-shift", on: { click: show } }, t.article.shift(SHIFT));
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#observer.unobserve(target);
      void this.#draw(target);
    }
  }

  /** @param {Element} figure */
  async #draw(figure) {
    const { signal } = this.#abort;
    const learned = this.#learned.get(figure);
    const shown = this.#figures.get(figure);
    figure.setAttribute("aria-busy", "true");
    try {
      if (learned) await this.#drawLearned(figure, learned, signal);
      else if (shown) await this.#drawShown(figure, shown, signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      figure.replaceChildren(h("figcaption", {}, problemTitle(error.problem)));
      figure.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {Element} figure
   * @param {Shown} shown
   * @param {AbortSignal} signal
   */
  async #drawShown(figure, shown, signal) {
    const { name, layer, show } = shown;
    const drawn = await FIGURES[name]?.({ app: this.app, layer, signal });
    if (signal.aborted) return;
    figure.replaceChildren(...(drawn?.content ?? []));
    figure.toggleAttribute("hidden", !drawn);
    figure.removeAttribute("aria-busy");
    shown.place = drawn?.place ?? null;
    const map = shown.place && hasMaps(layer) ? mapName(layer, shown.place[0] ?? 0) : "";
    show.textContent = t.article.show([layer.name, map].filter(Boolean).join(", "));
  }

  /**
   * @param {Element} figure
   * @param {Learned} learned
   * @param {AbortSignal} signal
   */
  async #drawLearned(figure, learned, signal) {
    const { name, link } = learned;
    const again = () => this.#again(figure);
    if (!this.#exam.isPossible) return;
    if (!this.#exam.isReady) {
      const want = () => {
        this.#exam.want();
        this.#again(...this.#learned.keys());
      };
      figure.replaceChildren(h("button", { type: "button", class: "text", on: { click: want } }, t.article.learning.want));
      figure.removeAttribute("aria-busy");
      return;
    }
    const { turn } = learned;
    const focused = figure.contains(document.activeElement) && document.activeElement instanceof HTMLElement ? document.activeElement.dataset.option : undefined;
    const drawn = await LEARNING_FIGURES[name]({ app: this.app, exam: this.#exam, signal, again });
    if (signal.aborted || turn !== learned.turn) return;
    figure.replaceChildren(...(drawn?.content ?? []));
    figure.removeAttribute("aria-busy");
    if (focused) /** @type {HTMLElement | null} */ (figure.querySelector(`[data-option="${focused}"]`))?.focus({ preventScroll: true });
    figure.toggleAttribute("hidden", !drawn);
    link.hidden = !drawn?.query?.trace;
    if (drawn?.query) link.href = `learn?${new URLSearchParams({ ...drawn.query, from: location.search })}`;
  }
}

/**
 * @param {string} id
 * @param {ScrollBehavior} [behavior]
 */
function goTo(id, behavior = prefersReducedMotion() ? "instant" : "smooth") {
  const heading = getElement(`#${id}`, HTMLElement);
  heading.scrollIntoView({ behavior });
  heading.focus({ preventScroll: true });
}

/** The part of “What if?” that shows how far a change reaches. */
function chartOf() {
  return getElement("section:has(> #whatif-chart)", HTMLElement);
}

/**
 * Back up to the workspace: the whole of it where it fits the screen; on a phone, where each part
 * has a screen of its own, to that part.
 *
 * @param {HTMLElement} part
 * @param {ScrollBehavior} [behavior]
 */
function comeBackTo(part, behavior = prefersReducedMotion() ? "instant" : "smooth") {
  const app = getElement("#app", HTMLElement);
  const fits = app.clientHeight <= innerHeight;
  (fits ? app : part).scrollIntoView({ block: "start", behavior });
}

/**
 * The browser's own way back leads to this chapter again, and to what the reader has chosen there.
 *
 * @param {string} name
 * @param {import("./exam.js").Chosen} chosen
 */
function markChapter(name, chosen) {
  history.replaceState({ exam: chosen }, "", `${location.search}#article-${name}`);
}
