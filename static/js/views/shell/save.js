/**
 * What is on the page, to take along: pictures of its panels, a layer's numbers, and programs that
 * compute them anew.
 */

import { layerUrl } from "../../api/client.js";
import { getElement, h } from "../../lib/dom.js";
import { pictureOf } from "../../render/paint-panel.js";
import { notebookOf, scriptOf } from "../../export/python.js";
import { t } from "../../i18n/index.js";

/** @typedef {import("../../state/types.js").App} App */

const words = t.save;

/** @type {[keyof typeof words.panels, string][]} */
const PANELS = [["stage", "#stage"], ["inspector", ".inspector"], ["photo", ".panel.photo"], ["seen", ".panel.network-input"], ["strip", "#strip"]];

/** @param {App} app */
export function mountSave(app) {
  const dialog = getElement("#save-dialog", HTMLDialogElement);
  getElement("#save", HTMLElement).addEventListener("click", async () => {
    await app.live.freeze();
    if (!app.navigation.layer || !app.store.state.analysis) return;
    dialog.replaceChildren(...offers(app));
    dialog.showModal();
  });
}

/** @param {App} app */
function offers({ store, navigation }) {
  const { layer } = navigation;
  const { analysis } = store.state;
  if (!layer || !analysis) return [];
  const stem = `convscope-${layer.name.replace(/[^\w-]/g, "_")}`;
  const button = (/** @type {string} */ name, /** @type {() => void} */ click) =>
    h("li", {}, h("button", { type: "button", class: "text", on: { click } }, name));
  const link = (/** @type {"npz" | "npy" | "json"} */ format, /** @type {string} */ name) =>
    h("li", {}, h("a", { href: layerUrl(analysis.id, layer.name, format), download: `${stem}.${format}` }, name));
  const text = (/** @type {string} */ content, /** @type {string} */ type) => new Blob([content], { type });
  return [
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "save-title" }, words.title),
    h("h3", {}, words.picture),
    h("ul", { class: "ways-out" }, ...PANELS.map(([name, selector]) => button(words.panels[name], () => savePanel(store.state, name, selector)))),
    h("h3", {}, words.numbers(layer.name)),
    h("ul", { class: "ways-out" }, link("npz", "NumPy .npz"), link("npy", "NumPy .npy"), link("json", "JSON")),
    h("h3", {}, words.program),
    h("p", { class: "muted" }, words.same),
    h(
      "ul",
      { class: "ways-out" },
      button(words.script, () => download(text(scriptOf(store.state, layer), "text/x-python"), `${stem}.py`)),
      button(words.notebook, () => download(text(notebookOf(store.state, layer), "application/x-ipynb+json"), `${stem}.ipynb`)),
    ),
  ];
}

/**
 * @param {Readonly<import("../../state/types.js").State>} state
 * @param {string} name
 * @param {string} selector
 */
function savePanel({ source, model, layer }, name, selector) {
  const caption = [layer, source?.title, model?.title].filter(Boolean).join(" · ");
  pictureOf(getElement(selector, HTMLElement), caption).toBlob((blob) => blob && download(blob, `convscope-${name}.png`));
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000); // the browser has begun with it by then
}
