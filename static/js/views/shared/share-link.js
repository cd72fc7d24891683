/** A link by which others look at something, a way to take it back, the mark of what is lent. */

import { announce, h, svg } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * The button that shows the link; it says whether there is one already.
 *
 * @param {string} name of what is shared
 * @param {boolean} isShared
 * @param {() => void} click
 */
export function shareButton(name, isShared, click) {
  const label = isShared ? t.sharing.sharedNamed(name) : t.sharing.shareNamed(name);
  return h("button", { type: "button", class: "text", "aria-label": label, on: { click } }, isShared ? t.sharing.shared : t.sharing.share);
}

/**
 * The mark of what somebody else shares: it can be looked at, not changed.
 *
 * @param {Record<string, string | boolean>} attributes
 * @param {...(Node | string)} said
 */
export function lentMark(attributes, ...said) {
  const eye = svg(
    "svg",
    { viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z" }),
    svg("circle", { cx: 8, cy: 8, r: 2 }),
  );
  return h("p", { class: "lent", hidden: true, ...attributes }, eye, h("span", {}, ...said));
}

/**
 * The link itself, in the place of the button. The field stays to copy by hand where the browser
 * refuses its clipboard (without https, say). Escape closes it, and nothing else.
 *
 * @param {string} name of what is shared
 * @param {string} address
 * @param {() => void} stop
 * @param {() => void} close
 */
export function shareLink(name, address, stop, close) {
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  const said = h("span", {}, t.sharing.whoever);
  const field = h("input", { type: "text", class: "share-address", readonly: true, value: address, "aria-label": t.sharing.address(name) });
  const button = (/** @type {string} */ text, /** @type {() => void} */ click) => h("button", { type: "button", class: "text", on: { click } }, text);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = `${t.sharing.copied} ${t.sharing.whoever}`;
      announce(t.sharing.copied);
    } catch {
      field.select();
    }
  };
  void copy();
  return h(
    "span",
    { class: "ways-out asking sharing", role: "group", "aria-label": t.sharing.address(name), on: { keydown: escape } },
    said,
    field,
    button(t.sharing.copy, () => void copy()),
    button(t.sharing.stop, stop),
    button(t.sharing.done, close),
  );
}
