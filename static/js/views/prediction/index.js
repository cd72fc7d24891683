/** What the network says of the photo, each kind of answer in its own form; and one click away what it can choose among. */

import { exportUrl, isAbort, ProblemError } from "../../api/client.js";
import { find, h } from "../../lib/dom.js";
import { layerNamed } from "../../model/graph.js";
import { isClassifying, outputOf } from "../../model/outputs.js";
import { say } from "../../i18n/index.js";
import { boxes } from "./boxes.js";
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
 * @property {import("../../model/tensors.js").Tensors} numbers
 * @property {import("../../state/types.js").ModelOutput} info
 * @property {import("../../state/types.js").AnalysisOutput} answer
 * @property {import("../../state/types.js").Tensor | null} tensor the output's numbers, for the kinds that need them, once they are here
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
  store.watch(["analysis", "model", "output", "theme"], show);
  store.watch(["photo", "seen"], ({ model, analysis, output }) => {
    const kind = outputOf({ model, analysis, output })?.info.kind;
    if (kind === "map" || kind === "image") show(); // they stand beside the photo
  });
  const dialog = find("#classes-dialog", HTMLDialogElement);
  find("#classes", HTMLElement).addEventListener("click", () => {
    const found = outputOf(store.state);
    if (!store.state.model || !found) return;
    dialog.replaceChildren(...classList(store.state.model, found.info));
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
  const more = find("#classes", HTMLElement);
  more.hidden = !isClassifying(info);
  more.textContent = typeof model.card.accuracy === "number" ? say.answer.classes : say.prediction.choices;
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
  context.onPhoto.clear();
  const { view = [], rows, note, large } = KINDS[context.info.kind](context);
  const look = () => openLarge(context, large?.() ?? []);
  find("#answer-view", HTMLElement).replaceChildren(
    ...view,
    ...(large ? [h("button", { type: "button", class: "text", id: "answer-large", on: { click: look } }, say.prediction.large)] : []),
  );
  find("#predictions", HTMLElement).replaceChildren(...rows.map((row) => h("li", {}, row)));
  find("#predictions", HTMLElement).hidden = rows.length === 0;
  find("#doubt", HTMLElement).textContent = note;
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
    ...outputs.map(({ name, kind }) => h("option", { value: name, selected: name === info.name }, say.prediction.output(name, say.prediction.kinds[kind]))),
  );
  select.addEventListener("change", () => store.set({ output: select.value, why: { ...store.state.why, target: null } }));
  const isPlain = outputs.length === 1 && info.kind === "classes";
  find("#answer-head", HTMLElement).replaceChildren(
    ...(outputs.length > 1 ? [h("div", { class: "field" }, h("label", { for: "output" }, say.prediction.outputs(outputs.length)), select)] : []),
    ...(isPlain ? [] : [h("details", { class: "answer-kind" }, h("summary", {}, say.prediction.kinds[info.kind]), h("p", { class: "quiet" }, say.prediction.derived, " ", h("span", { lang: "en" }, info.reason)))]),
  );
}

/**
 * @param {Context} context
 * @param {Node[]} content
 */
function openLarge({ info }, content) {
  const dialog = find("#answer-dialog", HTMLDialogElement);
  dialog.replaceChildren(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": say.close }, "×")),
    h("h2", { id: "answer-large-title" }, say.prediction.output(info.name, say.prediction.kinds[info.kind])),
    h("div", { class: "large" }, ...content),
  );
  dialog.showModal();
}

/** @param {string} id */
function downloads(id) {
  const link = (/** @type {"json" | "npz"} */ format, /** @type {string} */ text) =>
    h("a", { href: exportUrl(id, format), download: true }, text);
  find("#downloads", HTMLElement).replaceChildren(
    say.answer.allNumbers, link("json", "JSON"), " · ", link("npz", "NumPy .npz"),
  );
}
