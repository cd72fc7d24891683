/** The bar at the top: which network, where one stands in it, the walk, the theme. */

import { find, h, setAttribute } from "../../lib/dom.js";
import { layerNamed } from "../../model/graph.js";
import { mountTheme } from "../../lib/theme.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 */

/** @param {App} app */
export function mountToolbar(app) {
  const { store, explorer, intake } = app;
  const choice = find("#model", HTMLSelectElement);
  choice.addEventListener("change", () => void intake.changeModel(choice.value));
  find("#back", HTMLElement).addEventListener("click", () => explorer.stepLayer(-1));
  find("#forward", HTMLElement).addEventListener("click", () => explorer.stepLayer(1));
  find("#walk", HTMLElement).addEventListener("click", () => explorer.toggleWalk());
  store.watch(["models", "model"], listModels);
  store.watch(["layer", "model"], showPosition);
  store.watch(["walking"], ({ walking }) => find("#walk", HTMLElement).setAttribute("aria-pressed", String(walking)));
  mountTheme(store);
}

/** @param {Readonly<State>} state */
function listModels({ models, model }) {
  const choice = find("#model", HTMLSelectElement);
  const isListed = !model || models.some(({ id }) => id === model.id); // a training's network of one moment is not
  const all = isListed ? models : [...models, model];
  const option = (/** @type {{ id: string, title: string }} */ { id, title }) => h("option", { value: id }, title);
  const own = models.filter((model) => model.uploaded);
  choice.replaceChildren(
    ...all.filter((model) => !own.some(({ id }) => id === model.id)).map(option),
    ...(own.length ? [h("optgroup", { label: say.own.list }, ...own.map(option))] : []),
  );
  if (model) choice.value = model.id;
}

/** @param {Readonly<State>} state */
function showPosition({ layer, model }) {
  const layers = model?.layers ?? [];
  const current = model && layerNamed(model, layer);
  const at = current ? layers.indexOf(current) : -1;
  find("#position", HTMLElement).textContent = current ? say.toolbar.position(at + 1, layers.length) : say.toolbar.nowhere;
  setAttribute(find("#back", HTMLElement), "disabled", at <= 0);
  setAttribute(find("#forward", HTMLElement), "disabled", at === layers.length - 1);
}
