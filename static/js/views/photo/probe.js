/**
 * From the photo to the values: which numbers of the current layer see the place that the reader
 * points at.
 */

import { announce, getElement, placeBox, setAttribute } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { hasMaps, mapsBehind } from "../../model/graph.js";
import { onInput, onPhoto, placesThatSee } from "../../model/receptive-fields.js";
import { fractions } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { HoldChip } from "../shared/hold-chip.js";
import { pointing } from "../shared/pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Box} Box
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Probe} Probe
 * @typedef {import("../../state/types.js").LayerReceptiveFields} LayerReceptiveFields
 * @typedef {import("../../state/types.js").State} State
 *
 * @typedef {{ y: number, x: number }} Pixel
 */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
});

/** @param {App} app */
export function mountProbe(app) {
  listen(app, getElement("#frame", HTMLElement), (x, y, { input }) => onInput(x * input.width, y * input.height, input));
  const pixels = getElement(".pixels", HTMLElement);
  listen(app, pixels, (x, y, { input: { size } }) => within(y * (size[0] ?? 1), x * (size[1] ?? 1), size));
  listenToKeys(app, pixels);
  const chip = new HoldChip(() => {
    const { probe } = app.store.state;
    if (probe) app.store.set({ probe: probe.held ? null : { ...probe, held: true } });
  });
  getElement("#probe-words", HTMLElement).after(chip.element);
  app.store.watch(["probe"], ({ probe }) => chip.show(probe !== null, probe?.held ?? false));
  app.store.watch(["analysis"], ({ probe }) => probe && app.store.set({ probe: null }));
  app.store.watch(["probe", "receptiveFields", "layer", "analysis"], (state) => show(app, state));
}

/**
 * A picture whose pixels can be pointed at, and held.
 *
 * @param {App} app
 * @param {HTMLElement} picture
 * @param {(x: number, y: number, analysis: import("../../state/types.js").Analysis) => { y: number,
 *   x: number } | null} pixelAt x and y are shares of the picture
 */
function listen({ store }, picture, pixelAt) {
  const pixelOf = (/** @type {MouseEvent} */ { clientX, clientY, defaultPrevented }) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const { analysis } = store.state;
    return analysis && !defaultPrevented ? pixelAt((clientX - left) / width, (clientY - top) / height, analysis) : null;
  };
  const show = (/** @type {Pixel} */ pixel) => store.set({ probe: { ...pixel, held: false } });
  const hold = (/** @type {Pixel} */ pixel) => store.set({ probe: { ...pixel, held: true } });
  const reader = {
    point: (/** @type {Pixel} */ pixel) => {
      const { probe } = store.state;
      if (!probe?.held && !(probe?.y === pixel.y && probe.x === pixel.x)) show(pixel);
    },
    show,
    hold,
    click: (/** @type {Pixel} */ pixel) => (store.state.probe?.held ? show(pixel) : hold(pixel)),
  };
  for (const [type, listener] of Object.entries(pointing(reader, pixelOf))) picture.addEventListener(type, listener);
  picture.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse" && store.state.probe?.held === false) store.set({ probe: null }); // a finger that is lifted leaves, too
  });
}

/**
 * @param {App} app
 * @param {HTMLElement} picture
 */
function listenToKeys({ store }, picture) {
  picture.tabIndex = 0;
  setAttribute(picture, "role", "application");
  setAttribute(picture, "aria-roledescription", t.probe.role);
  setAttribute(picture, "aria-label", t.probe.label);
  picture.addEventListener("keydown", (event) => {
    const { probe, analysis } = store.state;
    const [height = 1, width = 1] = analysis?.input.size ?? [];
    const move = ARROWS[event.key];
    const begins = move ?? (event.key === "Enter" ? [0, 0] : null);
    if (event.key === "Escape" && probe) store.set({ probe: null });
    else if (begins && !probe?.held) store.set({ probe: { y: Math.floor(height / 2), x: Math.floor(width / 2), held: true } });
    else if (move && probe) store.set({ probe: { ...within(probe.y + move[0], probe.x + move[1], [height, width]), held: true } });
    else return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere, these keys step through layers and maps
  });
}

/**
 * @param {number} y
 * @param {number} x
 * @param {number[]} size
 */
function within(y, x, [height = 1, width = 1]) {
  const inside = (/** @type {number} */ n, /** @type {number} */ size) => Math.max(0, Math.min(size - 1, Math.floor(n)));
  return { y: inside(y, height), x: inside(x, width) };
}

/**
 * @param {App} app
 * @param {Readonly<State>} state
 */
function show({ navigation }, { probe, receptiveFields, analysis, layer, model }) {
  const current = navigation.layer;
  if (!analysis || !current || !model) return;
  placeSpots(probe, analysis.input);
  const isKnown = receptiveFields?.layer === layer;
  const words = getElement("#probe-words", HTMLElement);
  words.classList.toggle("held", probe?.held ?? false);
  if (!probe || !isKnown) {
    if (!probe) words.textContent = t.probe.hint;
    mark(layer, null);
    return;
  }
  const fields = receptiveFields.fields.map((field) => placesThatSee(field, probe.y, probe.x));
  const [, height = 1, width = 1] = current.shape;
  const box = hasMaps(current) ? (fields[0] ?? null) : null;
  mark(layer, box && fractions(box, height, width));
  words.textContent = `${t.probe.pixel(probe.y, probe.x)} ${inWords(current, receptiveFields, fields, mapsBehind(model, layer)?.name)}`;
  announce(words.textContent);
}

/**
 * @param {Layer} layer
 * @param {LayerReceptiveFields} receptiveFields
 * @param {(Box | null)[]} boxes the places that see the pixel, in each of the maps
 * @param {string | undefined} unchanged the maps whose numbers a vector hands on as they are
 */
function inWords({ name, shape }, receptiveFields, boxes, unchanged) {
  const [first = 0, height, width] = shape;
  const places = boxes.map((box) => (box ? (box.bottom - box.top) * (box.right - box.left) : 0));
  if (height !== undefined) {
    const [box] = boxes;
    if (!box) return t.probe.none(name);
    return t.probe.maps(name, box.bottom - box.top, box.right - box.left, height, width ?? 1, first);
  }
  if (places.every((n) => n === 0)) return t.probe.none(name);
  if (receptiveFields.fields[0]?.name !== unchanged) return t.probe.all(name, count(first));
  const rows = receptiveFields.fields[0]?.rows?.length ?? 1;
  const columns = receptiveFields.fields[0]?.columns?.length ?? 1;
  return t.probe.units(name, count(((places[0] ?? 0) * first) / (rows * columns)), count(first));
}

/**
 * Where the pixel is, on both pictures.
 *
 * @param {Probe | null} probe
 * @param {import("../../state/types.js").Analysis["input"]} input
 */
function placeSpots(probe, input) {
  const pixel = probe && { left: probe.x, top: probe.y, right: probe.x + 1, bottom: probe.y + 1 };
  const [height = 1, width = 1] = input.size;
  placeBox(getElement("#network-input-spot", HTMLElement), pixel && fractions(pixel, height, width));
  placeBox(getElement("#photo-spot", HTMLElement), pixel && fractions(onPhoto(pixel, input), input.height, input.width));
}

/**
 * Mark a part of every map of the current layer, on the stage and in the strip. One place in the
 * style sheet draws them all, so that thousands of maps cost no more than one.
 *
 * @param {string} layer
 * @param {{ left: number, top: number, width: number, height: number } | null} box
 */
function mark(layer, box) {
  for (const column of document.querySelectorAll(".column.probed")) column.classList.remove("probed");
  const column = document.querySelector(`.column[data-layer="${CSS.escape(layer)}"]`);
  for (const place of [getElement("#stage-body", HTMLElement), column]) {
    if (!(place instanceof HTMLElement)) continue;
    place.classList.toggle("probed", box !== null);
    for (const side of /** @type {const} */ (["left", "top", "width", "height"])) {
      if (box) place.style.setProperty(`--probe-${side}`, `${box[side] * 100}%`);
    }
  }
}
