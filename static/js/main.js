/** Puts the page together. */

import { followAddress, readAddress } from "./address.js";
import { mountArticle } from "./article/index.js";
import { Comparison } from "./compare.js";
import { find } from "./dom.js";
import { Explorer } from "./explorer.js";
import { Intake } from "./intake.js";
import { mountKeys } from "./keys.js";
import { Slider } from "./slide.js";
import { USUAL } from "./network/view.js";
import { OwnModels } from "./own.js";
import { followSight } from "./sight.js";
import { Store } from "./store.js";
import { mountCamera } from "./views/camera.js";
import { mountCrop } from "./views/crop.js";
import { mountDraw } from "./views/draw.js";
import { mountDrop } from "./views/drop.js";
import { mountHelp } from "./views/help.js";
import { mountInspector } from "./views/inspector.js";
import { mountLesson } from "./views/lesson/index.js";
import { mountNotice } from "./views/notice.js";
import { mountOver } from "./views/over.js";
import { mountOwn } from "./views/own/index.js";
import { mountPreprocessing } from "./views/preprocessing.js";
import { mountPhoto } from "./views/photo.js";
import { mountPredictions } from "./views/prediction/index.js";
import { mountProbe } from "./views/probe.js";
import { mountSave } from "./views/save.js";
import { mountStage } from "./views/stage.js";
import { mountStrip } from "./views/strip.js";
import { mountTabs } from "./views/tabs.js";
import { mountToolbar } from "./views/toolbar.js";
import { mountTour } from "./views/tour.js";
import { mountTrail } from "./views/trail.js";
import { mountWhatIf } from "./views/whatif/index.js";
import { mountWhy } from "./views/why/index.js";
import { followCursor } from "./why.js";
import { dressPage, languageChoice } from "./words/dress.js";

dressPage();
find("#language", HTMLElement).append(languageChoice("language-choice"));
const wish = readAddress(location.search);

/** @type {import("./types.js").State} */
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
const app = { store, intake, explorer, slider: new Slider(store, explorer), comparison: new Comparison(store, intake), own: new OwnModels(store, intake) };

const views = [
  mountToolbar, mountPhoto, mountNotice, mountPredictions, mountStrip, mountStage, mountTabs, mountInspector, mountDrop,
  mountKeys, mountOver, mountProbe, mountTrail, mountWhy, mountWhatIf, mountLesson,
  mountCamera, mountDraw, mountCrop, mountSave, mountOwn, mountPreprocessing,
];
for (const mount of views) mount(app);
mountHelp();
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
