/** Both sides of a comparison at once on the stage: which view shows them. */

import { hasMaps, unitLabels } from "../../model/graph.js";
import { compareModeOf, isComparable } from "../../state/compared-analyses.js";
import { CompareLarge } from "./large.js";
import { CompareMaps } from "./maps.js";
import { CompareNetworks } from "./networks.js";
import { CompareRows } from "./rows.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../layer/stage.js").View} View
 */

const MOST_ROWS = 100; // a longer vector whose numbers have no names is shown as cells

/**
 * The view of both sides of the current layer; the one that is up, where it still fits; null where
 * only one side is shown.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {View | null} present
 * @param {() => void} repaint called when numbers that it waited for are here
 * @returns {View | null}
 */
export function compareView(app, layer, present, repaint) {
  const { pair, bothSides, open, model, matchedLayer } = app.store.state;
  if (!pair || !bothSides || !model) return null;
  const hasDifference = isComparable(pair, layer, matchedLayer);
  const key = JSON.stringify([pair.reference.model.id, pair.candidate.model.id, hasDifference, compareModeOf(app.store.state), layer.name, open]);
  if (present && made.get(present) === key) return present;
  const view = newView();
  made.set(view, key);
  return view;

  function newView() {
    if (!hasDifference) return new CompareNetworks(app, layer, repaint);
    if (hasMaps(layer)) return open ? new CompareLarge(app, layer, repaint) : new CompareMaps(app, layer, repaint);
    const isShort = (model && unitLabels(model, layer)) || (layer.shape[0] ?? 0) <= MOST_ROWS;
    return isShort ? new CompareRows(app, layer, repaint) : new CompareLarge(app, layer, repaint);
  }
}

/** @type {WeakMap<View, string>} What each was made for. */
const made = new WeakMap();
