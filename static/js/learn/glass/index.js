/** One step under the glass, number by number. */

/**
 * @param {import("../types.js").LearnStore} store
 * @param {HTMLElement} root
 */
export function mountGlass(store, root) {
  store.watch(["glass", "phase"], ({ glass, phase }) => {
    root.hidden = !glass || !phase;
  });
}
