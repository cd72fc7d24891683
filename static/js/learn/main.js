/** Puts the page of learning together. */

import { ProblemError } from "../api.js";
import { find } from "../dom.js";
import { Store } from "../store.js";
import { mountTheme } from "../theme.js";
import { dressPage, languageChoice } from "../words/dress.js";
import { fetchDatasets } from "./api.js";
import { mountControls } from "./controls.js";
import { mountCurves } from "./curves.js";
import { followEvents } from "./events.js";
import { mountGlass } from "./glass/index.js";
import { mountKeys } from "./keys.js";
import { mountLive } from "./live/index.js";
import { mountRace } from "./race.js";
import { mountReport } from "./report.js";
import { Runner } from "./runner.js";
import { mountSetup } from "./setup/index.js";
import { firstState, followAddress, readAddress } from "./state.js";

dressPage();
find("#language", HTMLElement).append(languageChoice("language-choice"));

const asked = readAddress(location.search);
const store = new Store(firstState());
const runner = new Runner(store);
mountTheme(store);
mountControls(store, runner, find("#controls", HTMLElement));
mountRace(store, runner);
mountSetup(store, find("#setup", HTMLElement));
mountGlass(store, find("#glass", HTMLElement));
mountCurves(store, find("#curves", HTMLElement));
mountLive(store, find("#live-view", HTMLElement));
mountReport(store, find("#report", HTMLElement));
mountKeys(store, runner);
followEvents(store, "run");
followEvents(store, "rival");
followAddress(store);
void start();
void runner.find(asked);

async function start() {
  try {
    store.set({ datasets: await fetchDatasets() });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}
