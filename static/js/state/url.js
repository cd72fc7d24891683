/** The page's state in the URL, so that a link shows the same value to another reader. */

import { readChanges, writeChanges } from "./changes.js";
import { originalOf, matchingLayer } from "./compared-analyses.js";
import { isMoved } from "../model/crop.js";
import { debounce } from "../lib/dom.js";
import { METHODS, OPTIONS } from "../model/attribution-methods.js";

/**
 * @typedef {import("./types.js").State} State
 *
 * @typedef {object} UrlState What a URL asks for; what it does not mention is null.
 * @property {string | null} model
 * @property {string | null} photo a sample's id
 * @property {number[] | null} crop of the sample; null is its middle
 * @property {string | null} analysis
 * @property {string | null} output
 * @property {string | null} layer
 * @property {import("./types.js").Place | null} place
 * @property {number | null} map a map of which no number is named: it is opened
 * @property {boolean} held
 * @property {boolean} open
 * @property {boolean} kernels
 * @property {import("./types.js").ScaleMode} scale
 * @property {import("./types.js").MapOrder} order
 * @property {import("./types.js").Tab} tab
 * @property {import("./types.js").AttributionRequest} attributionRequest
 * @property {import("./types.js").Change[]} changes
 * @property {import("./types.js").CompareTarget | null} compareTarget
 * @property {import("./compared-analyses.js").CompareMode} compareMode
 */

/**
 * @param {string} search
 * @returns {UrlState}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const scale = query.get("scale");
  const order = query.get("order");
  const tab = query.get("tab");
  const place = readPlace(query);
  const map = place ? null : (readCounts(query, ["map"])?.[0] ?? null);
  return {
    model: query.get("model"),
    photo: query.get("photo"),
    crop: readCrop(query.get("crop")),
    analysis: query.get("analysis"),
    output: query.get("output"),
    layer: query.get("layer"),
    place,
    map,
    held: place !== null && query.has("held"),
    open: query.get("view") === "map" || map !== null,
    kernels: query.get("view") === "kernels",
    scale: scale === "map" || scale === "network" ? scale : "layer",
    order: order === "mean" || order === "max" || order === "spread" ? order : "number",
    tab: tab === "whatif" || tab === "attribution" ? tab : "layer",
    attributionRequest: readAttribution(query),
    changes: readChanges(query.get("changes")),
    compareTarget: readCompareTarget(query),
    compareMode: readCompareMode(query),
  };
}

/**
 * @param {Readonly<State>} state
 * @returns {string} beginning with "?"
 */
export function writeAddress(state) {
  const { open, kernels, scale, order, tab, attributionRequest } = state;
  const { model, source, analysis } = originalOf(state);
  const query = new URLSearchParams();
  if (model) query.set("model", model.id);
  if (source?.kind === "sample") query.set("photo", source.id);
  else if (analysis) query.set("analysis", analysis.id);
  if (model && analysis && source?.kind !== "analysis" && isMoved(analysis.input, model)) query.set("crop", analysis.input.crop.join(","));
  if (state.output !== null) query.set("output", state.output);
  writeWhereabouts(query, state);
  if (open) query.set("view", "map");
  else if (kernels) query.set("view", "kernels");
  if (scale !== "layer") query.set("scale", scale);
  if (order !== "number") query.set("order", order);
  if (tab !== "layer") query.set("tab", tab);
  if (tab === "attribution") writeAttribution(query, attributionRequest);
  writeComparison(query, state);
  return `?${query}`;
}

/**
 * Keep the address in step with the state. A new photo, layer or view is a step that the browser's
 * back button undoes; a moving cursor is not.
 *
 * @param {import("../lib/store.js").Store<State>} store
 * @param {(urlState: UrlState) => void} onReturn called when the reader goes back or forward
 */
export function followAddress(store, onReturn) {
  let step = stepOf(store.state);
  const write = debounce(() => {
    if (store.state.live) return; // no link leads to a frame
    const now = stepOf(store.state);
    const isStep = step !== "" && now !== step;
    step = now;
    if (store.state.analysis === null) return;
    const address = writeAddress(store.state);
    if (address === location.search) return;
    if (isStep) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }, 200); // browsers allow about a hundred changes in half a minute
  store.watch(["model", "source", "analysis", "output", "layer", "cursor", "held", "open", "kernels", "scale", "order", "tab", "attributionRequest", "changes", "compareTarget", "pair", "side", "bothSides"], write);
  addEventListener("popstate", () => {
    step = ""; // what comes next is where the reader came back to, not a new step
    onReturn(readAddress(location.search));
  });
}

/** @param {Readonly<State>} state */
function stepOf(state) {
  const { layer, open } = state;
  const { analysis } = originalOf(state);
  return analysis && layer ? JSON.stringify([analysis.id, layer, open]) : "";
}

/**
 * @param {URLSearchParams} query
 * @returns {UrlState["compareTarget"]}
 */
function readCompareTarget(query) {
  const [, kind, id] = /^(photo|model|analysis):(.+)$/.exec(query.get("compare") ?? "") ?? [];
  return kind && id ? { kind: /** @type {NonNullable<UrlState["compareTarget"]>["kind"]} */ (kind), id } : null;
}

/** @param {string | null} text */
function readCrop(text) {
  const edges = text?.split(",").map(Number) ?? [];
  return edges.length === 4 && edges.every(Number.isFinite) ? edges : null;
}

/**
 * @param {URLSearchParams} query
 * @returns {UrlState["compareMode"]}
 */
function readCompareMode(query) {
  const compareMode = query.get("side");
  return compareMode === "reference" || compareMode === "difference" || compareMode === "side-by-side" ? compareMode : "candidate";
}

/**
 * @param {URLSearchParams} query
 * @param {Readonly<State>} state
 */
function writeComparison(query, state) {
  const { changes, compareTarget, pair, bothSides, side } = state;
  const compareMode = bothSides ?? side; // what the reader chose, even where a layer has no difference to show
  if (changes.length) query.set("changes", writeChanges(changes));
  if (compareTarget?.id) query.set("compare", `${compareTarget.kind}:${compareTarget.id}`);
  if (pair && compareMode !== "candidate") query.set("side", compareMode);
}

/** @param {URLSearchParams} query */
function readPlace(query) {
  return readCounts(query, ["map", "y", "x"]) ?? readCounts(query, ["unit"]);
}

/**
 * @param {URLSearchParams} query
 * @param {string[]} names
 */
function readCounts(query, names) {
  const numbers = names.map((name) => Number.parseInt(query.get(name) ?? "", 10));
  return numbers.every((n) => Number.isInteger(n) && n >= 0) ? numbers : null;
}

/**
 * The layer and the number in it. Of two networks, the first one's: that is the one which a link
 * opens.
 *
 * @param {URLSearchParams} query
 * @param {Readonly<State>} state
 */
function writeWhereabouts(query, { pair, model, layer, cursor, held, matchedLayer }) {
  const isElsewhere = pair && model && model !== pair.reference.model;
  const name = isElsewhere ? matchingLayer(model, layer, pair.reference.model, matchedLayer)?.name : layer;
  if (name) query.set("layer", name);
  if (isElsewhere) return;
  writePlace(query, cursor);
  if (cursor && held) query.set("held", "1");
}

/**
 * @param {URLSearchParams} query
 * @param {import("./types.js").Place | null} cursor
 */
function writePlace(query, cursor) {
  const names = cursor?.length === 3 ? ["map", "y", "x"] : ["unit"];
  cursor?.forEach((n, i) => query.set(names[i] ?? "", String(n)));
}

/**
 * @param {URLSearchParams} query
 * @returns {import("./types.js").AttributionRequest}
 */
function readAttribution(query) {
  const given = OPTIONS.flatMap((name) => {
    const value = Number.parseFloat(query.get(name) ?? "");
    return Number.isFinite(value) ? [[name, value]] : [];
  });
  const method = METHODS.find(({ id }) => id === query.get("method"))?.id ?? "grad_cam";
  return { method, target: query.get("target"), from: query.get("from"), options: Object.fromEntries(given) };
}

/**
 * @param {URLSearchParams} query
 * @param {import("./types.js").AttributionRequest} attributionRequest
 */
function writeAttribution(query, { method, target, from, options }) {
  query.set("method", method);
  if (target !== null) query.set("target", target);
  if (from !== null) query.set("from", from);
  for (const [name, value] of Object.entries(options)) query.set(name, String(value));
}
