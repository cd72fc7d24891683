/**
 * The article below the page: how a network sees, told on the photo and the network that are shown.
 */

import { isAbort, ProblemError } from "../api/http.js";
import { getElement, h, prefersReducedMotion } from "../lib/dom.js";
import { t } from "../i18n/index.js";
import { chapterAbout, chaptersOf } from "./chapters.js";
import { FIGURES } from "./figures.js";

/**
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("./chapters.js").ChapterName} ChapterName
 */

const NEAR = "50% 0px"; // pictures are fetched when they are half a screen away

/** @param {App} app */
export function mountArticle(app) {
  const article = new Article(app);
  app.store.watch(["model"], () => article.write());
  app.store.watch(["analysis", "theme", "inputImage"], () => article.redraw());
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
  /** @type {Map<Element, { name: ChapterName, layer: Layer }>} */
  #figures = new Map();
  #observer = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: NEAR });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Put up the text for this network; the pictures come when they are nearly in sight. */
  write() {
    const { model } = this.app.store.state;
    if (!model) return;
    this.#figures.clear();
    const chapters = chaptersOf(model).map(({ name, layer }) => {
      const figure = h("figure", { class: `article-figure article-${name}` });
      this.#figures.set(figure, { name, layer });
      return this.#chapter(name, figure, this.#show(layer));
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
   * @param {...Node} rest
   */
  #chapter(name, ...rest) {
    const { title, text } = t.article.chapters[name];
    return h(
      "section",
      { "aria-labelledby": `article-${name}` },
      h("h3", { id: `article-${name}`, tabindex: "-1" }, title),
      ...text.map((paragraph) => h("p", {}, paragraph)),
      ...rest,
    );
  }

  /** @param {Layer} layer */
  #show(layer) {
    const show = () => {
      const stage = getElement("#stage", HTMLElement);
      const fits = getElement("#app", HTMLElement).clientHeight <= innerHeight; // on a phone, the stage has a screen of its own
      this.app.navigation.goTo(layer.name);
      stage.scrollIntoView({ block: fits ? "end" : "start", behavior: prefersReducedMotion() ? "instant" : "smooth" });
      stage.focus({ preventScroll: true });
    };
    return h("button", { type: "button", class: "text", on: { click: show } }, t.article.show(layer.name));
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
      const content = await FIGURES[scene.name]?.({ app: this.app, layer: scene.layer, signal });
      if (!content || signal.aborted) return;
      figure.replaceChildren(...content);
      figure.toggleAttribute("hidden", content.length === 0);
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
