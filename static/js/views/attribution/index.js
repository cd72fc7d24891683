/** “Why this class?”: the tab's panel, its stage, and what keeps them in step. */

import { find } from "../../lib/dom.js";
import { hasMaps } from "../../model/graph.js";
import { Asking } from "./loader.js";
import { methodOf } from "../../model/attribution-methods.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";

/** @typedef {import("../../state/types.js").App} App */

/** @param {App} app */
export function mountWhy(app) {
  const asking = new Asking(app.store);
  find("#why", HTMLElement).append(new Panel(app, asking).element);
  new Stage(app, asking);
  followLayer(app);
  asking.follow();
}

/**
 * A reader who goes to another layer here means to see it: as the layer that the map is taken at, where there is one, or
 * else itself.
 *
 * @param {App} app
 */
function followLayer({ store, explorer }) {
  let { analysis } = store.state;
  store.watch(["analysis", "layer"], ({ tab, why, layer, analysis: now }) => {
    const isAnother = analysis !== null && analysis === now;
    analysis = now;
    if (tab !== "why" || !isAnother || !explorer.layer) return;
    if (methodOf(why.method).atLayer && hasMaps(explorer.layer)) store.set({ why: { ...why, from: layer } });
    else store.set({ tab: "layer" });
  });
}
