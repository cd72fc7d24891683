/**
 * The panel of “What if?”: the answer before and after, what is compared, what can be changed, and
 * what that does.
 */

import { getElement, h } from "../../lib/dom.js";
import { mountCompareSwitch } from "../compare/switch.js";
import { compareWithSection } from "./compare-with.js";
import { chartSection } from "./chart.js";
import { listSection } from "./list.js";
import { networkSection } from "./network.js";
import { photoSection } from "./photo.js";
import { t } from "../../i18n/index.js";
import { scoresSection } from "./scores.js";

/** @param {import("../../state/types.js").App} app */
export function mountWhatIf(app) {
  getElement("#whatif", HTMLElement).append(
    h("h2", { class: "visually-hidden" }, t.whatif.title),
    scoresSection(app),
    compareWithSection(app),
    photoSection(app),
    networkSection(app),
    listSection(app),
    chartSection(app),
  );
  mountCompareSwitch(app);
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
    const isWriting = event.target instanceof Element && event.target.closest("input:not([type=range])");
    if (!isUndo || isWriting) return;
    event.preventDefault();
    app.comparison.undo();
  });
}
