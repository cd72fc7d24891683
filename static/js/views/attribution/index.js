/** “Why this class?”: the tab's panel, its stage, and what keeps them in step. */

import { getElement } from "../../lib/dom.js";
import { hasMaps } from "../../model/graph.js";
import { AttributionLoader } from "./loader.js";
import { methodOf } from "../../model/attribution-methods.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";

/** @typedef {import("../../state/types.js").App} App */

/** @param {App} app */
export function mountAttribution(app) {
  const loader = new AttributionLoader(app.store);
  getElement("#attribution", HTMLElement).append(new Panel(app, loader).element);
  new Stage(app, loader);
  followLayer(app);
  loader.follow();
}

/**
 * A reader who goes to another layer here means to see it: as the layer that the map is taken at,
 * where there is one, or else itself.
 *
 * @param {App} app
 */
function followLayer({ store, navigation }) {
  let { analysis } = store.state;
  store.watch(["analysis", "layer"], ({ tab, attributionRequest, layer, analysis: now }) => {
    const isAnother = analysis !== null && analysis === now;
    analysis = now;
    if (tab !== "attribution" || !isAnother || !navigation.layer) return;
    if (methodOf(attributionRequest.method).atLayer && hasMaps(navigation.layer)) store.set({ attributionRequest: { ...attributionRequest, from: layer } });
    else store.set({ tab: "layer" });
  });
}
