/**
 * The strongest path from a number back to the pixels: as a list, on the strip, and one step at a
 * time.
 */

import { fetchStrongestPath } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { announce, getElement, h, placeBox, setAttribute } from "../../lib/dom.js";
import { number, signed, words } from "../../i18n/format.js";
import { hasMaps, layerNamed, mapName, unitLabels } from "../../model/graph.js";
import { onPhoto } from "../../model/receptive-fields.js";
import { fractions, placeOf } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { fieldTool } from "../photo/effective-receptive-field.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").FollowedPath} FollowedPath
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("../../state/types.js").PathStep} PathStep
 */

/** @param {App} app */
export function mountStrongestPath(app) {
  const list = h("div", { class: "strongest-path", hidden: true });
  const follow = h("button", { type: "button", class: "tool", "aria-keyshortcuts": "p", on: { click: () => void begin(app) } });
  const tools = h("section", { class: "tools", "aria-label": t.strongestPath.tools }, fieldTool(app), h("div", {}, follow, list));
  getElement("#inspector .explain", HTMLElement).before(tools);
  app.store.watch(["analysis"], ({ strongestPath, analysis }) => {
    if (strongestPath && strongestPath.analysis !== analysis?.id) app.store.set({ strongestPath: null });
  });
  app.store.watch(["strongestPath", "cursor", "layer"], (state) => {
    follow.textContent = state.strongestPath && !isAt(state, state.strongestPath.steps[0]) ? t.strongestPath.fromHere : t.strongestPath.button;
    follow.hidden = state.strongestPath !== null && isAt(state, state.strongestPath.steps[0]);
  });
  app.store.watch(["strongestPath"], ({ strongestPath }) => show(app, list, strongestPath));
  app.store.watch(["strongestPath", "analysis"], placeEnd);
  follow.textContent = t.strongestPath.button;
  app.shortcuts.register({
    p: () => {
      app.store.set({ tab: "layer" });
      stepPath(app);
    },
  });
}

/**
 * Follow the strongest path; once it is there, one step further back.
 *
 * @param {App} app
 */
function stepPath(app) {
  const { strongestPath } = app.store.state;
  if (strongestPath) goTo(app, Math.min(strongestPath.at + 1, strongestPath.steps.length - 1));
  else void begin(app);
}

/** @param {App["store"]} store */
function closePath(store) {
  store.set({ strongestPath: null });
}

/** @param {App} app */
async function begin({ store, live }) {
  await live.freeze();
  const { analysis, layer, cursor } = store.state;
  if (!analysis || !cursor) return;
  try {
    const { steps } = await fetchStrongestPath(analysis.id, layer, cursor);
    if (store.state.analysis !== analysis) return;
    store.set({ strongestPath: { analysis: analysis.id, steps, at: 0 } });
    announce(t.strongestPath.found(steps.length));
  } catch (error) {
    if (isAbort(error)) return;
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}

/**
 * @param {App} app
 * @param {number} at
 */
function goTo({ store, navigation }, at) {
  const { strongestPath } = store.state;
  const step = strongestPath?.steps[at];
  if (!strongestPath || !step) return;
  store.set({ strongestPath: { ...strongestPath, at } });
  navigation.goTo(step.layer, placeOf(step));
}

/**
 * @param {App} app
 * @param {HTMLElement} list
 * @param {FollowedPath | null} strongestPath
 */
function show(app, list, strongestPath) {
  const { model } = app.store.state;
  list.hidden = strongestPath === null;
  if (!strongestPath || !model) {
    list.replaceChildren();
    return;
  }
  const hadFocus = list.contains(document.activeElement);
  const isEnd = strongestPath.at === strongestPath.steps.length - 1;
  list.replaceChildren(
    h("h3", {}, t.strongestPath.title),
    h("p", { class: "muted" }, t.strongestPath.lead),
    h("ol", { class: "path-steps" }, ...strongestPath.steps.map((step, i) => h("li", {}, stepRow(app, model, step, i, strongestPath.at)))),
    h(
      "p",
      { class: "ways-out" },
      h("button", { type: "button", class: "text", disabled: isEnd, on: { click: () => stepPath(app) } }, t.strongestPath.next),
      h("button", { type: "button", class: "text", on: { click: () => closePath(app.store) } }, t.strongestPath.close),
    ),
  );
  if (hadFocus) getElement('.path-steps [aria-current="step"]', HTMLElement, list).focus();
}

/**
 * @param {App} app
 * @param {Model} model
 * @param {PathStep} step
 * @param {number} i
 * @param {number} at
 */
function stepRow(app, model, step, i, at) {
  const { value, product } = step;
  const row = h(
    "button",
    { type: "button", class: "path-step", data: { layer: step.layer }, on: { click: () => goTo(app, i) } },
    h("span", { class: "path-name" }, step.layer),
    h("span", { class: "path-place muted" }, placeName(model, step)),
    h("data", { value: String(value), title: String(value) }, number(value)),
    product === null
      ? h("span", { class: "path-product" })
      : h("data", { class: "path-product muted", value: String(product), title: t.strongestPath.contribution }, signed(product)),
  );
  setAttribute(row, "aria-current", i === at && "step");
  return row;
}

/**
 * @param {Model} model
 * @param {PathStep} step
 */
function placeName(model, step) {
  const layer = layerNamed(model, step.layer);
  const [first = 0, y, x] = placeOf(step);
  if (!layer) return "";
  if (hasMaps(layer)) return `${mapName(layer, first)} · y ${y} · x ${x}`;
  const label = unitLabels(model, layer)?.[first];
  return label === undefined ? t.strongestPath.unit(first) : words(label);
}

/**
 * Whether the cursor is on a step's number.
 *
 * @param {Readonly<State>} state
 * @param {PathStep | undefined} step
 */
function isAt({ layer, cursor }, step) {
  return step?.layer === layer && String(cursor) === String(placeOf(step));
}

/**
 * The pixels at the end of the path, on both images.
 *
 * @param {Readonly<State>} state
 */
function placeEnd({ strongestPath, analysis }) {
  const end = strongestPath?.steps.at(-1)?.receptive_field?.input ?? null;
  const { input } = analysis ?? {};
  const [height = 1, width = 1] = input?.size ?? [];
  placeBox(getElement("#network-input-end", HTMLElement), end && fractions(end, height, width));
  placeBox(getElement("#photo-end", HTMLElement), input && end ? fractions(onPhoto(end, input), input.height, input.width) : null);
}
