/**
 * Which picture the network is shown: one of the set, or one's own, from a file, the camera or the
 * drawing pad.
 */

import { h } from "../../lib/dom.js";
import { NumberCheck } from "../../views/shared/number-check.js";
import { t } from "../../i18n/index.js";
import { Camera } from "../../views/shared/camera.js";
import { Pad } from "../../views/shared/draw.js";

/** @typedef {import("../types.js").LearnStore} LearnStore */

const words = t.learn.run.live;

/** @param {LearnStore} store */
export function pictureChoice(store) {
  const bring = (/** @type {File} */ file) => store.set({ picture: { blob: file, name: file.name } });
  const camera = new Camera(bring);
  const pad = new Pad(bring);
  const number = h("input", { id: "picture-number", type: "number", min: 0, step: 1 });
  const file = h("input", { id: "picture-file", type: "file", class: "visually-hidden", accept: "image/*", tabindex: -1, "aria-hidden": "true" });
  const goTo = (/** @type {number} */ index) => {
    const count = pictures(store);
    store.set({ picture: { index: ((index % count) + count) % count } });
  };
  const check = new NumberCheck(number);
  number.addEventListener("change", () => check.mark() && goTo(number.valueAsNumber));
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) bring(chosen);
    file.value = "";
  });
  let shown = "";
  const step = (/** @type {number} */ by) => goTo(indexOf(store) + by);
  const show = () => {
    const { picture } = store.state;
    number.max = String(pictures(store) - 1);
    const key = JSON.stringify([picture && "index" in picture ? picture.index : null, number.max]);
    if (key === shown) return; // what was entered stays, also where there is no such picture
    shown = key;
    if (picture && "index" in picture) number.value = String(picture.index);
    check.mark();
  };
  store.watch(["picture", "run", "datasets"], show);
  show();
  const text = (/** @type {string} */ id, /** @type {string} */ name, /** @type {() => void} */ click) =>
    h("button", { type: "button", class: "text", id, on: { click } }, name);
  const icon = (/** @type {string} */ sign, /** @type {string} */ name, /** @type {() => void} */ click) =>
    h("button", { type: "button", class: "icon", "aria-label": name, title: name, on: { click } }, sign);
  return h(
    "div",
    { class: "picture-choice" },
    h("div", { class: "picture-of-set" }, h("label", { for: "picture-number" }, words.picture), icon("‹", words.before, () => step(-1)), number, icon("›", words.another, () => step(1))),
    check.note,
    h("div", { class: "picture-own" }, file, text("picture-choose", words.choose, () => file.click()), text("camera", words.camera, () => void camera.open()), text("draw", words.draw, () => pad.open())),
  );
}

/** @param {LearnStore} store */
function indexOf({ state: { picture } }) {
  return picture && "index" in picture ? picture.index : 0;
}

/**
 * How many pictures the run's set has.
 *
 * @param {LearnStore} store
 */
function pictures({ state: { datasets, run, config } }) {
  return datasets.find(({ id }) => id === (run?.config.dataset ?? config.dataset))?.pictures ?? 1;
}
