/** The pictures of the batch, each with its loss; click one to see the step from it. */

import { API } from "../../api/client.js";
import { h, setAttribute } from "../../lib/dom.js";
import { decimals, words as plainWords } from "../../i18n/format.js";
import { pictureUrl } from "../../api/learning.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("../types.js").Glass} Glass
 * @typedef {import("../types.js").GlassPicture} GlassPicture
 */

const words = say.learn.glass.pictures;

/** @param {Bench} bench */
export function picturesOf(bench) {
  const list = h("ol", { class: "glass-pictures", "aria-label": words.title });
  let shown = "";
  bench.store.watch(["glass"], ({ glass }) => {
    if (!glass) return;
    if (shown !== glass.id) list.replaceChildren(...glass.pictures.map((picture) => h("li", {}, tile(bench, glass, picture))));
    shown = glass.id;
    [...list.querySelectorAll("button")].forEach((button, place) => setAttribute(button, "aria-pressed", String(place === glass.picture)));
  });
  return list;
}

/**
 * @param {Bench} bench
 * @param {Glass} glass
 * @param {GlassPicture} picture
 */
function tile(bench, glass, { batch_index: place, index, label, loss }) {
  const { run } = bench.store.state;
  const photo = glass.after_analysis && `${API}analyses/${encodeURIComponent(glass.after_analysis)}/input`;
  const url = index !== null && run ? pictureUrl(run.config.dataset, index) : photo;
  const said = words.tile(place, plainWords(label), decimals(loss, 3));
  return h(
    "button",
    { type: "button", "aria-label": said, title: said, on: { click: () => void bench.choosePicture(place) } },
    url && h("img", { src: url, alt: "", width: 40, height: 40 }),
    h("span", {}, decimals(loss, 2)),
  );
}
