/**
 * The ways to ask which pixels speak for a class, from the plainest to the most laborious. What
 * they mean is in the words.
 */

/**
 * @typedef {object} Option A number that the reader may change; without one, the server's own
 *   holds.
 * @property {"steps" | "samples" | "noise" | "window" | "stride"} name
 * @property {number} least
 * @property {number} most
 * @property {boolean} whole
 *
 * @typedef {object} Method
 * @property {MethodId} id
 * @property {boolean} atLayer Whether it looks at the maps of a layer rather than at the pixels.
 * @property {boolean} slow Whether it runs the network many times, so that it waits to be told.
 * @property {Option[]} options
 *
 * @typedef {"saliency" | "input_x_gradient" | "guided_backprop" | "grad_cam" | "grad_cam_plus_plus"
 *   | "integrated_gradients"
 *   | "smooth_grad" | "occlusion"} MethodId
 */

/** @type {Method[]} */
export const METHODS = [
  { id: "saliency", atLayer: false, slow: false, options: [] },
  { id: "input_x_gradient", atLayer: false, slow: false, options: [] },
  { id: "guided_backprop", atLayer: false, slow: false, options: [] },
  { id: "grad_cam", atLayer: true, slow: false, options: [] },
  { id: "grad_cam_plus_plus", atLayer: true, slow: false, options: [] },
  {
    id: "integrated_gradients",
    atLayer: false,
    slow: true,
    options: [{ name: "steps", least: 1, most: 1000, whole: true }],
  },
  {
    id: "smooth_grad",
    atLayer: false,
    slow: true,
    options: [
      { name: "samples", least: 1, most: 500, whole: true },
      { name: "noise", least: 0, most: 1, whole: false },
    ],
  },
  {
    id: "occlusion",
    atLayer: false,
    slow: true,
    options: [
      { name: "window", least: 1, most: 4096, whole: true },
      { name: "stride", least: 1, most: 4096, whole: true },
    ],
  },
];

export const OPTIONS = [...new Set(METHODS.flatMap(({ options }) => options.map(({ name }) => name)))];

/**
 * @param {string} id
 * @returns {Method}
 */
export function methodOf(id) {
  const method = METHODS.find((method) => method.id === id) ?? METHODS[0];
  if (!method) throw new Error("There are no methods.");
  return method;
}
