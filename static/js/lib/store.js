/**
 * The page's state in one place. Views read it, actions change it, nobody else remembers anything.
 *
 * @template {object} S
 */
export class Store {
  /** @type {{ keys: (keyof S)[], react: (state: S) => void }[]} */
  #watchers = [];

  /** @param {S} initial */
  constructor(initial) {
    /** @type {Readonly<S>} */
    this.state = initial;
  }

  /**
   * Change some entries. Whoever watches one that is now different is called once, in order of arrival.
   *
   * @param {Partial<S>} patch
   */
  set(patch) {
    const before = this.state;
    this.state = { ...before, ...patch };
    const keys = /** @type {(keyof S)[]} */ (Object.keys(patch));
    const changed = new Set(keys.filter((key) => before[key] !== this.state[key]));
    if (!changed.size) return;
    for (const { keys, react } of this.#watchers) {
      if (keys.some((key) => changed.has(key))) react(this.state);
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
