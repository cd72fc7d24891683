/**
 * What the network sees now: its filters, what they make of a picture, and how its numbers are
 * spread.
 */

import { getElement, h } from "../../lib/dom.js";
import { count, probability, words as plainWords } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { exampleFilters, exampleMark } from "../example.js";
import { filterTiles } from "./filters.js";
import { histogramRows, warningList } from "./histograms.js";
import { mapTiles } from "./maps.js";
import { pictureChoice } from "./photo.js";
import { hasMaps, Watcher } from "./activations-loader.js";

/**
 * @typedef {import("./activations-loader.js").Seen} Seen
 * @typedef {import("../types.js").LearnStore} LearnStore
 */

const words = t.learn.run.live;

/**
 * @param {LearnStore} store
 * @param {HTMLElement} root
 */
export function mountLive(store, root) {
  const at = h("span", { class: "muted" });
  const example = h("div", {}, exampleMark(), h("h3", {}, words.filters("conv1")), exampleFilters());
  const waiting = h("p", { class: "muted" });
  const empty = h("div", {}, waiting, example);
  const picture = h("img", { class: "live-picture", alt: "", width: 96, height: 96 });
  const answer = h("ol", { class: "live-answer" });
  const layers = h("select", { id: "live-layer" });
  const maps = h("div", { class: "live-map-body" });
  const filters = h("div", {});
  const spread = h("div", { class: "live-histograms" });
  const body = h(
    "div",
    { class: "live-body", hidden: true },
    h("div", { class: "live-subject" }, picture, h("div", {}, pictureChoice(store), answer)),
    filters,
    h("div", { class: "live-maps" }, h("div", { class: "part-head" }, h("h3", {}, words.maps), h("label", { for: "live-layer" }, words.layer, " ", layers)), maps),
    spread,
  );
  const warnings = h("div", { "aria-live": "polite" });
  getElement(".part-head", HTMLElement, root).append(at);
  root.append(warnings, empty, body);

  /** @type {Seen | null} */
  let seen = null;
  const show = () => {
    waiting.textContent = store.state.run ? words.waiting : words.empty;
    empty.hidden = seen !== null;
    body.hidden = seen === null;
    at.textContent = seen ? words.at(count(seen.step)) : "";
    if (!seen) return;
    const { theme } = store.state;
    filters.replaceChildren(...(seen.weights ? [filterTiles(seen.weights, theme)] : []));
    maps.replaceChildren(...mapTiles(seen.tensor, theme));
    answer.replaceChildren(...answers(seen));
    listLayers(layers, seen);
  };
  const watcher = new Watcher(store, (next) => {
    if (next && next.picture !== seen?.picture) showPicture(picture, next.picture);
    seen = next;
    show();
  });
  layers.addEventListener("change", () => {
    watcher.layer = layers.value;
    watcher.want(true);
  });
  store.watch(["theme"], show);
  store.watch(["run"], ({ run }) => {
    if (example.hidden === (run !== null)) return;
    example.hidden = run !== null;
    show();
  });
  show();
  followLook(store, spread, warnings);
}

/**
 * @param {LearnStore} store
 * @param {HTMLElement} spread
 * @param {HTMLElement} warnings
 */
function followLook(store, spread, warnings) {
  let said = "";
  /** @type {import("../types.js").Diagnostics | null} */
  let shown = null;
  store.watch(["run"], ({ run }) => {
    const look = run?.diagnostics ?? null;
    if (look === shown) return;
    shown = look;
    spread.replaceChildren(...(look?.layers.length ? [h("h3", {}, words.histograms), histogramRows(look)] : []));
    const kinds = JSON.stringify(look?.warnings.map(({ kind, layer }) => [kind, layer]) ?? []);
    if (kinds === said) return; // shares change with every look; what is wrong does not
    said = kinds;
    warnings.replaceChildren(...(look?.warnings.length ? [warningList(look.warnings)] : []));
  });
}

/**
 * @param {HTMLImageElement} picture
 * @param {Blob} blob
 */
function showPicture(picture, blob) {
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(blob);
}

/** @param {Seen} seen */
function answers({ analysis }) {
  return analysis.predictions.slice(0, 3).map(({ label, score }) =>
    h(
      "li",
      { style: { "--share": `${score * 100}%` } },
      h("span", {}, plainWords(label)),
      h("span", { class: "muted" }, probability(score)),
    ),
  );
}

/**
 * @param {HTMLSelectElement} choice
 * @param {Seen} seen
 */
function listLayers(choice, { layers, layer }) {
  const names = layers.filter(hasMaps).map(({ name }) => name);
  if (names.join() !== [...choice.options].map(({ value }) => value).join()) {
    choice.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
  }
  choice.value = layer.name;
}
