/** Ganze Zahlen, und Nomen in Einzahl und Mehrzahl. */

export const whole = new Intl.NumberFormat("de", { maximumFractionDigits: 0 });

/**
 * @param {number} n
 * @param {string} one
 * @param {string} more
 */
export const some = (n, one, more) => `${whole.format(n)} ${n === 1 ? one : more}`;
