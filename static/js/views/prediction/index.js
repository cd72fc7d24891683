/**
 * What the network says of the photo, each kind of answer in its own form; and one click away what
 * it can choose among.
 */

import { exportUrl } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { getElement, h } from "../../lib/dom.js";
import { layerNamed } from "../../model/graph.js";
import { isClassifying, outputOf } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";
import { boxes } from "./boxes.js";
import { networkName } from "../../model/network-names.js";
import { classList } from "./classes.js";
import { image, map } from "./maps.js";
import { numbers, tokens, unknown } from "./numbers.js";
import { OnPhoto } from "./on-photo.js";
import { binary, classes, multilabel } from "./rows.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").OutputKind} OutputKind
 * @typedef {import("../../state/types.js").State} State
 *
 * @typedef {object} Context What an answer is shown from.
 * @property {App} app
 * @property {App["store"]} store
 * @property {import("../../state/types.js").Model} model
 * @property {import("../../state/types.js").Analysis} analysis
 * @property {import("../../state/types.js").Numbers} numbers
 * @property {import("../../state/types.js").ModelOutput} info
 * @property {import("../../state/types.js").AnalysisOutput} answer
 * @property {import("../../state/types.js").Tensor | null} tensor the output's numbers, for the
 *   kinds that need them, once they are here
 * @property {OnPhoto} onPhoto
 *
 * @typedef {object} Shown
 * @property {HTMLElement[]} [view] above the rows
 * @property {HTMLElement[]} rows
 * @property {string} note
 * @property {() => Node[]} [large] the same with more room
 */

/** @type {Record<OutputKind, (context: Context) => Shown>} */
const KINDS = { classes, binary, multilabel, numbers, boxes, map, image, tokens, unknown };

/** Kinds whose answer is in the numbers of the output's layer alone. */
const FROM_NUMBERS = new Set(["map", "image", "tokens"]);

/** @param {App} app */
export function mountPredictions(app) {
  const { store } = app;
  const onPhoto = new OnPhoto(app);
  const show = () => void update(app, onPhoto);
  store.watch(["analysis", "model", "output", "theme", "frame"], show);
  store.watch(["photo", "inputImage"], ({ model, analysis, output }) => {
    const kind = outputOf({ model, analysis, output })?.info.kind;
    if (kind === "map" || kind === "image") show(); // they stand beside the photo
  });
  const dialog = getElement("#classes-dialog", HTMLDialogElement);
  getElement("#classes", HTMLElement).addEventListener("click", () => {
    const found = outputOf(store.state);
    if (!store.state.model || !found) return;
    dialog.replaceChildren(...classList(store.state.model, networkName(store.state.model, store.state.models), found.info));
    dialog.showModal();
  });
}

/**
 * @param {App} app
 * @param {OnPhoto} onPhoto
 */
async function update(app, onPhoto) {
  const { store } = app;
  const { analysis, model, numbers } = store.state;
  const found = outputOf(store.state);
  if (!analysis || !model || !numbers || !found) return;
  const { info } = found;
  head(app, found);
  downloads(analysis.id);
  const more = getElement("#classes", HTMLElement);
  more.hidden = !isClassifying(info);
  more.textContent = typeof model.card.accuracy === "number" ? t.answer.classes : t.prediction.choices;
  const layer = layerNamed(model, info.name);
  const context = { app, store, model, analysis, numbers, ...found, tensor: numbers.peek(info.name), onPhoto };
  fill(context);
  if (!FROM_NUMBERS.has(info.kind) || context.tensor || !layer) return;
  try {
    const tensor = await numbers.whole(layer);
    const isStill = store.state.numbers === numbers && outputOf(store.state)?.info === info;
    if (isStill) fill({ ...context, tensor });
  } catch (error) {
    if (isAbort(error)) return;
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}

/** @param {Context} context */
function fill(context) {
  const list = getElement("#predictions", HTMLElement);
  if (context.store.state.live && list.matches(":active")) return; // a row that is pressed is not taken away
  const focused = [...list.querySelectorAll("button")].findIndex((button) => button === document.activeElement);
  context.onPhoto.clear();
  const { view = [], rows, note, large } = KINDS[context.info.kind](context);
  const look = () => openLarge(context, large?.() ?? []);
  getElement("#answer-view", HTMLElement).replaceChildren(
    ...view,
    ...(large ? [h("button", { type: "button", class: "text", id: "answer-large", on: { click: look } }, t.prediction.large)] : []),
  );
  list.replaceChildren(...rows.map((row) => h("li", {}, row)));
  list.hidden = rows.length === 0;
  list.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
  getElement("#doubt", HTMLElement).textContent = note;
}

/**
 * Which output this is and what it is taken for. One list of classes needs no such words.
 *
 * @param {App} app
 * @param {{ info: import("../../state/types.js").ModelOutput }} found
 */
function head({ store }, { info }) {
  const outputs = store.state.model?.outputs ?? [];
  const select = h(
    "select",
    { id: "output" },
    ...outputs.map(({ name, kind }) => h("option", { value: name, selected: name === info.name }, t.prediction.output(name, t.prediction.kinds[kind]))),
  );
  select.addEventListener("change", () => store.set({ output: select.value, attributionRequest: { ...store.state.attributionRequest, target: null } }));
  const isPlain = outputs.length === 1 && info.kind === "classes";
  getElement("#answer-head", HTMLElement).replaceChildren(
    ...(outputs.length > 1 ? [h("div", { class: "field" }, h("label", { for: "output" }, t.prediction.outputs(outputs.length)), select)] : []),
    ...(isPlain ? [] : [h("details", { class: "answer-kind" }, h("summary", {}, t.prediction.kinds[info.kind]), h("p", { class: "muted" }, t.prediction.derived, " ", h("span", { lang: "en" }, info.reason)))]),
  );
}

/**
 * @param {Context} context
 * @param {Node[]} content
 */
function openLarge({ info }, content) {
  const dialog = getElement("#answer-dialog", HTMLDialogElement);
  dialog.replaceChildren(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "answer-large-title" }, t.prediction.output(info.name, t.prediction.kinds[info.kind])),
    h("div", { class: "large" }, ...content),
  );
  dialog.showModal();
}

/** @param {string} id */
function downloads(id) {
  const link = (/** @type {"json" | "npz"} */ format, /** @type {string} */ text) =>
    h("a", { href: exportUrl(id, format), download: true }, text);
  getElement("#downloads", HTMLElement).replaceChildren(
    t.answer.allNumbers, link("json", "JSON"), " · ", link("npz", "NumPy .npz"),
  );
}
