/**
 * The article below the page: how a network sees, told on the photo and the network that are shown.
 */

import { isAbort, ProblemError } from "../api/http.js";
import { getElement, h, prefersReducedMotion } from "../lib/dom.js";
import { hasMaps, mapName } from "../model/graph.js";
import { t } from "../i18n/index.js";
import { chapterAbout, chaptersOf } from "./chapters.js";
import { FIGURES } from "./figures.js";
import { prose } from "./parts.js";

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
 */

const NEAR = "50% 0px"; // pictures are fetched when they are half a screen away
const SHIFT = 2; // pixels

/** @param {App} app */
export function mountArticle(app) {
  const article = new Article(app);
  app.store.watch(["model"], () => article.write());
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
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: NEAR });

  /** Whether the reader asked for a shift whose chart is still to come. */
  #awaitsChart = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
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
    const chapters = chaptersOf(model).map(({ name, layer }) => {
      const figure = h("figure", { class: `article-figure article-${name}` });
      const show = h("button", { type: "button", class: "text article-show", on: { click: () => this.#show(shown) } }, t.article.show(layer.name));
      /** @type {Shown} */
      const shown = { name, layer, place: null, show };
      this.#figures.set(figure, shown);
      return this.#chapter(name, figure, show, name === "summariser" && this.#shift(layer));
    });
    this.#root.replaceChildren(
      h("h2", { id: "article-title", tabindex: "-1" }, t.article.title),
      h("p", { class: "article-lead" }, t.article.lead),
      ...chapters,
      this.#chapter("learning"),
    );
    this.redraw();
  }

  /** Other numbers: those pictures that are in sight are drawn anew, the others when they come. */
  redraw() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#observer.disconnect();
    if (this.app.store.state.analysis) for (const figure of this.#figures.keys()) this.#observer.observe(figure);
  }

  /**
   * @param {ChapterName} name
   * @param {...(Node | false)} rest
   */
  #chapter(name, ...rest) {
    const { title, text } = t.article.chapters[name];
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
    const scene = this.#figures.get(figure);
    const { signal } = this.#abort;
    if (!scene) return;
    try {
      const drawn = await FIGURES[scene.name]?.({ app: this.app, layer: scene.layer, signal });
      if (signal.aborted) return;
      figure.replaceChildren(...(drawn?.content ?? []));
      figure.toggleAttribute("hidden", !drawn);
      scene.place = drawn?.place ?? null;
      const map = scene.place && hasMaps(scene.layer) ? mapName(scene.layer, scene.place[0] ?? 0) : "";
      scene.show.textContent = t.article.show([scene.layer.name, map].filter(Boolean).join(", "));
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      figure.replaceChildren(h("figcaption", {}, error.problem.title));
    }
  }
}

/** @param {string} id */
function goTo(id) {
  const heading = getElement(`#${id}`, HTMLElement);
  heading.scrollIntoView({ behavior: prefersReducedMotion() ? "instant" : "smooth" });
  heading.focus({ preventScroll: true });
}

/** The part of “What if?” that shows how far a change reaches. */
function chartOf() {
  return getElement("section:has(> #whatif-chart)", HTMLElement);
}

/**
 * Back up to the workspace: the whole of it where it fits the screen; on a phone, where each part has a
 * screen of its own, to that part.
 *
 * @param {HTMLElement} part
 * @param {ScrollBehavior} [behavior]
 */
function comeBackTo(part, behavior = prefersReducedMotion() ? "instant" : "smooth") {
  const app = getElement("#app", HTMLElement);
  const fits = app.clientHeight <= innerHeight;
  (fits ? app : part).scrollIntoView({ block: "start", behavior });
}
