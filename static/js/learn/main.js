/** Puts the page of learning together. */

import { ProblemError } from "../api.js";
import { find } from "../dom.js";
import { Store } from "../store.js";
import { mountTheme } from "../theme.js";
import { dressPage, languageChoice } from "../words/dress.js";
import { fetchDatasets } from "./api.js";
import { mountGlass } from "./glass/index.js";
import { mountSetup } from "./setup/index.js";
import { firstState, followAddress } from "./state.js";

dressPage();
find("#language", HTMLElement).append(languageChoice("language-choice"));

const store = new Store(firstState());
mountTheme(store);
mountSetup(store, find("#setup", HTMLElement));
mountGlass(store, find("#glass", HTMLElement));
followAddress(store);
void start();

async function start() {
  try {
    store.set({ datasets: await fetchDatasets() });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    store.set({ problem: error.problem });
  }
}
