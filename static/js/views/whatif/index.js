/** The panel of “What if?”: the answer before and after, what can be changed, what that does, and what is compared. */

import { find, h } from "../../lib/dom.js";
import { mountPairSwitch } from "../compare/switch.js";
import { besideSection } from "./compare-with.js";
import { chartSection } from "./chart.js";
import { listSection } from "./list.js";
import { networkSection } from "./network.js";
import { photoSection } from "./photo.js";
import { say } from "../../i18n/index.js";
import { scoresSection } from "./scores.js";

/** @param {import("../../state/types.js").App} app */
export function mountWhatIf(app) {
  find("#whatif", HTMLElement).append(
    h("h2", { class: "unseen" }, say.whatif.title),
    scoresSection(app),
    photoSection(app),
    networkSection(app),
    listSection(app),
    chartSection(app),
    besideSection(app),
  );
  mountPairSwitch(app);
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
    const isWriting = event.target instanceof Element && event.target.closest("input:not([type=range])");
    if (!isUndo || isWriting) return;
    event.preventDefault();
    app.comparison.undo();
  });
}
