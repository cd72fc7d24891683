/** Light or dark: what the reader chose, or else what the device prefers. */

import { getElement } from "./dom.js";
import { storage } from "./storage.js";

/**
 * @typedef {"light" | "dark"} Theme
 * @typedef {{ readonly state: { readonly theme: Theme }, set: (patch: { theme: Theme }) => void,
 *   watch: (keys: ["theme"], react: (state: { readonly theme: Theme }) => void) => void }} Themed A
 *   store that has a theme.
 */

/** @param {Themed} store */
export function mountTheme(store) {
  getElement("#theme", HTMLElement).addEventListener("click", () => toggleTheme({ store }));
  store.watch(["theme"], showTheme);
  showTheme(store.state);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
    if (!storage.get("theme")) store.set({ theme: matches ? "dark" : "light" });
  });
}

/** @param {{ store: Themed }} app */
export function toggleTheme({ store }) {
  const theme = store.state.theme === "dark" ? "light" : "dark";
  storage.set("theme", theme);
  store.set({ theme });
}

/** @param {{ readonly theme: Theme }} state */
function showTheme({ theme }) {
  document.documentElement.dataset.theme = theme;
  getElement("#theme", HTMLElement).setAttribute("aria-pressed", String(theme === "dark"));
}
