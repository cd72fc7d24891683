/**
 * The page's state in one place: views read and watch it, controllers change it.
 *
 * @template {object} S
 */
export class Store {
  /** @type {{ keys: (keyof S)[], react: (state: S) => void }[]} */
  #watchers = [];
  /** @type {Set<keyof S>[]} Changes whose watchers are still to be called. */
  #changes = [];

  /** @param {S} initial */
  constructor(initial) {
    /** @type {Readonly<S>} */
    this.state = initial;
  }

  /**
   * Change some entries, at once. Each watcher of an entry that is now different is called once, in
   * the order in which they were added. A change that a watcher makes waits until all have been
   * called for the one before: so all see changes in the same order.
   *
   * @param {Partial<S>} patch
   */
  set(patch) {
    const before = this.state;
    this.state = { ...before, ...patch };
    const keys = /** @type {(keyof S)[]} */ (Object.keys(patch));
    const changed = new Set(keys.filter((key) => before[key] !== this.state[key]));
    if (!changed.size) return;
    this.#changes.push(changed);
    if (this.#changes.length === 1) this.#notify(); // otherwise a watcher made this change, and the call below goes on
  }

  /**
   * Change some entries many times a second, of which nobody is told but the watchers of `counter`:
   * those that follow every change.
   *
   * @param {Partial<S>} patch
   * @param {{ [K in keyof S]: S[K] extends number ? K : never }[keyof S]} counter
   */
  advance(patch, counter) {
    this.state = { ...this.state, ...patch };
    this.set(/** @type {Partial<S>} */ ({ [counter]: Number(this.state[counter]) + 1 }));
  }

  #notify() {
    try {
      for (const changed of this.#changes) {
        for (const { keys, react } of this.#watchers) {
          if (keys.some((key) => changed.has(key))) react(this.state);
        }
      }
    } finally {
      this.#changes = [];
    }
  }

  /**
   * Call `react` whenever one of these entries has changed.
   *
   * @param {(keyof S)[]} keys
   * @param {(state: S) => void} react
   */
  watch(keys, react) {
    this.#watchers.push({ keys, react });
  }
}
