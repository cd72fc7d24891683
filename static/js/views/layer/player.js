/** The buttons that let the window slide. */

import { h, setAttribute, svg } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { FASTEST, FINENESS } from "../../state/window-animation.js";
import { t } from "../../i18n/index.js";

/** @typedef {import("../../state/types.js").App} App */

const ICONS = { back: "M11 3 6 8l5 5M5 3v10", play: "M5 3v10l8-5z", pause: "M5 3v10M11 3v10", forward: "M5 3l5 5-5 5M11 3v10" };

export class Player {
  #sign = svg("path", {});
  #play;
  #end;
  #pace = h("output", { class: "muted" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { windowAnimation } = app;
    this.#play = h(
      "button",
      { type: "button", class: "icon", "aria-keyshortcuts": "k", on: { click: () => windowAnimation.toggle() } },
      svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, this.#sign),
    );
    this.#end = h("button", { type: "button", class: "text", on: { click: () => windowAnimation.end() } }, t.mapDetail.windowAnimation.end);
    const speed = h("input", {
      type: "range", min: 0, max: FASTEST, step: FINENESS, value: windowAnimation.pace, "aria-label": t.mapDetail.windowAnimation.speed,
      on: { input: (/** @type {Event} */ event) => this.#choosePace(event) },
    });
    this.element = h(
      "div",
      { class: "player", role: "group", "aria-label": t.mapDetail.windowAnimation.title },
      this.#button("back", t.mapDetail.windowAnimation.back, ",", () => windowAnimation.step(-1)),
      this.#play,
      this.#button("forward", t.mapDetail.windowAnimation.forward, ".", () => windowAnimation.step(1)),
      speed,
      this.#pace,
      this.#end,
    );
    this.#showPace();
  }

  mark() {
    const { animation } = this.app.store.state;
    this.#sign.setAttribute("d", animation?.playing ? ICONS.pause : ICONS.play);
    setAttribute(this.#play, "aria-label", animation?.playing ? t.mapDetail.windowAnimation.pause : t.mapDetail.windowAnimation.play);
    this.#end.classList.toggle("unseen", animation === null); // its room stays, so that nothing jumps
  }

  /**
   * @param {"back" | "forward"} icon
   * @param {string} name
   * @param {string} key
   * @param {() => void} click
   */
  #button(icon, name, key, click) {
    const sign = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[icon] }));
    return h("button", { type: "button", class: "icon", "aria-label": name, "aria-keyshortcuts": key, on: { click } }, sign);
  }

  /** @param {Event} event */
  #choosePace({ target }) {
    if (target instanceof HTMLInputElement) this.app.windowAnimation.chosen = Number(target.value);
    this.#showPace();
  }

  #showPace() {
    this.#pace.textContent = t.mapDetail.windowAnimation.pace(count(Math.round(2 ** this.app.windowAnimation.pace)));
  }
}
