/** What to learn from, with which network, and how. */

/**
 * @param {import("../types.js").LearnStore} store
 * @param {HTMLElement} root
 */
export function mountSetup(store, root) {
  root.hidden = store.state.datasets.length === 0;
}
