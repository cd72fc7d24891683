/** What the photo is compared with: its changes, another photo, or itself seen by another network. */

import { originalOf } from "../../state/comparison.js";
import { h } from "../../lib/dom.js";
import { say } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Beside} Beside
 */

/** @param {App} app */
export function besideSection({ store, comparison }) {
  const select = h("select", { id: "beside" });
  select.addEventListener("change", () => comparison.compareWith(parse(select.value)));
  const file = h("input", { type: "file", class: "unseen", accept: "image/*" });
  file.addEventListener("change", () => {
    const [photo] = file.files ?? [];
    if (photo) comparison.compareWithFile(photo);
    file.value = ""; // so that the same file can be chosen again
  });
  const trouble = h("div", { class: "problem", role: "alert" });
  const show = () => {
    const { samples, models, beside, unmade } = store.state;
    const { model, source } = originalOf(store.state);
    const option = (/** @type {Beside} */ { kind, id }, /** @type {string} */ text) => h("option", { value: `${kind}:${id}` }, text);
    const others = samples.filter(({ id }) => source?.kind !== "sample" || source.id !== id);
    select.replaceChildren(
      h("option", { value: "" }, say.whatif.beside.nothing),
      h(
        "optgroup",
        { label: say.whatif.beside.photos },
        ...others.map(({ id, title }) => option({ kind: "photo", id }, title)),
        beside?.kind === "analysis" && option(beside, say.whatif.beside.brought),
      ),
      h(
        "optgroup",
        { label: say.whatif.beside.networks },
        ...models.filter(({ id }) => id !== model?.id).map(({ id, title }) => option({ kind: "model", id }, title)),
      ),
    );
    select.value = beside ? `${beside.kind}:${beside.id}` : "";
    trouble.hidden = unmade === null;
    trouble.replaceChildren(
      h("h3", {}, unmade?.title),
      h("p", {}, unmade?.detail),
      h("button", { type: "button", class: "text", on: { click: () => comparison.again() } }, say.whatif.again),
    );
  };
  store.watch(["samples", "models", "beside", "unmade", "model", "source"], show);
  show();
  return h(
    "section",
    { class: "whatif-part", "aria-labelledby": "whatif-beside" },
    h("h3", { id: "whatif-beside" }, h("label", { for: "beside" }, say.whatif.beside.title)),
    h("p", { class: "field" }, select),
    h("label", { class: "pick" }, file, h("span", {}, h("b", {}, say.whatif.beside.choose))),
    trouble,
  );
}

/**
 * @param {string} value
 * @returns {Beside | null}
 */
function parse(value) {
  const at = value.indexOf(":");
  return at < 0 ? null : { kind: /** @type {Beside["kind"]} */ (value.slice(0, at)), id: value.slice(at + 1) };
}
