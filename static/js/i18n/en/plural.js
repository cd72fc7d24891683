/** Whole numbers, and nouns in the singular and the plural. */

export const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [more]
 */
export const some = (n, one, more = `${one}s`) => `${whole.format(n)} ${n === 1 ? one : more}`;
