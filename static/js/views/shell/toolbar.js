/** The bar at the top: which network, where one stands in it, the walk, the theme. */

import { getElement, h, setAttribute } from "../../lib/dom.js";
import { layerNamed } from "../../model/graph.js";
import { mountTheme } from "../../lib/theme.js";
import { networkName } from "../../model/network-names.js";
import { originalOf } from "../../state/compared-analyses.js";
import { t } from "../../i18n/index.js";
import { bringStageIntoSight } from "../shared/stage-in-sight.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

/** @param {App} app */
export function mountToolbar(app) {
  const { store, navigation, photoController } = app;
  const choice = getElement("#model", HTMLSelectElement);
  choice.addEventListener("change", () => void photoController.changeModel(choice.value));
  const press = (/** @type {string} */ button, /** @type {() => void} */ act) =>
    getElement(button, HTMLElement).addEventListener("click", () => {
      act();
      bringStageIntoSight();
    });
  press("#back", () => navigation.stepLayer(-1));
  press("#forward", () => navigation.stepLayer(1));
  press("#walk", () => navigation.toggleWalk());
  store.watch(["models", "model", "pair", "takenBack"], listModels);
  store.watch(["layer", "model"], showPosition);
  store.watch(["walking"], ({ walking }) => getElement("#walk", HTMLElement).setAttribute("aria-pressed", String(walking)));
  mountTheme(store);
}

/**
 * The network that the address names, whichever side of a comparison is on the stage; with the one
 * that it is compared with, so that the header never names another network than the stage alone.
 *
 * @param {Readonly<State>} state
 */
function listModels(state) {
  const { models } = state;
  const { model } = originalOf(state);
  const choice = getElement("#model", HTMLSelectElement);
  const isListed = !model || models.some(({ id }) => id === model.id); // a training's network of one moment is not
  const all = isListed ? models : [...models, model];
  const compared = state.pair?.kind === "network" ? state.pair.candidate.model : null;
  const nameOf = (/** @type {{ id: string, title: string }} */ network) => {
    const name = networkName(network, models);
    return compared && network.id === model?.id ? t.toolbar.compared(name, networkName(compared, models)) : name;
  };
  const option = (/** @type {{ id: string, title: string }} */ network) => h("option", { value: network.id }, nameOf(network));
  const own = models.filter((model) => model.uploaded);
  choice.replaceChildren(
    ...all.filter((model) => !own.some(({ id }) => id === model.id)).map(option),
    ...(own.length ? [h("optgroup", { label: t.models.list }, ...own.map(option))] : []),
  );
  if (model) choice.value = model.id;
  getElement("#lent", HTMLElement).hidden = !model?.lent || model.id === state.takenBack;
  choice.title = model ? nameOf(model) : ""; // it may be too long for the header
}

/** @param {Readonly<State>} state */
function showPosition({ layer, model }) {
  const layers = model?.layers ?? [];
  const current = model && layerNamed(model, layer);
  const at = current ? layers.indexOf(current) : -1;
  getElement("#position-number", HTMLElement).textContent = current ? t.toolbar.position(at + 1, layers.length) : t.toolbar.nowhere;
  setAttribute(getElement("#back", HTMLElement), "disabled", at <= 0);
  setAttribute(getElement("#forward", HTMLElement), "disabled", at === layers.length - 1);
}
