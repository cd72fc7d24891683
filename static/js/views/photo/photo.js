/**
 * The photo, the part of it that the network sees, and what the number under the cursor can see of
 * it.
 */

import { isMoved } from "../../model/crop.js";
import { getElement, h, placeBox } from "../../lib/dom.js";
import { formulaOf, orderOf } from "../../model/preprocess.js";
import { receptiveFieldOf, onPhoto } from "../../model/receptive-fields.js";
import { explains } from "../../model/terms.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Box} Box
 * @typedef {import("../../state/types.js").State} State
 */

const SHARPNESS = 720; // pixels of the canvas' longer side: enough for the panel on a fine screen

/** @param {App} app */
export function mountPhoto({ store, photoController }) {
  const file = getElement("#file", HTMLInputElement);
  file.addEventListener("change", () => {
    const [photo] = file.files ?? [];
    if (photo) void photoController.analyseFile(photo);
    file.value = ""; // so that the same file can be chosen again
  });
  store.watch(["analysis", "photo", "inputImage", "frame", "live"], drawPhoto);
  store.watch(["analysis", "inputImage", "model", "frame"], drawInputImage);
  store.watch(["samples", "source"], (state) => listSamples(state, photoController));
  store.watch(["explanation", "receptiveFields", "cursor", "layer", "analysis", "frame"], light);
}

/** @param {Readonly<State>} state */
function drawPhoto({ analysis, photo, inputImage, source, live }) {
  if (!analysis) return;
  const { width, height, crop } = analysis.input;
  fitFrame(width / height);
  const canvas = getElement("#photo", HTMLCanvasElement);
  const scale = Math.min(1, SHARPNESS / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.setAttribute("aria-label", t.photo.label(source?.title ?? "", width, height));
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  if (photo) {
    context.fillStyle = "white"; // what is transparent is white to the network, too
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  } else if (inputImage) {
    // The photo is not here, only what the network saw of it. That goes where it was cut from.
    context.imageSmoothingEnabled = false;
    const [left = 0, top = 0, right = width, bottom = height] = crop.map((edge) => edge * scale);
    context.drawImage(inputImage, left, top, right - left, bottom - top);
  }
  placeBox(getElement("#crop", HTMLElement), share(boxOf(crop), width, height));
  const credit = getElement("#credit", HTMLElement);
  const isClear = photo !== null && analysis.input.format !== "JPEG" && hasClearParts(photo);
  const text = live ? speed(live) : caption(photo !== null, source) + (isClear ? ` · ${t.photo.onWhite}` : "");
  if (credit.textContent !== text) credit.textContent = credit.title = text; // two lines have room
}

/** @type {WeakMap<ImageBitmap, boolean>} */
const known = new WeakMap();

/**
 * Whether parts of a photo are transparent; looked for once, and in so few pixels that it costs
 * nothing.
 *
 * @param {ImageBitmap} photo
 */
function hasClearParts(photo) {
  const found = known.get(photo);
  if (found !== undefined) return found;
  const side = 64;
  const context = new OffscreenCanvas(side, side).getContext("2d");
  context?.drawImage(photo, 0, 0, side, side);
  const isClear = context?.getImageData(0, 0, side, side).data.some((value, i) => i % 4 === 3 && value < 255) ?? false;
  known.set(photo, isClear);
  return isClear;
}

/** @param {import("../../state/types.js").Live} live */
function speed({ rate, isWaiting }) {
  if (isWaiting) return t.live.waiting;
  return rate === null ? t.live.begins : t.live.rate(Math.max(1, Math.round(rate)));
}

/**
 * @param {boolean} isHere
 * @param {State["source"]} source
 */
function caption(isHere, source) {
  if (!isHere) return t.photo.notHere;
  return source?.credit ? `${source.title}. ${source.credit}` : (source?.title ?? "");
}

/**
 * Give the frame the photo's proportions within the panel's fixed room, so that nothing moves when
 * a photo arrives.
 *
 * @param {number} aspect width ÷ height
 */
function fitFrame(aspect) {
  const frame = getElement("#frame", HTMLElement);
  const room = 3 / 2;
  frame.style.width = `${Math.min(1, aspect / room) * 100}%`;
  frame.style.height = `${Math.min(1, room / aspect) * 100}%`;
}

/** @param {Readonly<State>} state */
function drawInputImage({ analysis, inputImage, model }) {
  if (!analysis || !model) return;
  const canvas = getElement("#network-input", HTMLCanvasElement);
  const [height = 1, width = 1] = analysis.input.size;
  canvas.width = width;
  canvas.height = height;
  const { style } = getElement(".pixels", HTMLElement);
  style.width = `${6 * Math.min(1, width / height)}rem`;
  style.height = `${6 * Math.min(1, height / width)}rem`;
  canvas.setAttribute("aria-label", t.networkInput.label(width, height));
  if (inputImage) canvas.getContext("2d")?.drawImage(inputImage, 0, 0);
  const { interpolation, crop_mode } = model.preprocess;
  const [input] = model.layers;
  const order = input ? orderOf(input) : null;
  const how = isMoved(analysis.input, model) ? "moved" : crop_mode;
  getElement("#network-input-words", HTMLElement).replaceChildren(
    h("span", {}, t.networkInput.cut(width, height, interpolation, how)),
    h("span", { class: "muted" }, t.networkInput.colours(formulaOf(t.ops.value, model.preprocess), order)),
  );
}

/**
 * @param {Readonly<State>} state
 * @param {App["photoController"]} photoController
 */
function listSamples({ samples, source }, photoController) {
  const list = getElement("#samples", HTMLElement);
  if (list.childElementCount !== samples.length) {
    list.replaceChildren(
      ...samples.map((sample) =>
        h(
          "button",
          { type: "button", title: sample.title, on: { click: () => void photoController.analyseSample(sample) } },
          h("img", { src: sample.url, alt: sample.title, width: 48, height: 48 }),
        ),
      ),
    );
  }
  samples.forEach(({ id }, i) => {
    const chosen = source?.kind === "sample" && source.id === id;
    list.children[i]?.setAttribute("aria-pressed", String(chosen));
  });
}

/** @param {Readonly<State>} state */
function light(state) {
  const [photoLit, seenLit] = [getElement("#photo-highlight", HTMLElement), getElement("#network-input-highlight", HTMLElement)];
  const field = fieldOf(state);
  if (field === undefined && state.explanation && state.cursor) return; // the answer is on its way; do not flicker
  const { width, height, size } = state.analysis?.input ?? { width: 1, height: 1, size: [1, 1] };
  placeBox(photoLit, field ? share(clip(field.photo, width, height), width, height) : null);
  placeBox(seenLit, field ? share(clip(field.input, size[1] ?? 1, size[0] ?? 1), size[1] ?? 1, size[0] ?? 1) : null);
}

/**
 * What the number under the cursor sees: as its explanation says, or until that is here as its row
 * and column do.
 *
 * @param {Readonly<State>} state
 * @returns {{ input: Box, photo: Box } | null | undefined} null where it sees nothing, undefined
 *   while it is not known
 */
function fieldOf({ explanation, receptiveFields, analysis, layer, cursor }) {
  if (explains(explanation, layer, cursor)) return explanation.receptive_field;
  const input = cursor ? receptiveFieldOf(receptiveFields, layer, cursor) : undefined;
  if (!input || !analysis || analysis.original) return input === null ? null : undefined; // the explanation knows what moved
  return { input, photo: onPhoto(input, analysis.input) };
}

/**
 * @param {number[]} edges
 * @returns {Box}
 */
function boxOf([left = 0, top = 0, right = 0, bottom = 0]) {
  return { left, top, right, bottom };
}

/**
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
function clip({ left, top, right, bottom }, width, height) {
  return { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(width, right), bottom: Math.min(height, bottom) };
}

/**
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 */
function share({ left, top, right, bottom }, width, height) {
  return { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
}
