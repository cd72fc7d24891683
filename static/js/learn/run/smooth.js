/** A noisy line made calm. */

/**
 * An exponential moving average whose start is not drawn towards zero (as TensorBoard's): each
 * number is weighed against all before it, and the sum is divided by the weights that it has.
 *
 * @param {number[]} values
 * @param {number} weight of the past, 0 for none, below 1
 */
export function smooth(values, weight) {
  let sum = 0;
  let weights = 0;
  return values.map((value) => {
    sum = sum * weight + value * (1 - weight);
    weights = weights * weight + (1 - weight);
    return sum / weights;
  });
}
