/** The switch above the stage while there is a pair: one side, the other, their difference, or all side by side. */

import { find, h } from "../../lib/dom.js";
import { outlookOf, twinOf } from "../../state/comparison.js";
import { shapeText } from "../../i18n/format.js";
import { hasMaps, layerNamed } from "../../model/graph.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/comparison.js").Outlook} Outlook
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

/** @type {Outlook[]} */
const OUTLOOKS = ["one", "other", "difference", "beside"];

/** @param {App} app */
export function mountPairSwitch(app) {
  const { store, comparison } = app;
  const options = OUTLOOKS.map((outlook) => {
    const input = h("input", { type: "radio", name: "outlook", value: outlook, class: "unseen" });
    input.addEventListener("change", () => comparison.look(outlook));
    const text = h("span", {});
    return { outlook, input, text, label: h("label", {}, input, text) };
  });
  const twin = h("select", { id: "twin" });
  twin.addEventListener("change", () => chooseTwin(store, twin.value));
  const twinLabel = h("label", { for: "twin", class: "quiet" });
  const twinRow = h("span", { class: "twin" }, twinLabel, twin);
  const row = h(
    "div",
    { class: "outlook", id: "outlook", hidden: true },
    h(
      "fieldset",
      { class: "scales", "aria-keyshortcuts": "x" },
      h("legend", {}, say.whatif.show),
      ...options.map(({ label }) => label),
    ),
    twinRow,
  );
  const head = find("#stage-head", HTMLElement);
  head.append(row);
  store.watch(["pair", "side", "contrast", "layer", "twin"], (state) => {
    row.hidden = state.pair === null;
    head.classList.toggle("compared", state.pair !== null);
    if (!state.pair) return;
    const names = { ...sideNames(state), difference: say.whatif.difference, beside: say.whatif.sideBySide };
    const isNetworks = state.pair.kind === "network";
    for (const { outlook, input, text, label } of options) {
      input.checked = outlook === (isNetworks && state.contrast ? "beside" : outlookOf(state));
      text.textContent = names[outlook];
      label.hidden = isNetworks && outlook === "difference"; // different layers have nothing to subtract
    }
    twinRow.hidden = !isNetworks;
    if (isNetworks) listTwins(state, twin, twinLabel);
  });
}

/**
 * What the two sides are called.
 *
 * @param {Readonly<State>} state
 * @returns {{ one: string, other: string }}
 */
export function sideNames({ pair }) {
  if (!pair || pair.kind === "variant") return { one: say.whatif.original, other: say.whatif.changed };
  if (pair.kind === "network") return { one: pair.one.model.title, other: pair.other.model.title };
  return { one: pair.one.source?.title ?? say.whatif.original, other: pair.other.source?.title ?? "" };
}

/**
 * The layers of the network that is not shown, for the current layer to be set beside.
 *
 * @param {Readonly<State>} state
 * @param {HTMLSelectElement} select
 * @param {HTMLElement} label
 */
function listTwins({ pair, side, model, layer, twin }, select, label) {
  const away = pair && pair[side === "one" ? "other" : "one"].model;
  const current = model && layerNamed(model, layer);
  if (!away || !model || !current) return;
  label.textContent = say.whatif.besideLayer(layer, away.title);
  const alike = away.layers.filter((each) => hasMaps(each) === hasMaps(current));
  select.replaceChildren(
    ...alike.map(({ name, shape }) => h("option", { value: name }, `${name} (${shapeText(shape)})`)),
  );
  select.value = twinOf(model, layer, away, twin)?.name ?? "";
}

/**
 * @param {App["store"]} store
 * @param {string} is
 */
function chooseTwin(store, is) {
  store.set({ twin: { of: store.state.layer, is } });
}
