/** Puts the page of learning together. */

import { ProblemError } from "../api.js";
import { find, h } from "../dom.js";
import { Store } from "../store.js";
import { mountTheme } from "../theme.js";
import { dressPage, languageChoice } from "../words/dress.js";
import { fetchOffer } from "./api.js";
import { mountControls } from "./controls.js";
import { mountCurves } from "./curves.js";
import { followEvents } from "./events.js";
import { mountGlass } from "./glass/index.js";
import { mountKeys } from "./keys.js";
import { mountLive } from "./live/index.js";
import { mountRace } from "./race.js";
import { mountReport } from "./report.js";
import { Runner } from "./runner.js";
import { mountSetup, showFault } from "./setup/index.js";
import { firstState, followAddress, readAddress } from "./state.js";

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

/** @param {import("./api.js").Offer} offer */
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
