/** The pictures of the batch, each with its loss; click one to see the step from it. */

import { API } from "../../api/http.js";
import { h, setAttribute } from "../../lib/dom.js";
import { decimals, words as plainWords } from "../../i18n/format.js";
import { pictureUrl } from "../../api/learning.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepTrace} StepTrace
 * @typedef {import("../types.js").StepImage} StepImage
 */

const words = t.learn.stepInspector.pictures;

/** @param {StepViewModel} viewModel */
export function picturesOf(viewModel) {
  const list = h("ol", { class: "step-pictures", "aria-label": words.title });
  let shown = "";
  viewModel.store.watch(["stepTrace"], ({ stepTrace }) => {
    if (!stepTrace) return;
    if (shown !== stepTrace.id) list.replaceChildren(...stepTrace.pictures.map((picture) => h("li", {}, tile(viewModel, stepTrace, picture))));
    shown = stepTrace.id;
    [...list.querySelectorAll("button")].forEach((button, place) => setAttribute(button, "aria-pressed", String(place === stepTrace.picture)));
  });
  return h("div", { class: "step-batch" }, h("p", { class: "muted step-caption" }, words.caption), list);
}

/**
 * @param {StepViewModel} viewModel
 * @param {StepTrace} stepTrace
 * @param {StepImage} picture
 */
function tile(viewModel, stepTrace, { batch_index: place, index, label, loss }) {
  const { run } = viewModel.store.state;
  const photo = stepTrace.after_analysis && `${API}analyses/${encodeURIComponent(stepTrace.after_analysis)}/input`;
  const url = index !== null && run ? pictureUrl(run.config.dataset, index) : photo;
  const said = words.tile(place, plainWords(label), decimals(loss, 3));
  return h(
    "button",
    { type: "button", "aria-label": said, title: said, on: { click: () => void viewModel.choosePicture(place) } },
    url && h("img", { src: url, alt: "", width: 40, height: 40 }),
    h("span", {}, decimals(loss, 2)),
  );
}
