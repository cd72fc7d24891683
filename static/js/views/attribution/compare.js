/** All quick methods side by side, for the same class: where they agree, and where they do not. */

import { isAbort, ProblemError } from "../../api/http.js";
import { h } from "../../lib/dom.js";
import { fitGrid } from "../../lib/layout.js";
import { paintOver } from "../../render/raster.js";
import { t } from "../../i18n/index.js";
import { inWords } from "./key-figures.js";
import { METHODS } from "../../model/attribution-methods.js";
import { askedOf } from "../../model/attribution-target.js";
import { drawInputImage } from "./picture.js";
import { mapOf } from "./visible-range.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Attribution} Attribution
 * @typedef {import("./loader.js").AttributionLoader} Asking
 * @typedef {import("../../model/attribution-methods.js").Method} Method
 *
 * @typedef {{ method: Method, button: HTMLButtonElement, photo: HTMLCanvasElement, over:
 *   HTMLCanvasElement, answer: Attribution | null }} Small
 */

export class Compare {
  #abort = new AbortController();
  /** @type {Small[]} */
  #all;

  /**
   * @param {App} app
   * @param {Asking} asking
   */
  constructor(app, asking) {
    this.app = app;
    this.asking = asking;
    this.#all = METHODS.filter(({ slow }) => !slow).map((method) => this.#small(method));
    this.element = h("div", { class: "compare", role: "group", "aria-label": t.attribution.compare }, ...this.#all.map(({ button }) => button));
  }

  /** Ask for those that are not here yet, one after the other; the latest class and photo win. */
  async ask() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const attributionRequest = askedOf(this.app.store.state);
    for (const small of this.#all) {
      try {
        const answer = await this.asking.answer({ ...attributionRequest, method: small.method.id, options: {} }, signal);
        if (signal.aborted) return;
        small.answer = answer;
        this.#paint(small);
      } catch (error) {
        if (signal.aborted || isAbort(error)) return;
        if (!(error instanceof ProblemError)) throw error;
        small.answer = null; // this method cannot be asked here; choosing it tells why
        this.#paint(small);
      }
    }
  }

  close() {
    this.#abort.abort();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const [rows = 1, columns = 1] = this.app.store.state.analysis?.input.size ?? [];
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const count = this.#all.length;
    const room = { width, height, count, rows, columns, gap: rem, caption: 1.75 * rem, least: 9 * rem, most: 32 * rem };
    const cell = fitGrid(room);
    this.element.style.setProperty("--across", String(cell.across));
    this.element.style.setProperty("--cell-width", `${cell.width}px`);
    this.element.style.setProperty("--cell-height", `${cell.height}px`);
  }

  paint() {
    for (const small of this.#all) this.#paint(small);
  }

  /** @param {Small} small */
  #paint({ method, button, photo, over, answer }) {
    const { inputImage, theme, overlay } = this.app.store.state;
    if (inputImage) drawInputImage(photo, inputImage);
    over.hidden = answer === null;
    if (!answer) return;
    const shown = mapOf(answer, overlay.positive);
    paintOver(over, shown.values, shown.width, shown.range, theme, overlay.strength);
    button.setAttribute("aria-label", `${t.attribution.methods[method.id].title}. ${inWords(answer)}`);
  }

  /**
   * @param {Method} method
   * @returns {Small}
   */
  #small(method) {
    const photo = h("canvas", { class: "grey", width: 1, height: 1 });
    const over = h("canvas", { class: "over", width: 1, height: 1, hidden: true });
    const { store } = this.app;
    const choose = () =>
      store.set({ attributionRequest: { ...store.state.attributionRequest, method: method.id, options: {} }, overlay: { ...store.state.overlay, compare: false } });
    const { title } = t.attribution.methods[method.id];
    const button = h(
      "button",
      { type: "button", class: "small", "aria-label": title, on: { click: choose } },
      h("span", { class: "heatmap" }, photo, over),
      h("span", { class: "small-name" }, title),
    );
    return { method, button, photo, over, answer: null };
  }
}
