/**
 * What the page remembers between visits. A browser may forbid it ("block all cookies"), or its
 * space may be full: then nothing is remembered, and the page works all the same.
 */

export const storage = {
  /**
   * @param {string} key
   * @returns {string | null} null where nothing is known, or nothing may be
   */
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },

  /**
   * @param {string} key
   * @param {string} value
   * @returns {boolean} whether it was kept
   */
  set(key, value) {
    try {
      localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
};
