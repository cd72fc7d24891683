/** What the maps of the grid are sorted by. */

import { getElement, h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").MapOrder} MapOrder
 */

/** @type {MapOrder[]} */
const ORDERS = ["number", "mean", "max", "spread"];

/** @param {App} app */
export function orderChoice({ store }) {
  const change = (/** @type {Event & { currentTarget: HTMLSelectElement }} */ { currentTarget }) => {
    choose(store, ORDERS.find((order) => order === currentTarget.value) ?? "number");
  };
  return h(
    "label",
    { class: "order", title: t.stage.ordersTitle },
    h("span", { class: "order-word" }, `${t.stage.order} `),
    h(
      "select",
      { id: "order", on: { change } },
      ...ORDERS.map((order) => h("option", { value: order, selected: order === store.state.order }, t.stage.orders[order])),
    ),
  );
}

/**
 * The next way to sort, for the keyboard.
 *
 * @param {App} app
 */
export function nextOrder({ store }) {
  const order = ORDERS[(ORDERS.indexOf(store.state.order) + 1) % ORDERS.length] ?? "number";
  choose(store, order);
  const choice = document.querySelector("#order");
  if (choice instanceof HTMLSelectElement) choice.value = order;
}

/**
 * @param {App["store"]} store
 * @param {MapOrder} order
 */
function choose(store, order) {
  store.set({ order });
  getElement("#stage-body", HTMLElement).scrollTop = 0; // where those are that come first now
}
