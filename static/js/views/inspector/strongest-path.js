/** The strongest path from a number back to the pixels: as a list, on the strip, and one step at a time. */

import { fetchTrail, isAbort, ProblemError } from "../../api/client.js";
import { announce, find, h, placeBox, setAttribute } from "../../lib/dom.js";
import { number, signed, words } from "../../i18n/format.js";
import { hasMaps, layerNamed, mapName, unitLabels } from "../../model/graph.js";
import { onPhoto } from "../../model/receptive-fields.js";
import { fractions, placeOf } from "../../model/terms.js";
import { say } from "../../i18n/index.js";
import { fieldTool } from "../photo/effective-receptive-field.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Followed} Followed
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("../../state/types.js").TrailStep} TrailStep
 */

/** @param {App} app */
export function mountTrail(app) {
  const list = h("div", { class: "trail", hidden: true });
  const follow = h("button", { type: "button", class: "tool", "aria-keyshortcuts": "p", on: { click: () => void begin(app) } });
  const tools = h("section", { class: "tools", "aria-label": say.trail.tools }, fieldTool(app), h("div", {}, follow, list));
  find("#inspector .sums", HTMLElement).before(tools);
  app.store.watch(["analysis"], ({ trail, analysis }) => {
    if (trail && trail.analysis !== analysis?.id) app.store.set({ trail: null });
  });
  app.store.watch(["trail", "cursor", "layer"], (state) => {
    follow.textContent = state.trail && !isAt(state, state.trail.steps[0]) ? say.trail.anew : say.trail.button;
    follow.hidden = state.trail !== null && isAt(state, state.trail.steps[0]);
  });
  app.store.watch(["trail"], ({ trail }) => show(app, list, trail));
  app.store.watch(["trail", "analysis"], placeEnd);
  follow.textContent = say.trail.button;
  app.shortcuts.register({
    p: () => {
      app.store.set({ tab: "layer" });
      stepTrail(app);
    },
  });
}

/**
 * Follow the strongest path; once it is there, one step further back.
 *
 * @param {App} app
 */
function stepTrail(app) {
  const { trail } = app.store.state;
  if (trail) goTo(app, Math.min(trail.at + 1, trail.steps.length - 1));
  else void begin(app);
}

/** @param {App["store"]} store */
function closeTrail(store) {
  store.set({ trail: null });
}

/** @param {App} app */
async function begin({ store }) {
  const { analysis, layer, cursor } = store.state;
  if (!analysis || !cursor) return;
  try {
    const { steps } = await fetchTrail(analysis.id, layer, cursor);
    if (store.state.analysis !== analysis) return;
    store.set({ trail: { analysis: analysis.id, steps, at: 0 } });
    announce(say.trail.found(steps.length));
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
function goTo({ store, explorer }, at) {
  const { trail } = store.state;
  const step = trail?.steps[at];
  if (!trail || !step) return;
  store.set({ trail: { ...trail, at } });
  explorer.goTo(step.layer, placeOf(step));
}

/**
 * @param {App} app
 * @param {HTMLElement} list
 * @param {Followed | null} trail
 */
function show(app, list, trail) {
  const { model } = app.store.state;
  list.hidden = trail === null;
  if (!trail || !model) {
    list.replaceChildren();
    return;
  }
  const hadFocus = list.contains(document.activeElement);
  const isEnd = trail.at === trail.steps.length - 1;
  list.replaceChildren(
    h("h3", {}, say.trail.title),
    h("p", { class: "quiet" }, say.trail.lead),
    h("ol", { class: "trail-steps" }, ...trail.steps.map((step, i) => h("li", {}, stepRow(app, model, step, i, trail.at)))),
    h(
      "p",
      { class: "ways-out" },
      h("button", { type: "button", class: "text", disabled: isEnd, on: { click: () => stepTrail(app) } }, say.trail.next),
      h("button", { type: "button", class: "text", on: { click: () => closeTrail(app.store) } }, say.trail.close),
    ),
  );
  if (hadFocus) find('.trail-steps [aria-current="step"]', HTMLElement, list).focus();
}

/**
 * @param {App} app
 * @param {Model} model
 * @param {TrailStep} step
 * @param {number} i
 * @param {number} at
 */
function stepRow(app, model, step, i, at) {
  const { value, product } = step;
  const row = h(
    "button",
    { type: "button", class: "trail-step", data: { layer: step.layer }, on: { click: () => goTo(app, i) } },
    h("span", { class: "trail-name" }, step.layer),
    h("span", { class: "trail-place quiet" }, placeName(model, step)),
    h("data", { value: String(value), title: String(value) }, number(value)),
    product === null
      ? h("span", { class: "trail-product" })
      : h("data", { class: "trail-product quiet", value: String(product), title: say.trail.brought }, signed(product)),
  );
  setAttribute(row, "aria-current", i === at && "step");
  return row;
}

/**
 * @param {Model} model
 * @param {TrailStep} step
 */
function placeName(model, step) {
  const layer = layerNamed(model, step.layer);
  const [first = 0, y, x] = placeOf(step);
  if (!layer) return "";
  if (hasMaps(layer)) return `${mapName(layer, first)} · y ${y} · x ${x}`;
  const label = unitLabels(model, layer)?.[first];
  return label === undefined ? say.trail.unit(first) : words(label);
}

/**
 * Whether the cursor is on a step's number.
 *
 * @param {Readonly<State>} state
 * @param {TrailStep | undefined} step
 */
function isAt({ layer, cursor }, step) {
  return step?.layer === layer && String(cursor) === String(placeOf(step));
}

/**
 * The pixels that the trail ends at, on both pictures.
 *
 * @param {Readonly<State>} state
 */
function placeEnd({ trail, analysis }) {
  const end = trail?.steps.at(-1)?.receptive_field?.input ?? null;
  const { input } = analysis ?? {};
  const [height = 1, width = 1] = input?.size ?? [];
  placeBox(find("#seen-end", HTMLElement), end && fractions(end, height, width));
  placeBox(find("#photo-end", HTMLElement), input && end ? fractions(onPhoto(end, input), input.height, input.width) : null);
}
