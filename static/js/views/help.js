/** What the keys do, and a few words on how to read the page. */

import { find, h } from "../dom.js";

/** @type {[string[], string][]} */
const KEYS = [
  [["←", "→"], "the layer before, the next layer"],
  [["↑", "↓"], "the map before, the next map"],
  [["Enter"], "open the map; once more: go into it, and the arrow keys move from number to number"],
  [["Esc"], "one level back"],
  [["Page ↑", "Page ↓"], "another map while inside one"],
  [["Home", "End"], "the first layer, the last layer"],
  [["Space"], "walk through all layers, or stop"],
  [["f"], "how strongly each pixel of the photo matters to the number, or stop"],
  [["p"], "the strongest path from the number to the photo; again: one step back along it"],
  [["t"], "light or dark"],
  [["?"], "this list"],
];

export function mountHelp() {
  const dialog = find("#help-dialog", HTMLDialogElement);
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": "Close" }, "×")),
    h("h2", { id: "help-title" }, "Keys"),
    h(
      "dl",
      { class: "keys" },
      ...KEYS.flatMap(([keys, text]) => [h("dt", {}, ...keys.flatMap((key) => [h("kbd", {}, key), " "])), h("dd", {}, text)]),
    ),
    h("h2", {}, "How to read the maps"),
    h(
      "p",
      {},
      "Each pixel is one number. Where numbers can be negative, blue is below zero and orange above; zero has the colour of the page. ",
      "Where they cannot, dark violet is zero and yellow the largest. Click a map to open it, click a number to hold it. ",
      "On a touch screen, swipe sideways to step through the layers.",
    ),
  );
  find("#help", HTMLElement).addEventListener("click", () => openHelp());
}

export function openHelp() {
  const dialog = find("#help-dialog", HTMLDialogElement);
  if (!dialog.open) dialog.showModal();
}
