/**
 * What an answer says of places, drawn on the photo: boxes with names, and maps laid over the part
 * that the network saw.
 */

import { getElement, h, placeBox } from "../../lib/dom.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").OutputBox} OutputBox
 * @typedef {import("../../state/types.js").State} State
 *
 * @typedef {{ box: OutputBox, text: string, colour: string, isNamed: boolean, onPick: () => void }}
 *   DrawnBox
 */

export class OnPhoto {
  #boxes = getElement("#photo-boxes", HTMLElement);
  #canvas = getElement("#photo-answer", HTMLCanvasElement);
  #hasMap = false;
  /** @type {DrawnBox[]} */
  #drawn = [];

  /** @param {App} app */
  constructor({ store }) {
    this.store = store;
    store.watch(["tab", "effectiveField"], () => this.#giveWay());
  }

  clear() {
    this.#hasMap = false;
    this.boxes([]);
    this.#giveWay();
  }

  /** @param {DrawnBox[]} drawn best first */
  boxes(drawn) {
    this.#drawn = drawn;
    const { analysis } = this.store.state;
    if (analysis) this.#boxes.replaceChildren(...boxElements(drawn, analysis.input, (at) => this.light(at)));
  }

  /**
   * Let one box stand out, here and in the list.
   *
   * @param {number | null} at
   */
  light(at) {
    for (const one of document.querySelectorAll("[data-box]")) {
      if (one instanceof HTMLElement) one.classList.toggle("highlight-box", one.dataset.box === String(at));
    }
  }

  /**
   * Lay a map over what the network saw.
   *
   * @param {(canvas: HTMLCanvasElement) => void} paint
   */
  map(paint) {
    const { analysis } = this.store.state;
    if (!analysis) return;
    paint(this.#canvas);
    this.#hasMap = true;
    const { width, height, crop: [left = 0, top = 0, right = width, bottom = height] } = analysis.input;
    placeBox(this.#canvas, { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height });
    this.#giveWay();
  }

  /** The photo and its boxes as large as there is room. */
  large() {
    const { analysis, source } = this.store.state;
    if (!analysis) return [];
    const boxes = boxElements(this.#drawn, analysis.input, (at) => this.light(at));
    return [h("figure", {}, h("div", { class: "large-photo" }, photoCanvas(this.store.state), h("div", { class: "photo-boxes" }, ...boxes)), h("figcaption", {}, source?.title))];
  }

  /** What the reader has asked to see on the photo comes first. */
  #giveWay() {
    const { tab, effectiveField } = this.store.state;
    const isFree = tab !== "attribution" && !effectiveField?.answer;
    this.#canvas.hidden = !this.#hasMap || !isFree;
    this.#boxes.hidden = !isFree;
  }
}

/**
 * @param {DrawnBox[]} drawn
 * @param {{ width: number, height: number }} photo
 * @param {(at: number | null) => void} light
 */
function boxElements(drawn, { width, height }, light) {
  return drawn.map(({ box, text, colour, isNamed, onPick }, at) => {
    const isHigh = box.top < 0.08 * height; // no room for the name above it
    const element = h(
      "div",
      {
        class: ["photo-box", isNamed && "named", isHigh && "high"].filter(Boolean).join(" "),
        style: { "--colour": colour, "z-index": String(drawn.length - at) },
        data: { box: String(at) },
        on: { click: onPick, pointerenter: () => light(at), pointerleave: () => light(null) },
      },
      h("span", {}, text),
    );
    placeBox(element, { left: box.left / width, top: box.top / height, width: (box.right - box.left) / width, height: (box.bottom - box.top) / height });
    return element;
  }).reverse(); // the best one last, over all others
}

/**
 * The whole photo.
 *
 * @param {Readonly<State>} state
 */
function photoCanvas({ photo, inputImage, analysis }) {
  const { width, height, crop } = analysis?.input ?? { width: 1, height: 1, crop: [0, 0, 1, 1] };
  const scale = Math.min(1, 2048 / Math.max(width, height));
  const canvas = h("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  const [left = 0, top = 0, right = width, bottom = height] = crop.map((edge) => edge * scale);
  const context = canvas.getContext("2d");
  if (photo) context?.drawImage(photo, 0, 0, canvas.width, canvas.height);
  else if (inputImage) context?.drawImage(inputImage, left, top, right - left, bottom - top);
  return canvas;
}

/**
 * The part of the photo that the network saw, with so many pixels.
 *
 * @param {Readonly<State>} state
 * @param {number} width
 * @param {number} height
 */
export function inputCanvas({ photo, inputImage, analysis }, width, height) {
  const canvas = h("canvas", { width, height });
  const context = canvas.getContext("2d");
  const [left = 0, top = 0, right = 1, bottom = 1] = analysis?.input.crop ?? [];
  if (context) context.imageSmoothingQuality = "high";
  if (photo && !analysis?.original) context?.drawImage(photo, left, top, right - left, bottom - top, 0, 0, width, height);
  else if (inputImage) context?.drawImage(inputImage, 0, 0, width, height);
  return canvas;
}
