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
const wish = readAddress(location.search);

/** @type {import("../state/types.js").State} */
const initial = {
  models: [],
  samples: [],
  model: null,
  analysis: null,
  output: wish.output,
  source: null,
  photo: null,
  seen: null,
  numbers: null,
  layer: wish.layer ?? "",
  tile: wish.place?.[0] ?? 0,
  open: wish.open,
  cursor: wish.place,
  pinned: wish.place !== null,
  scale: wish.scale,
  order: wish.order,
  explanation: null,
  busy: null,
  problem: null,
  walking: false,
  tab: wish.tab,
  sight: null,
  field: null,
  probe: null,
  trail: null,
  why: wish.why,
  attribution: null,
  overlay: { strength: 0.5, positive: false, compare: false },
  changes: wish.changes,
  beside: wish.beside,
  pair: null,
  side: wish.outlook === "one" ? "one" : "other",
  contrast: wish.outlook === "difference" || wish.outlook === "beside" ? wish.outlook : null,
  twin: null,
  difference: null,
  unmade: null,
  slide: null,
  focus: null,
  kernels: wish.kernels,
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
followAddress(store, (wish) => {
  store.set({ scale: wish.scale, order: wish.order, open: wish.open, kernels: wish.kernels, tab: wish.tab, why: wish.why, output: wish.output });
  app.comparison.fulfil(wish);
  if (wish.layer) app.explorer.goTo(wish.layer, wish.place);
  void app.intake.fulfil(wish);
});
void app.intake.start(wish);
