/** The stage of the attribution tab: the map over the image, its colour scale and its controls. */

import { getElement, h, setAttribute } from "../../lib/dom.js";
import { number, words } from "../../i18n/format.js";
import { askedOf, placeInWords } from "../../model/attribution-target.js";
import { outputOf } from "../../model/outputs.js";
import { paintOver } from "../../render/raster.js";
import { extremes, flatness } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { HoldChip } from "../shared/hold-chip.js";
import { Compare } from "./compare.js";
import { methodOf } from "../../model/attribution-methods.js";
import { Picture } from "./picture.js";
import { shownMap } from "./visible-range.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("./loader.js").AttributionLoader} Asking
 */

const LAYER_VIEW = ["#stage-head", "#stage-body", "#legend"];

export class Stage {
  #title = h("h2", { id: "attribution-title" });
  #subtitle = h("p", { class: "muted" });
  #reading = h("p", { class: "pixel-reading" });
  #chip = new HoldChip(() => this.picture.toggleHold());
  #body = h("div", { class: "attribution-body" });
  #legend = new Legend();
  #strength = h("input", { type: "range", id: "attribution-strength", min: 0, max: 100, step: 1 });
  #positive = h("input", { type: "checkbox" });
  #positiveRow = h("label", { class: "check" }, this.#positive, t.attribution.positive);
  #compareButton = h("button", { type: "button", class: "text" });

  /**
   * @param {App} app
   * @param {Asking} asking
   */
  constructor(app, asking) {
    this.app = app;
    this.picture = new Picture(app, (pixel, value, isHeld) => this.#read(pixel, value, isHeld));
    this.compare = new Compare(app, asking);
    this.element = h(
      "section",
      { class: "attribution-stage", "aria-labelledby": "attribution-title", hidden: true },
      h("div", { class: "stage-head" }, this.#title, this.#subtitle, this.#chip.element, this.#reading),
      this.#body,
      h("div", { class: "legend" }, this.#legend.element, this.#controls()),
    );
    getElement("#stage", HTMLElement).append(this.element);
    const { store } = app;
    store.watch(["tab", "analysis"], (state) => this.#appear(state));
    store.watch(["attribution", "overlay", "theme", "inputImage", "tab"], () => this.#paint());
    store.watch(["overlay", "tab"], () => this.#fill());
    store.watch(["attributionRequest", "analysis", "output", "overlay", "tab"], ({ tab, overlay }) => {
      if (tab === "attribution" && overlay.compare) void this.compare.ask();
      else this.compare.close();
    });
    new ResizeObserver(() => this.#fit()).observe(this.#body);
    this.#fill();
    this.#appear(store.state);
  }

  #controls() {
    const { store } = this.app;
    const set = (/** @type {Partial<State["overlay"]>} */ change) => store.set({ overlay: { ...store.state.overlay, ...change } });
    this.#strength.value = String(100 * store.state.overlay.strength);
    this.#strength.addEventListener("input", () => set({ strength: this.#strength.valueAsNumber / 100 }));
    this.#positive.addEventListener("change", () => set({ positive: this.#positive.checked }));
    this.#compareButton.addEventListener("click", () => set({ compare: !store.state.overlay.compare }));
    return h(
      "div",
      { class: "attribution-controls" },
      h("label", { class: "slider", for: "attribution-strength" }, t.attribution.opacity, this.#strength),
      this.#positiveRow,
      this.#compareButton,
    );
  }

  /** @param {Readonly<State>} state */
  #appear({ tab, analysis }) {
    const isShown = tab === "attribution" && analysis !== null;
    this.element.hidden = !isShown;
    document.body.classList.toggle("of-the-whole", isShown);
    for (const part of LAYER_VIEW) getElement(part, HTMLElement).hidden = isShown;
    getElement("#stage", HTMLElement).setAttribute("aria-labelledby", isShown ? "attribution-title" : "layer-title");
    this.#fit();
  }

  #fill() {
    const { compare } = this.app.store.state.overlay;
    this.#body.replaceChildren(compare ? this.compare.element : this.picture.element);
    this.#compareButton.textContent = compare ? t.attribution.one : t.attribution.compare;
    this.#fit();
  }

  #fit() {
    const { clientWidth, clientHeight } = this.#body;
    if (!clientWidth || !clientHeight) return;
    const edge = 2 * parseFloat(getComputedStyle(this.#body).paddingLeft);
    this.picture.fit(clientWidth - edge, clientHeight - edge);
    this.compare.fit(clientWidth - edge, clientHeight - edge);
  }

  #paint() {
    const { state } = this.app.store;
    const { attribution, tab, attributionRequest, theme, overlay } = state;
    if (tab !== "attribution") return;
    const { answer } = attribution ?? {};
    const method = methodOf(attributionRequest.method);
    this.#title.textContent = heading(state);
    this.#subtitle.textContent = overlay.compare ? t.attribution.allQuick : subtitle(method.id, answer?.layer ?? null);
    this.element.classList.toggle("stale", attribution?.progress !== null && attribution?.progress !== undefined);
    this.#positiveRow.hidden = !overlay.compare && !answer?.signed;
    setAttribute(this.#strength, "aria-valuetext", `${Math.round(100 * overlay.strength)} %`);
    this.#legend.show(overlay.compare ? null : shownMap(state), theme, overlay.strength);
    this.picture.paint();
    this.compare.paint();
  }

  /**
   * @param {import("./picture.js").Pixel | null} pixel
   * @param {number | null} value
   * @param {boolean} isHeld
   */
  #read(pixel, value, isHeld) {
    this.#legend.point(value);
    this.#chip.show(value !== null, isHeld);
    if (!pixel || value === null) {
      this.#reading.replaceChildren();
      return;
    }
    this.#reading.replaceChildren(
      h("span", { class: "muted" }, `y ${pixel.y} · x ${pixel.x}`),
      h("output", { data: { value: String(value) } }, number(value)),
    );
  }
}

/** The colours as they lie over the picture, with their numbers. */
class Legend {
  #ramp = h("canvas", { width: 256, height: 1, "aria-hidden": "true" });
  #needle = h("span", { class: "needle", hidden: true });
  #ticks = h("span", { class: "ticks" });
  #flat = h("p", { class: "flat", role: "status", hidden: true });
  /** @type {import("../../state/types.js").Range | null} */
  #range = null;
  element = h(
    "div",
    { class: "ramp" },
    h("span", { class: "ramp-colours" }, this.#ramp, this.#needle),
    this.#ticks,
    this.#flat,
  );

  /**
   * @param {import("./visible-range.js").Shown | null} shown
   * @param {"light" | "dark"} theme
   * @param {number} strength
   */
  show(shown, theme, strength) {
    this.element.classList.toggle("empty-ramp", shown === null);
    this.#range = shown?.range ?? null;
    if (!shown) return;
    const { low, high, signed } = shown.range;
    const { min, max } = extremes(shown.values);
    const flat = flatness(min, max, shown.range);
    for (const part of [this.#ticks, this.#ramp]) part.hidden = high <= low; // a scale without two ends is none
    this.#flat.hidden = flat === null;
    if (this.#flat.textContent !== (flat ?? "")) this.#flat.textContent = flat ?? "";
    paintOver(this.#ramp, Array.from({ length: 256 }, (_, i) => low + ((high - low) * i) / 255), 256, shown.range, theme, strength);
    const middle = signed ? "0" : number((low + high) / 2, high);
    const ends = [
      signed ? t.attribution.against(number(low, high)) : number(low, high),
      middle,
      signed ? t.attribution.for(number(high)) : number(high),
    ];
    this.#ticks.replaceChildren(...ends.map((text, i) => h("span", { class: i === 1 ? "tick middle" : "tick" }, text)));
  }

  /** @param {number | null} value */
  point(value) {
    const { low = 0, high = 0 } = this.#range ?? {};
    this.#needle.hidden = value === null || high <= low;
    this.#needle.style.left = `${((value ?? 0) - low) / (high - low) * 100}%`;
  }
}

/**
 * What is asked about: a class, or a number of an output that has none.
 *
 * @param {Readonly<State>} state
 */
function heading(state) {
  const { attribution, model } = state;
  const attributionRequest = askedOf(state);
  const found = outputOf(state);
  const target = attribution?.answer?.target;
  const output = target?.output ?? found?.info.name ?? "";
  const best = found?.answer.predictions?.[0];
  const label = target ? (target.label ?? (best ? String(target.unit) : null)) : best ? (attributionRequest.target ?? best.label) : null;
  if (label !== null) return t.attribution.heading(words(label));
  const unit = target?.unit ?? (attributionRequest.target === null ? null : Number(attributionRequest.target));
  const info = model?.outputs.find(({ name }) => name === output);
  return t.attribution.headingOf(unit === null || !model || !info ? "" : placeInWords(model, info, unit), output);
}

/**
 * @param {import("../../model/attribution-methods.js").MethodId} method
 * @param {string | null} layer
 */
function subtitle(method, layer) {
  const { title } = t.attribution.methods[method];
  return layer === null ? title : t.attribution.at(title, layer);
}
