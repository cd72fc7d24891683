/** The photo, the part of it that the network sees, and what the number under the cursor can see of it. */

import { isMoved } from "../../model/crop.js";
import { find, h, placeBox } from "../../lib/dom.js";
import { formulaOf, orderOf } from "../../model/preprocess.js";
import { boxSeenBy, onPhoto } from "../../model/receptive-fields.js";
import { explains } from "../../model/terms.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Box} Box
 * @typedef {import("../../state/types.js").State} State
 */

const SHARPNESS = 720; // pixels of the canvas' longer side: enough for the panel on a fine screen

/** @param {App} app */
export function mountPhoto({ store, intake }) {
  const file = find("#file", HTMLInputElement);
  file.addEventListener("change", () => {
    const [photo] = file.files ?? [];
    if (photo) void intake.analyseFile(photo);
    file.value = ""; // so that the same file can be chosen again
  });
  store.watch(["analysis", "photo", "seen"], drawPhoto);
  store.watch(["analysis", "seen", "model"], drawSeen);
  store.watch(["samples", "source"], (state) => listSamples(state, intake));
  store.watch(["explanation", "sight", "cursor", "layer", "analysis"], light);
}

/** @param {Readonly<State>} state */
function drawPhoto({ analysis, photo, seen, source }) {
  if (!analysis) return;
  const { width, height, crop } = analysis.input;
  fitFrame(width / height);
  const canvas = find("#photo", HTMLCanvasElement);
  const scale = Math.min(1, SHARPNESS / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.setAttribute("aria-label", say.photo.label(source?.title ?? "", width, height));
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  if (photo) {
    context.fillStyle = "white"; // what is transparent is white to the network, too
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  } else if (seen) {
    // The photo is not here, only what the network saw of it. That goes where it was cut from.
    context.imageSmoothingEnabled = false;
    const [left = 0, top = 0, right = width, bottom = height] = crop.map((edge) => edge * scale);
    context.drawImage(seen, left, top, right - left, bottom - top);
  }
  placeBox(find("#crop", HTMLElement), share(boxOf(crop), width, height));
  const credit = find("#credit", HTMLElement);
  credit.textContent = credit.title = caption(photo !== null, source); // two lines have room
}

/**
 * @param {boolean} isHere
 * @param {State["source"]} source
 */
function caption(isHere, source) {
  if (!isHere) return say.photo.notHere;
  return source?.credit ? `${source.title}. ${source.credit}` : (source?.title ?? "");
}

/**
 * Give the frame the photo's proportions within the panel's fixed room, so that nothing moves when a photo arrives.
 *
 * @param {number} aspect width ÷ height
 */
function fitFrame(aspect) {
  const frame = find("#frame", HTMLElement);
  const room = 3 / 2;
  frame.style.width = `${Math.min(1, aspect / room) * 100}%`;
  frame.style.height = `${Math.min(1, room / aspect) * 100}%`;
}

/** @param {Readonly<State>} state */
function drawSeen({ analysis, seen, model }) {
  if (!analysis || !model) return;
  const canvas = find("#seen", HTMLCanvasElement);
  const [height = 1, width = 1] = analysis.input.size;
  canvas.width = width;
  canvas.height = height;
  const { style } = find(".pixels", HTMLElement);
  style.width = `${6 * Math.min(1, width / height)}rem`;
  style.height = `${6 * Math.min(1, height / width)}rem`;
  canvas.setAttribute("aria-label", say.seen.label(width, height));
  if (seen) canvas.getContext("2d")?.drawImage(seen, 0, 0);
  const { interpolation, crop_mode } = model.preprocess;
  const [input] = model.layers;
  const order = input ? orderOf(input) : null;
  const how = isMoved(analysis.input, model) ? "moved" : crop_mode;
  find("#seen-words", HTMLElement).replaceChildren(
    h("span", {}, say.seen.cut(width, height, interpolation, how)),
    h("span", { class: "quiet" }, say.seen.colours(formulaOf(say.ops.value, model.preprocess), order)),
  );
}

/**
 * @param {Readonly<State>} state
 * @param {App["intake"]} intake
 */
function listSamples({ samples, source }, intake) {
  const list = find("#samples", HTMLElement);
  if (list.childElementCount !== samples.length) {
    list.replaceChildren(
      ...samples.map((sample) =>
        h(
          "button",
          { type: "button", title: sample.title, on: { click: () => void intake.analyseSample(sample) } },
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
  const [photoLit, seenLit] = [find("#photo-lit", HTMLElement), find("#seen-lit", HTMLElement)];
  const field = fieldOf(state);
  if (field === undefined && state.explanation && state.cursor) return; // the answer is on its way; do not flicker
  const { width, height, size } = state.analysis?.input ?? { width: 1, height: 1, size: [1, 1] };
  placeBox(photoLit, field ? share(clip(field.photo, width, height), width, height) : null);
  placeBox(seenLit, field ? share(clip(field.input, size[1] ?? 1, size[0] ?? 1), size[1] ?? 1, size[0] ?? 1) : null);
}

/**
 * What the number under the cursor sees: as its explanation says, or until that is here as its row and column do.
 *
 * @param {Readonly<State>} state
 * @returns {{ input: Box, photo: Box } | null | undefined} null where it sees nothing, undefined while it is not known
 */
function fieldOf({ explanation, sight, analysis, layer, cursor }) {
  if (explains(explanation, layer, cursor)) return explanation.receptive_field;
  const input = cursor ? boxSeenBy(sight, layer, cursor) : undefined;
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
