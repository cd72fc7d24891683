/** Puts the page of learning together. */

import { ProblemError } from "../api/client.js";
import { find, h } from "../lib/dom.js";
import { Store } from "../lib/store.js";
import { mountTheme } from "../lib/theme.js";
import { dressPage, languageChoice } from "../i18n/apply.js";
import { fetchOffer } from "../api/learning.js";
import { mountControls } from "../learn/run/controls.js";
import { mountCurves } from "../learn/run/curves.js";
import { followEvents } from "../learn/run/events.js";
import { mountGlass } from "../learn/step-inspector/index.js";
import { mountKeys } from "../learn/shortcuts.js";
import { mountLive } from "../learn/live/index.js";
import { mountRace } from "../learn/run/compare-runs.js";
import { mountReport } from "../learn/run/evaluation.js";
import { Runner } from "../learn/run/runner.js";
import { mountSetup, showFault } from "../learn/setup/index.js";
import { firstState, followAddress, readAddress } from "../learn/state.js";

dressPage();
find("#language", HTMLElement).append(languageChoice("language-choice"));

void start();

async function start() {
  try {
    build(await fetchOffer());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { title, detail } = error.problem;
    find("#controls", HTMLElement).append(h("p", { class: "run-note problem", role: "alert" }, `${title}. ${detail}`));
  }
}

/** @param {import("../api/learning.js").Offer} offer */
function build(offer) {
  const asked = readAddress(location.search);
  const store = new Store(firstState(offer));
  const setup = find("#setup", HTMLElement);
  const runner = new Runner(store, () => showFault(setup));
  mountTheme(store);
  mountControls(store, runner, find("#controls", HTMLElement));
  mountRace(store, runner);
  mountSetup(store, setup);
  mountGlass(store, find("#glass", HTMLElement));
  mountCurves(store, find("#curves", HTMLElement));
  mountLive(store, find("#live-view", HTMLElement));
  mountReport(store, find("#report", HTMLElement));
  mountKeys(store, runner);
  followEvents(store, "run");
  followEvents(store, "rival");
  followAddress(store);
  void runner.find(asked);
}
