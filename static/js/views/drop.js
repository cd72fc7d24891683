/** A photo may be dropped anywhere on the page, or pasted; and so may a network. */

import { find } from "../dom.js";
import { isNetwork } from "../own.js";
import { say } from "../words/index.js";
import { isChoosing, offerLabels, openOwn } from "./own/index.js";

/** @param {import("../types.js").App} app */
export function mountDrop(app) {
  const { store, intake } = app;
  const veil = find("#drop", HTMLElement);
  let depth = 0; // the pointer enters and leaves every element on its way
  const show = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  addEventListener("dragenter", (event) => {
    if (carriesFiles(event.dataTransfer)) show(1);
  });
  addEventListener("dragleave", (event) => {
    if (carriesFiles(event.dataTransfer)) show(-1);
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    take(event.dataTransfer);
  });
  addEventListener("paste", (event) => take(event.clipboardData));

  /** @param {DataTransfer | null} data */
  function take(data) {
    const [file] = data?.files ?? [];
    if (file && isNetwork(file)) openOwn(app, file);
    else if (file && isChoosing()) offerLabels(app, file);
    else if (file) void intake.analyseFile(file);
    else if (data?.types.includes("text/uri-list")) store.set({ problem: ONLY_A_LINK });
  }
}

const ONLY_A_LINK = { type: "only-a-link", status: 0, ...say.problems.onlyALink };

/** @param {DataTransfer | null} data */
function carriesFiles(data) {
  return data?.types.includes("Files") ?? false;
}
