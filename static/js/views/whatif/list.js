/** The list of changes, in words, each with a way back. */

import { appliesTo } from "../../state/changes.js";
import { originalOf } from "../../state/compared-analyses.js";
import { h } from "../../lib/dom.js";
import { number, plain } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { areaOf } from "./brush.js";
import { filterName } from "./network.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Change} Change
 * @typedef {import("../../state/types.js").Model} Model
 */

/** @param {App} app */
export function listSection({ store, comparison }) {
  const list = h("ul", { class: "changes" });
  const note = h("p", { class: "muted small" });
  const all = h("button", { type: "button", class: "text", "aria-keyshortcuts": "Control+Z" }, t.whatif.list.undoAll);
  const section = h(
    "section",
    { class: "whatif-part", "aria-labelledby": "whatif-list" },
    h("h3", { id: "whatif-list", tabindex: -1 }, t.whatif.list.title),
    list,
    note,
    all,
  );
  all.addEventListener("click", () => {
    comparison.clear();
    section.querySelector("h3")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const button = event.target instanceof HTMLElement && event.target.closest("button");
    if (button && (event.key === "Backspace" || event.key === "Delete")) button.click();
  });
  const show = () => {
    const { changes, compareTarget } = store.state;
    const { model } = originalOf(store.state);
    const focused = [...list.children].findIndex((row) => row.contains(document.activeElement));
    list.replaceChildren(...changes.map((change) => row(change, model, () => comparison.remove(change))));
    const next = list.querySelectorAll("button")[Math.min(focused, changes.length - 1)];
    if (focused >= 0) (next ?? section.querySelector("h3"))?.focus();
    note.textContent = changes.length ? (compareTarget ? t.whatif.list.resting : "") : t.whatif.list.nothing;
    all.hidden = changes.length === 0;
  };
  store.watch(["changes", "compareTarget", "model"], show);
  show();
  return section;
}

/**
 * @param {Change} change
 * @param {Model | null} model
 * @param {() => void} undo
 */
function row(change, model, undo) {
  const text = inWords(change, model);
  const isUnknown = model !== null && !appliesTo(change, model);
  return h(
    "li",
    { class: isUnknown ? "unknown" : "" },
    h("span", {}, isUnknown ? t.whatif.list.unknown(text) : text),
    h("button", { type: "button", class: "icon", "aria-label": t.whatif.list.undo(text), on: { click: undo } }, "×"),
  );
}

/**
 * @param {Change} change
 * @param {Model | null} model
 */
function inWords(change, model) {
  const { list } = t.whatif;
  if (change.kind === "shift") return list.shift(change.right, change.down);
  if (change.kind === "rotate") return list.rotate(plain(Math.abs(change.degrees)), change.degrees > 0);
  if (change.kind === "blur") return list.blur(plain(change.sigma));
  if (change.kind === "occlude") return list.cover(areaOf(change.boxes));
  const { layer, filter } = change;
  const at = model && layerNamed(model, layer);
  const name = model && at ? filterName(model, at, filter) : String(filter);
  if (change.kind === "scale") return change.scale === 0 ? list.off(name, layer) : list.scale(name, layer, plain(change.scale));
  const { channel, y, x, weight } = change;
  const place = [channel, y, x].filter((n) => n !== null).join(", ");
  return list.weight(name, layer, `[${place}]`, number(weight));
}
