/** A brush that covers parts of what the network saw, by pointer or by keyboard. */

import { paintMask, kindOf } from "../../state/changes.js";
import { h, setAttribute } from "../../lib/dom.js";
import { plain } from "../../i18n/format.js";
import { blank } from "../../model/preprocess.js";
import { t } from "../../i18n/index.js";
import { Slider } from "./slider.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

const MOVES = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
});

/**
 * @param {App} app
 * @returns {HTMLElement}
 */
export function brushFold(app) {
  const brush = new Brush(app);
  app.store.watch(["analysis", "inputImage", "pair", "changes", "model"], () => void brush.draw());
  return brush.element;
}

class Brush {
  #canvas = h("canvas", { width: 1, height: 1 });
  #square = h("span", { class: "brush", "aria-hidden": "true" });
  #size = 8; // pixels of the network's input
  #at = { x: 0, y: 0 }; // the brush's middle
  #field;
  #clear;
  #slider;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#field = h(
      "div",
      {
        class: "heatmap brush-field",
        tabindex: 0,
        role: "application",
        on: {
          pointerdown: (/** @type {PointerEvent} */ event) => this.#press(event),
          pointermove: (/** @type {PointerEvent} */ event) => this.#move(event),
          keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
        },
      },
      this.#canvas,
      this.#square,
    );
    this.#slider = new Slider({
      label: t.whatif.brush.size,
      least: 1,
      most: 24,
      step: 1,
      write: (n) => t.whatif.photo.pixels(plain(n)),
      onInput: (size) => this.#resize(size),
    });
    const uncover = () => app.comparison.change({ kind: "occlude", boxes: [] });
    this.#clear = h("button", { type: "button", class: "text", on: { click: uncover } }, t.whatif.brush.clear);
    this.element = h(
      "details",
      { class: "fold brush-edit" },
      h("summary", {}, t.whatif.brush.title),
      this.#field,
      this.#slider.element,
      h("p", { class: "muted small" }, t.whatif.brush.hint, " ", this.#clear),
    );
    this.#resize(this.#size);
  }

  /** What the network saw by now, and the covers that it is still being shown. */
  async draw() {
    const { pair, analysis, inputImage, model } = this.app.store.state;
    if (!analysis || !model) return;
    const [height = 1, width = 1] = analysis.input.size;
    if (this.#canvas.width !== width || this.#canvas.height !== height) this.#reshape(width, height);
    const picture = pair?.kind === "variant" ? await this.app.comparison.inputImage(pair.candidate) : inputImage;
    if (this.app.store.state.pair !== pair) return; // a newer one is on its way
    const context = this.#canvas.getContext("2d");
    if (picture) context?.drawImage(picture, 0, 0);
    const [input] = model.layers;
    if (context && input) context.fillStyle = `rgb(${blank(model.preprocess, input).join(" ")})`;
    const boxes = this.#boxes();
    for (const [left = 0, top = 0, right = 0, bottom = 0] of boxes) context?.fillRect(left, top, right - left, bottom - top);
    this.#clear.hidden = boxes.length === 0;
    this.#tell();
  }

  #boxes() {
    return kindOf(this.app.store.state.changes, "occlude")?.boxes ?? [];
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #reshape(width, height) {
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#field.style.aspectRatio = `${width} / ${height}`;
    this.#at = { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    this.#place();
  }

  /** @param {number} size */
  #resize(size) {
    this.#size = size;
    this.#slider.show(size);
    this.#place();
  }

  /** The brush, where it is. */
  #place() {
    const { width, height } = this.#canvas;
    const [left = 0, top = 0] = this.#box();
    const { style } = this.#square;
    style.left = `${(left / width) * 100}%`;
    style.top = `${(top / height) * 100}%`;
    style.width = `${(this.#size / width) * 100}%`;
    style.height = `${(this.#size / height) * 100}%`;
  }

  #box() {
    const left = this.#at.x - Math.floor(this.#size / 2);
    const top = this.#at.y - Math.floor(this.#size / 2);
    return [left, top, left + this.#size, top + this.#size];
  }

  /** @param {boolean} covered */
  #paint(covered) {
    const { width, height } = this.#canvas;
    const boxes = paintMask(this.#boxes(), this.#box(), covered, width, height);
    if (JSON.stringify(boxes) !== JSON.stringify(this.#boxes())) this.app.comparison.change({ kind: "occlude", boxes });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.#field.setPointerCapture(event.pointerId);
    this.#follow(event);
    this.#paint(true);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#follow(event);
    if (event.buttons) this.#paint(true);
  }

  /** @param {PointerEvent} event */
  #follow(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - left) / width) * this.#canvas.width);
    const y = Math.floor(((event.clientY - top) / height) * this.#canvas.height);
    this.#to(x, y);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const paints = { " ": true, Enter: true, Backspace: false, Delete: false }[event.key];
    if (!move && paints === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, the arrows step through the layers and Space walks
    if (move) this.#to(this.#at.x + move[0], this.#at.y + move[1]);
    else this.#paint(paints ?? true);
    this.#tell();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #to(x, y) {
    const { width, height } = this.#canvas;
    this.#at = { x: Math.max(0, Math.min(width - 1, x)), y: Math.max(0, Math.min(height - 1, y)) };
    this.#place();
  }

  #tell() {
    const { width, height } = this.#canvas;
    const share = (100 * areaOf(this.#boxes())) / (width * height);
    setAttribute(this.#field, "aria-label", t.whatif.brush.label(this.#at.x, this.#at.y, Math.round(share)));
  }
}

/**
 * How many pixels boxes that do not overlap cover.
 *
 * @param {number[][]} boxes
 */
export function areaOf(boxes) {
  return boxes.reduce((sum, [left = 0, top = 0, right = 0, bottom = 0]) => sum + (right - left) * (bottom - top), 0);
}
