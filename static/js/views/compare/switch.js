/**
 * The switch above the stage while there is a pair: one side, the other, their difference, or all
 * side by side.
 */

import { getElement, h } from "../../lib/dom.js";
import { compareModeOf, isComparable, matchingLayer } from "../../state/compared-analyses.js";
import { shapeText } from "../../i18n/format.js";
import { hasMaps, layerNamed } from "../../model/graph.js";
import { networkName } from "../../model/network-names.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/compared-analyses.js").CompareMode} CompareMode
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

/** @type {CompareMode[]} */
const COMPARE_MODES = ["reference", "candidate", "difference", "side-by-side"];

/** @param {App} app */
export function mountCompareSwitch(app) {
  const { store, comparison } = app;
  const options = COMPARE_MODES.map((compareMode) => {
    const input = h("input", { type: "radio", name: "outlook", value: compareMode, class: "visually-hidden" });
    input.addEventListener("change", () => comparison.look(compareMode));
    const text = h("span", {});
    return { compareMode, input, text, label: h("label", {}, input, text) };
  });
  const matchedLayer = h("select", { id: "matched-layer" });
  matchedLayer.addEventListener("change", () => chooseMatchedLayer(store, matchedLayer.value));
  const matchedLayerLabel = h("label", { for: "matched-layer", class: "muted" });
  const matchedLayerRow = h("span", { class: "matched-layer" }, matchedLayerLabel, matchedLayer);
  const row = h(
    "div",
    { class: "compare-mode", id: "compare-mode", hidden: true },
    h(
      "fieldset",
      { class: "scales", "aria-keyshortcuts": "x" },
      h("legend", {}, t.whatif.show),
      ...options.map(({ label }) => label),
    ),
    matchedLayerRow,
  );
  const head = getElement("#stage-head", HTMLElement);
  head.append(row);
  store.watch(["pair", "side", "bothSides", "layer", "matchedLayer", "models"], (state) => {
    row.hidden = state.pair === null;
    head.classList.toggle("compared", state.pair !== null);
    if (!state.pair) return;
    const names = { ...sideNames(state), difference: t.whatif.difference, "side-by-side": t.whatif.sideBySide };
    const isNetworks = state.pair.kind === "network";
    const current = state.model && layerNamed(state.model, state.layer);
    const hasDifference = current && isComparable(state.pair, current, state.matchedLayer);
    for (const { compareMode, input, text, label } of options) {
      input.checked = compareMode === compareModeOf(state);
      text.textContent = names[compareMode];
      label.hidden = !hasDifference && compareMode === "difference"; // different layers have nothing to subtract
    }
    matchedLayerRow.hidden = !isNetworks;
    if (isNetworks) listLayers(state, matchedLayer, matchedLayerLabel);
  });
}

/**
 * What the two sides are called.
 *
 * @param {Readonly<State>} state
 * @returns {{ reference: string, candidate: string }}
 */
export function sideNames({ pair, models }) {
  if (!pair || pair.kind === "variant") return { reference: t.whatif.original, candidate: t.whatif.changed };
  if (pair.kind === "trained") return t.whatif.training;
  if (pair.kind === "network") return { reference: networkName(pair.reference.model, models), candidate: networkName(pair.candidate.model, models) };
  return { reference: pair.reference.source?.title ?? t.whatif.original, candidate: pair.candidate.source?.title ?? "" };
}

/**
 * The layers of the network that is not shown, for the current layer to be set beside.
 *
 * @param {Readonly<State>} state
 * @param {HTMLSelectElement} select
 * @param {HTMLElement} label
 */
function listLayers({ pair, side, model, models, layer, matchedLayer }, select, label) {
  const away = pair && pair[side === "reference" ? "candidate" : "reference"].model;
  const current = model && layerNamed(model, layer);
  if (!away || !model || !current) return;
  label.textContent = t.whatif.matchedLayer(layer, networkName(away, models));
  const alike = away.layers.filter((each) => hasMaps(each) === hasMaps(current));
  select.replaceChildren(
    ...alike.map(({ name, shape }) => h("option", { value: name }, `${name} (${shapeText(shape)})`)),
  );
  select.value = matchingLayer(model, layer, away, matchedLayer)?.name ?? "";
}

/**
 * @param {App["store"]} store
 * @param {string} is
 */
function chooseMatchedLayer(store, is) {
  store.set({ matchedLayer: { of: store.state.layer, is } });
}
