/** A photo may be dropped anywhere on the page, or pasted; and so may a network. */

import { hasFolder, listenForDrops } from "../../lib/data-transfer.js";
import { getElement } from "../../lib/dom.js";
import { sortFiles } from "../../state/models-controller.js";
import { t } from "../../i18n/index.js";
import { awaitsData, isChoosing, offerLabels, openOwn } from "../models/index.js";

const ARCHIVE = /\.zip$/i;
const ONLY_A_LINK = { type: "only-a-link", status: 0, ...t.problems.onlyALink };
const TO_LEARN_FROM = { type: "to-learn-from", status: 0, ...t.problems.toLearnFrom };

/** @param {import("../../state/types.js").App} app */
export function mountDrop(app) {
  const { store, photoController } = app;
  listenForDrops(getElement("#drop", HTMLElement), take);

  /** @param {DataTransfer} data */
  function take(data) {
    const files = [...data.files];
    const { network, data: weights, labels } = sortFiles(files);
    const [file] = files;
    if (network || weights.length || (file && awaitsData())) openOwn(app, files);
    else if (hasFolder(data) || files.some(({ name }) => ARCHIVE.test(name))) store.set({ problem: TO_LEARN_FROM });
    else if (file && isChoosing()) offerLabels(app, labels ?? file);
    else if (file) void photoController.analyseFile(file);
    else if (data.types.includes("text/uri-list")) store.set({ problem: ONLY_A_LINK });
  }
}
