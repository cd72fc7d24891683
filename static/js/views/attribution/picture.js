/**
 * The photo as the network saw it, and an attribution over it: large, with a number at every pixel.
 */

import { announce, h, placeBox } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { evenSize } from "../../lib/layout.js";
import { paintOver } from "../../render/raster.js";
import { fractions } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { pointing } from "../shared/pointing.js";
import { inWords } from "./key-figures.js";
import { shownMap } from "./visible-range.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 * @typedef {{ y: number, x: number }} Pixel
 */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
});

export class Picture {
  #photo = h("canvas", { class: "grey", width: 1, height: 1 });
  #over = h("canvas", { class: "over", width: 1, height: 1 });
  #mark = h("span", { class: "highlight", hidden: true });
  #plane;
  /** @type {Pixel | null} */
  #pixel = null;
  #isHeld = false;
  #reader = {
    point: (/** @type {Pixel} */ pixel) => this.#isHeld || this.#show(pixel),
    show: (/** @type {Pixel} */ pixel) => this.#show(pixel),
    hold: (/** @type {Pixel} */ pixel) => this.#show(pixel, true),
    click: (/** @type {Pixel} */ pixel) => this.#show(pixel, !this.#isHeld),
  };

  /**
   * @param {App} app
   * @param {(pixel: Pixel | null, value: number | null, isHeld: boolean) => void} read told which
   *   number the reader points at
   */
  constructor(app, read) {
    this.app = app;
    this.read = read;
    this.#plane = h(
      "div",
      {
        class: "heatmap large attribution",
        tabindex: 0,
        role: "application",
        "aria-roledescription": "heatmap",
        on: {
          ...pointing(this.#reader, (event) => this.#pixelOf(event)),
          pointerleave: (/** @type {PointerEvent} */ { pointerType }) => {
            if (pointerType === "mouse" && !this.#isHeld) this.#show(null); // a finger that is lifted leaves, too, but has just chosen
          },
          keydown: (/** @type {KeyboardEvent} */ event) => this.#step(event),
        },
      },
      this.#photo,
      this.#over,
      this.#mark,
    );
    this.element = h("div", { class: "attribution-image" }, this.#plane);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const [rows = 1, columns = 1] = this.app.store.state.analysis?.input.size ?? [];
    const side = evenSize(Math.min(width, (height * columns) / rows), columns);
    this.#plane.style.width = `${side}px`;
    this.#plane.style.height = `${(side * rows) / columns}px`;
  }

  paint() {
    const { state } = this.app.store;
    const { inputImage, theme, overlay, attribution } = state;
    if (inputImage) drawInputImage(this.#photo, inputImage);
    const shown = shownMap(state);
    this.#over.hidden = shown === null;
    const answer = attribution?.answer;
    const label = shown && answer ? t.attribution.picture(inWords(answer)) : t.attribution.noPicture;
    this.#plane.setAttribute("aria-label", label);
    if (shown) paintOver(this.#over, shown.values, shown.width, shown.range, theme, overlay.strength);
    this.#show(this.#pixel, this.#isHeld);
  }

  /** Hold the number that is shown, or let go of it. */
  toggleHold() {
    this.#show(this.#pixel, !this.#isHeld);
  }

  /**
   * @param {Pixel | null} pixel
   * @param {boolean} [isHeld]
   */
  #show(pixel, isHeld = false) {
    this.#pixel = pixel;
    this.#isHeld = isHeld;
    this.#plane.classList.toggle("held", isHeld);
    const shown = shownMap(this.app.store.state);
    const [height = 1, width = 1] = this.app.store.state.analysis?.input.size ?? [];
    placeBox(
      this.#mark,
      pixel && fractions({ left: pixel.x, top: pixel.y, right: pixel.x + 1, bottom: pixel.y + 1 }, height, width),
    );
    const value = shown && pixel ? (shown.values[pixel.y * shown.width + pixel.x] ?? null) : null;
    this.read(pixel, value, isHeld);
    if (pixel && value !== null) announce(`y ${pixel.y}, x ${pixel.x}: ${number(value)}`);
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const move = ARROWS[event.key];
    const [height = 1, width = 1] = this.app.store.state.analysis?.input.size ?? [];
    if (event.key === "Escape" && this.#pixel) this.#show(null);
    else if (move) {
      const { y, x } = this.#pixel ?? { y: Math.floor(height / 2), x: Math.floor(width / 2) };
      const within = (/** @type {number} */ n, /** @type {number} */ size) => Math.max(0, Math.min(size - 1, n));
      this.#show({ y: within(y + move[0], height), x: within(x + move[1], width) });
    } else return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, the arrows step through layers and maps
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pixel}
   */
  #pixelOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#plane.getBoundingClientRect();
    const [rows = 1, columns = 1] = this.app.store.state.analysis?.input.size ?? [];
    const within = (/** @type {number} */ share, /** @type {number} */ n) =>
      Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    return { y: within((clientY - top) / height, rows), x: within((clientX - left) / width, columns) };
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} inputImage
 */
export function drawInputImage(canvas, inputImage) {
  canvas.width = inputImage.width;
  canvas.height = inputImage.height;
  canvas.getContext("2d")?.drawImage(inputImage, 0, 0);
}
