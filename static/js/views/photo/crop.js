/**
 * The frame around what the network sees of the photo can be moved and pulled at its corners; then
 * it looks again.
 */

import { middleOf, isMoved, scaled, shifted } from "../../model/crop.js";
import { originalOf } from "../../state/compared-analyses.js";
import { announce, debounce, getElement, h, placeBox, setAttribute } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {{ x: number, y: number, crop: number[], corner: number[] | null, isOn: boolean }} Drag
 *   Where it began; the corner that is pulled, as shares of the crop's sides; whether it is more
 *   than a click yet.
 */

const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const SHARE = 1 / 32; // of the crop's side that an arrow key moves it
const GROWTH = 1.1; // by + and −
const CLICK = 4; // pixels that a hand may tremble
const PAUSE = 400; // milliseconds without another key until the network looks again
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
});

/** @param {App} app */
export function mountCrop(app) {
  const frame = new Frame(app);
  app.store.watch(["analysis", "photo", "model", "source"], () => frame.show());
}

class Frame {
  #box = getElement("#crop", HTMLElement);
  #back = getElement("#crop-back", HTMLButtonElement);
  /** @type {number[] | null} Where the frame is while the network has not looked yet. */
  #crop = null;
  /** @type {Drag | null} */
  #drag = null;
  #wasDragged = false;
  #lookSoon = debounce(() => this.#look(), PAUSE);

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#box.append(...CORNERS.map(([u, v]) => h("span", { class: "corner", data: { corner: `${u},${v}` } })));
    this.#box.addEventListener("pointerdown", (event) => this.#press(event));
    this.#box.addEventListener("pointermove", (event) => this.#pull(event));
    this.#box.addEventListener("pointercancel", () => this.#stop());
    this.#box.addEventListener("pointerup", () => this.#letGo());
    // A click is the probe's, unless it only ends a drag.
    this.#box.addEventListener("click", (event) => this.#wasDragged && event.preventDefault());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#back.addEventListener("click", () => {
      this.#box.focus();
      void this.app.photoController.recrop(null);
    });
  }

  show() {
    const { input, model } = this.#here();
    this.#stop();
    const isFixed = !this.#canMove();
    setAttribute(this.#box, "tabindex", isFixed ? null : 0);
    setAttribute(this.#box, "role", isFixed ? null : "application");
    setAttribute(this.#box, "aria-roledescription", isFixed ? null : t.crop.role);
    setAttribute(this.#box, "aria-label", isFixed ? null : t.crop.label);
    setAttribute(this.#box, "title", isFixed ? t.crop.fixed : t.crop.hint);
    this.#box.classList.toggle("movable", !isFixed);
    this.#back.hidden = isFixed || !input || !model || !isMoved(input, model);
  }

  #here() {
    const { analysis, model, source } = originalOf(this.app.store.state);
    return { input: analysis?.input ?? null, model, source };
  }

  /** Of an analysis that was opened by its link, the photo is not here to be cut anew. */
  #canMove() {
    const { source } = this.#here();
    return source !== null && source.kind !== "analysis";
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const { input } = this.#here();
    if (!input || !this.#canMove() || event.button !== 0) return;
    const corner = event.target instanceof HTMLElement ? event.target.dataset.corner : undefined;
    this.#box.setPointerCapture(event.pointerId);
    this.#wasDragged = false;
    this.#drag = {
      x: event.clientX, y: event.clientY, crop: this.#crop ?? input.crop,
      corner: corner ? corner.split(",").map(Number) : null, isOn: false,
    };
  }

  /** @param {PointerEvent} event */
  #pull({ clientX, clientY }) {
    const { input } = this.#here();
    const drag = this.#drag;
    if (!drag || !input) return;
    const { width } = getElement("#frame", HTMLElement).getBoundingClientRect();
    const [dx, dy] = [clientX - drag.x, clientY - drag.y];
    drag.isOn ||= Math.hypot(dx, dy) > CLICK;
    if (!drag.isOn) return;
    const pixel = input.width / width;
    if (!drag.corner) {
      this.#put(shifted(drag.crop, dx * pixel, dy * pixel, input));
      return;
    }
    const [u = 0, v = 0] = drag.corner;
    const [left = 0, top = 0, right = 0, bottom = 0] = drag.crop;
    const grown = (((u ? dx : -dx) * pixel) / (right - left) + ((v ? dy : -dy) * pixel) / (bottom - top)) / 2;
    this.#put(scaled(drag.crop, 1 + grown, [1 - u, 1 - v], input));
  }

  #letGo() {
    this.#wasDragged = this.#drag?.isOn ?? false;
    this.#drag = null;
    if (this.#wasDragged) this.#look();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { input, model } = this.#here();
    const crop = this.#crop ?? input?.crop;
    if (!input || !model || !crop || event.ctrlKey || event.metaKey || event.altKey) return;
    const [left = 0, top = 0, right = 0, bottom = 0] = crop;
    const move = ARROWS[event.key];
    const share = event.shiftKey ? 1 : SHARE * (right - left);
    if (move) this.#put(shifted(crop, move[0] * share, move[1] * share, input));
    else if (event.key === "+" || event.key === "=") this.#put(scaled(crop, GROWTH, [0.5, 0.5], input));
    else if (event.key === "-") this.#put(scaled(crop, 1 / GROWTH, [0.5, 0.5], input));
    else if (event.key === "Home") this.#put(middleOf(input, model));
    else return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, these keys step through layers and maps
    announce(t.crop.at(Math.round(left), Math.round(top), Math.round(right - left), Math.round(bottom - top)));
    this.#lookSoon();
  }

  /** @param {number[]} crop */
  #put(crop) {
    const { input } = this.#here();
    if (!input) return;
    this.#crop = crop;
    const [left = 0, top = 0, right = 0, bottom = 0] = crop;
    const { width, height } = input;
    placeBox(this.#box, { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height });
  }

  #look() {
    const { input, model } = this.#here();
    if (!this.#crop || !input || !model) return;
    const crop = this.#crop.map((edge) => Math.round(edge * 100) / 100);
    void this.app.photoController.recrop(isMoved({ ...input, crop }, model) ? crop : null).then(() => {
      if (this.app.store.state.problem) this.#stop();
    });
  }

  /** The frame is where the network looked. */
  #stop() {
    const { input } = this.#here();
    if (input && this.#crop) this.#put(input.crop);
    this.#crop = null;
    this.#drag = null;
  }
}
