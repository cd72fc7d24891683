/** Puts the page together. */

import { followAddress, readAddress } from "../state/url.js";
import { mountArticle } from "../article/index.js";
import { Comparison } from "../state/comparison.js";
import { find } from "../lib/dom.js";
import { Explorer } from "../state/navigation.js";
import { Intake } from "../state/photo-controller.js";
import { mountShortcuts, Shortcuts } from "../state/shortcuts.js";
import { Slider } from "../state/window-animation.js";
import { USUAL } from "../network/view.js";
import { OwnModels } from "../state/models-controller.js";
import { followSight } from "../model/receptive-fields.js";
import { Store } from "../lib/store.js";
import { mountCamera } from "../views/shared/camera.js";
import { mountCrop } from "../views/photo/crop.js";
import { mountDraw } from "../views/shared/draw.js";
import { mountDrop } from "../views/shell/drop.js";
import { mountHelp } from "../views/shell/help.js";
import { mountInspector } from "../views/inspector/index.js";
import { mountLesson } from "../views/lesson/index.js";
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
import { mountTrail } from "../views/inspector/strongest-path.js";
import { mountWhatIf } from "../views/whatif/index.js";
import { mountWhy } from "../views/attribution/index.js";
import { followCursor } from "../state/explanation-loader.js";
import { dressPage, languageChoice } from "../i18n/apply.js";

dressPage();
find("#language", HTMLElement).append(languageChoice("language-choice"));
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
  seen: null,
  numbers: null,
  layer: address.layer ?? "",
  tile: address.place?.[0] ?? 0,
  open: address.open,
  cursor: address.place,
  pinned: address.place !== null,
  scale: address.scale,
  order: address.order,
  explanation: null,
  busy: null,
  problem: null,
  walking: false,
  tab: address.tab,
  sight: null,
  field: null,
  probe: null,
  trail: null,
  why: address.why,
  attribution: null,
  overlay: { strength: 0.5, positive: false, compare: false },
  changes: address.changes,
  beside: address.beside,
  pair: null,
  side: address.outlook === "one" ? "one" : "other",
  contrast: address.outlook === "difference" || address.outlook === "beside" ? address.outlook : null,
  twin: null,
  difference: null,
  unmade: null,
  slide: null,
  focus: null,
  kernels: address.kernels,
  strip: USUAL,
  theme: document.documentElement.dataset.theme === "dark" ? "dark" : "light",
};
const store = new Store(initial);

const { maxBytes, maxPixels } = find("#file", HTMLElement).dataset;
const intake = new Intake(store, { bytes: Number(maxBytes), pixels: Number(maxPixels) });
const explorer = new Explorer(store);
const app = {
  store,
  intake,
  explorer,
  slider: new Slider(store, explorer),
  comparison: new Comparison(store, intake),
  own: new OwnModels(store, intake),
  shortcuts: new Shortcuts(),
};

const views = [
  mountToolbar, mountPhoto, mountNotice, mountPredictions, mountStrip, mountStage, mountTabs, mountInspector, mountDrop,
  mountShortcuts, mountOver, mountProbe, mountTrail, mountWhy, mountWhatIf, mountLesson,
  mountCamera, mountDraw, mountCrop, mountSave, mountOwn, mountPreprocessing,
];
for (const mount of views) mount(app);
mountHelp(app);
mountTour(app);
mountArticle(app);
followCursor(store);
followSight(store);
followAddress(store, (address) => {
  store.set({ scale: address.scale, order: address.order, open: address.open, kernels: address.kernels, tab: address.tab, why: address.why, output: address.output });
  app.comparison.fulfil(address);
  if (address.layer) app.explorer.goTo(address.layer, address.place);
  void app.intake.fulfil(address);
});
void app.intake.start(address);
