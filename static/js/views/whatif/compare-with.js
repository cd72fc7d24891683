/**
 * What the photo is compared with: its changes, another photo, or itself seen by another network.
 */

import { originalOf } from "../../state/compared-analyses.js";
import { h } from "../../lib/dom.js";
import { networkName } from "../../model/network-names.js";
import { t } from "../../i18n/index.js";
import { problemDetail, problemTitle } from "../shared/problem-text.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").CompareTarget} CompareTarget
 */

/** @param {App} app */
export function compareWithSection({ store, comparison }) {
  const select = h("select", { id: "compare-target" });
  select.addEventListener("change", () => comparison.compareWith(parse(select.value)));
  const file = h("input", { type: "file", class: "visually-hidden", accept: "image/*" });
  file.addEventListener("change", () => {
    const [photo] = file.files ?? [];
    if (photo) comparison.compareWithFile(photo);
    file.value = ""; // so that the same file can be chosen again
  });
  const trouble = h("div", { class: "problem", role: "alert" });
  const show = () => {
    const { samples, models, compareTarget, compareError, pair } = store.state;
    const { model, source } = originalOf(store.state);
    const option = (/** @type {CompareTarget} */ { kind, id }, /** @type {string} */ text) => h("option", { value: `${kind}:${id}` }, text);
    const others = samples.filter(({ id }) => source?.kind !== "sample" || source.id !== id);
    select.replaceChildren(
      h("option", { value: "" }, t.whatif.compareWith.nothing),
      h(
        "optgroup",
        { label: t.whatif.compareWith.photos },
        ...others.map(({ id, title }) => option({ kind: "photo", id }, title)),
        compareTarget?.kind === "analysis" && pair?.kind !== "trained" && option(compareTarget, photoName(store.state)),
      ),
      h(
        "optgroup",
        { label: t.whatif.compareWith.networks },
        compareTarget?.kind === "analysis" && pair?.kind === "trained" && option(compareTarget, t.whatif.compareWith.trained),
        ...models.filter(({ id }) => id !== model?.id).map((network) => option({ kind: "model", id: network.id }, networkName(network, models))),
      ),
    );
    select.value = compareTarget ? `${compareTarget.kind}:${compareTarget.id}` : "";
    trouble.hidden = compareError === null;
    trouble.replaceChildren(
      h("h3", {}, compareError && problemTitle(compareError)),
      ...(compareError ? problemDetail(compareError) : []),
      h("button", { type: "button", class: "text", on: { click: () => comparison.again() } }, t.whatif.again),
    );
  };
  store.watch(["samples", "models", "compareTarget", "compareError", "model", "source", "pair"], show);
  show();
  return h(
    "section",
    { class: "whatif-part", "aria-labelledby": "whatif-compare" },
    h("h3", { id: "whatif-compare" }, h("label", { for: "compare-target" }, t.whatif.compareWith.title)),
    h("p", { class: "field" }, select),
    h("label", { class: "pick" }, file, h("span", {}, h("b", {}, t.whatif.compareWith.choose))),
    trouble,
  );
}

/**
 * What the second photo is called that is no sample; not before it is here.
 *
 * @param {Readonly<import("../../state/types.js").State>} state
 */
function photoName({ pair, compareTarget }) {
  const source = pair?.candidate.analysis.id === compareTarget?.id ? pair?.candidate.source : null;
  if (source?.kind === "analysis") return t.whatif.openedByLink;
  return source || !compareTarget?.id ? t.whatif.compareWith.uploaded : "…";
}

/**
 * @param {string} value
 * @returns {CompareTarget | null}
 */
function parse(value) {
  const at = value.indexOf(":");
  return at < 0 ? null : { kind: /** @type {CompareTarget["kind"]} */ (value.slice(0, at)), id: value.slice(at + 1) };
}
