/** Puts the page of learning together. */

import { ProblemError } from "../api/http.js";
import { getElement, h } from "../lib/dom.js";
import { Store } from "../lib/store.js";
import { mountTheme } from "../lib/theme.js";
import { mountMenu } from "../views/shared/menu.js";
import { namedDataset, speakOfClasses } from "../i18n/names.js";
import { fetchOffer } from "../api/learning.js";
import { mountControls } from "../learn/run/controls.js";
import { mountCurves } from "../learn/run/curves.js";
import { followEvents } from "../learn/run/events.js";
import { mountStepInspector } from "../learn/step-inspector/index.js";
import { mountKeys } from "../learn/shortcuts.js";
import { mountLive } from "../learn/live/index.js";
import { mountCompareRuns } from "../learn/run/compare-runs.js";
import { mountEvaluation } from "../learn/run/evaluation.js";
import { Runner } from "../learn/run/runner.js";
import { mountSetup, showFault } from "../learn/setup/index.js";
import { problemLine } from "../views/shared/problem-text.js";
import { firstState, followAddress, readAddress } from "../learn/state.js";

mountMenu();

void start();

async function start() {
  try {
    build(await fetchOffer());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    getElement("#controls", HTMLElement).append(h("p", { class: "run-note problem", role: "alert" }, problemLine(error.problem)));
  }
}

/** @param {import("../api/wire.js").DatasetList} offer */
function build(offer) {
  const asked = readAddress(location.search);
  const store = new Store(firstState({ ...offer, datasets: offer.datasets.map(namedDataset) }));
  const speak = () => speakOfClasses(classesOf(store.state));
  store.watch(["run", "config", "datasets", "stepTrace"], speak);
  speak();
  const setup = getElement("#setup", HTMLElement);
  const runner = new Runner(store, () => showFault(setup));
  mountTheme(store);
  mountControls(store, runner, getElement("#controls", HTMLElement));
  mountCompareRuns(store, runner);
  mountSetup(store);
  mountStepInspector(store, getElement("#step-inspector", HTMLElement));
  mountCurves(store, getElement("#curves", HTMLElement));
  mountLive(store, getElement("#live-view", HTMLElement));
  mountEvaluation(store, getElement("#report", HTMLElement));
  mountKeys(store, runner);
  followEvents(store, "run");
  followEvents(store, "secondRun");
  followAddress(store);
  void runner.find(asked);
}

/**
 * The classes that are spoken of: those of the step on a photo, of the run, or of what is to be
 * trained.
 *
 * @param {import("../learn/types.js").LearnState} state
 */
function classesOf({ stepTrace, run, config, datasets }) {
  if (stepTrace && !stepTrace.training) return stepTrace.loss.classes.map(({ label }) => label);
  return datasets.find(({ id }) => id === (run?.config ?? config).dataset)?.classes;
}
