/** Puts the page together. */

import { followAddress, readAddress } from "../state/url.js";
import { mountArticle } from "../article/index.js";
import { Comparison } from "../state/comparison.js";
import { getElement } from "../lib/dom.js";
import { LiveController } from "../state/live-controller.js";
import { Navigation } from "../state/navigation.js";
import { PhotoController } from "../state/photo-controller.js";
import { mountShortcuts, Shortcuts } from "../state/shortcuts.js";
import { WindowAnimation } from "../state/window-animation.js";
import { USUAL } from "../network/view.js";
import { ModelsController } from "../state/models-controller.js";
import { loadReceptiveFields } from "../model/receptive-fields.js";
import { Store } from "../lib/store.js";
import { mountLive } from "../views/photo/live.js";
import { mountCrop } from "../views/photo/crop.js";
import { mountDraw } from "../views/shared/draw.js";
import { mountDrop } from "../views/shell/drop.js";
import { mountHelp } from "../views/shell/help.js";
import { mountInspector } from "../views/inspector/index.js";
import { mountTrainingStep } from "../views/training-step/index.js";
import { mountMenu } from "../views/shared/menu.js";
import { mountNotice } from "../views/shared/notice.js";
import { mountOver } from "../views/photo/overlay.js";
import { mountOwn } from "../views/models/index.js";
import { mountPreprocessing } from "../views/models/preprocessing.js";
import { mountPhoto } from "../views/photo/photo.js";
import { mountPredictions } from "../views/prediction/index.js";
import { mountProbe } from "../views/photo/probe.js";
import { mountSave } from "../views/shell/save.js";
import { mountStage } from "../views/layer/stage.js";
import { mountStrip } from "../views/strip/index.js";
import { mountTabs } from "../views/shell/tabs.js";
import { mountToolbar } from "../views/shell/toolbar.js";
import { mountTour } from "../views/shell/tour.js";
import { mountStrongestPath } from "../views/inspector/strongest-path.js";
import { mountWhatIf } from "../views/whatif/index.js";
import { mountAttribution } from "../views/attribution/index.js";
import { loadExplanations } from "../state/explanation-loader.js";
import { speakOfClasses } from "../i18n/names.js";

mountMenu();
const address = readAddress(location.search);

/** @type {import("../state/types.js").State} */
const initial = {
  models: [],
  samples: [],
  model: null,
  analysis: null,
  output: address.output,
  source: null,
  photo: null,
  inputImage: null,
  numbers: null,
  live: null,
  frame: 0,
  layer: address.layer ?? "",
  tile: address.place?.[0] ?? address.map ?? 0,
  open: address.open,
  cursor: address.place,
  held: address.held && address.layer && address.place ? { layer: address.layer, place: address.place } : null,
  scale: address.scale,
  order: address.order,
  explanation: null,
  busy: null,
  problem: null,
  walking: false,
  tab: address.tab,
  receptiveFields: null,
  effectiveField: null,
  probe: null,
  strongestPath: null,
  attributionRequest: address.attributionRequest,
  attribution: null,
  overlay: { strength: 0.5, positive: false, compare: false },
  changes: address.changes,
  compareTarget: address.compareTarget,
  pair: null,
  side: address.compareMode === "reference" ? "reference" : "candidate",
  bothSides: address.compareMode === "difference" || address.compareMode === "side-by-side" ? address.compareMode : null,
  matchedLayer: null,
  difference: null,
  compareError: null,
  takenBack: null,
  animation: null,
  focus: null,
  kernels: address.kernels,
  strip: USUAL,
  theme: document.documentElement.dataset.theme === "dark" ? "dark" : "light",
};
const store = new Store(initial);

const { maxBytes, maxPixels } = getElement("#file", HTMLElement).dataset;
const photoController = new PhotoController(store, { bytes: Number(maxBytes), pixels: Number(maxPixels) });
const live = new LiveController(store, photoController); // the first to learn of another analysis
const navigation = new Navigation(store);
const app = {
  store,
  photoController,
  navigation,
  live,
  windowAnimation: new WindowAnimation(store, navigation),
  comparison: new Comparison(store, photoController),
  modelsController: new ModelsController(store, photoController),
  shortcuts: new Shortcuts(),
};

store.watch(["model"], ({ model }) => speakOfClasses(model?.labels));
const views = [
  mountToolbar, mountPhoto, mountNotice, mountPredictions, mountStrip, mountStage, mountTabs, mountInspector, mountDrop,
  mountShortcuts, mountOver, mountProbe, mountStrongestPath, mountAttribution, mountWhatIf, mountTrainingStep,
  mountLive, mountDraw, mountCrop, mountSave, mountOwn, mountPreprocessing,
];
for (const mount of views) mount(app);
mountHelp(app);
mountTour(app);
mountArticle(app);
loadExplanations(store);
loadReceptiveFields(store);
followAddress(store, (address) => {
  store.set({ scale: address.scale, order: address.order, open: address.open, kernels: address.kernels, tab: address.tab, attributionRequest: address.attributionRequest, output: address.output });
  app.comparison.fulfil(address);
  void app.photoController.fulfil(address).then(() => {
    const { layer, place, map } = address;
    if (layer && map !== null) void app.navigation.goToMap(layer, map);
    else if (layer) app.navigation.goTo(layer, place); // a layer of the network that was brought back
    if (place && address.held) app.navigation.hold(place);
  });
});
void app.photoController.start(address);
