/** Layers without parameters that are said in one sentence. */

/** @type {Record<string, string[]>} Kinds of which there is the same to say wherever they stand. */
export const plain = {
  conv_transpose: [
    "A detective at work backwards: each value paints its kernel into the output, and where kernels overlap they are added.",
    "It makes maps larger (upsampling), with learned weights.",
  ],
  prelu: [
    "A dimmer on every value: a positive one passes unchanged, a negative one is turned down.",
    "How far each map turns down (its slope below zero) was learned.",
  ],
  hard_sigmoid: [
    "A switch with a ramp: off below, on above, and a straight line from 0 to 1 between.",
    "An approximation of the sigmoid that is cheap to compute.",
  ],
  hard_swish: [
    "A switch that opens along a ramp: far below zero nothing passes, far above everything does.",
    "In between a value is multiplied by how far the switch is open: x · hard sigmoid(x).",
  ],
  mish: [
    "A soft light switch: positive values pass almost unchanged, negative ones fade away.",
    "A little below zero something still comes through, so that the network can learn from it.",
  ],
  elu: [
    "A light switch that closes smoothly: positive values pass unchanged.",
    "Negative ones sink towards a floor, but never below it.",
  ],
  gelu: [
    "A soft light switch: each value is multiplied by the probability that a normally distributed one is smaller, x · Φ(x).",
    "Large values pass, very negative ones are off, and the change between is smooth.",
  ],
  erf: [
    "Squeezes every value between −1 and 1, along the integral of the bell curve.",
    "A part of GELU, written out.",
  ],
  softplus: [
    "A light switch with a round corner: far above zero a value passes, far below it becomes 0.",
    "The corner of ReLU, smoothed.",
  ],
  abs: [
    "Every value without its sign.",
    "How much is kept; in which direction is forgotten.",
  ],
  neg: [
    "Every value with the opposite sign.",
    "Nothing else changes.",
  ],
  exp: [
    "e to the power of every value: a sum before becomes a product.",
    "A part of a softmax, mostly, written out.",
  ],
  log: [
    "The natural logarithm of every value: a product before becomes a sum.",
    "Large differences become small ones.",
  ],
  sqrt: [
    "The square root of every value.",
    "A part of a normalisation, mostly, written out.",
  ],
  reciprocal: [
    "One, divided by every value.",
    "What was large becomes small.",
  ],
  log_softmax: [
    "The logarithm of the probabilities that a softmax would give.",
    "The order stays the same; 0 is certainty, and everything else lies below.",
  ],
  lp_pool: [
    "The summariser, measuring lengths: each window becomes the p-norm of its values, the p-th root of the sum of their p-th powers.",
    "The larger p is, the closer to the maximum.",
  ],
  global_max_pool: [
    "The summariser in one word: each map becomes a single value, its maximum.",
    "That a pattern was found is kept; where it was is forgotten.",
  ],
  instance_norm: [
    "A tuning knob on each map of each photo: its values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
    "Mean and standard deviation are those of this very map, so brightness and contrast of the photo fade from what follows.",
  ],
  group_norm: [
    "A tuning knob on groups of maps: their values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
    "Mean and standard deviation are those of this photo's own group of maps.",
  ],
  layer_norm: [
    "A tuning knob on each position: its values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
    "Mean and standard deviation are those of that position's own values.",
  ],
  lrn: [
    "Rivalry between neighbouring maps: a value is divided by the size of its neighbours at the same position.",
    "What stands out among the maps at one position stays.",
  ],
  transpose: [
    "Puts the axes into another order.",
    "Nothing is computed; rows become columns, or channels come last.",
  ],
  slice: [
    "Cuts a part out, from one index to another along an axis.",
    "Nothing is computed; the rest is used elsewhere, or not at all.",
  ],
  gather: [
    "Selects values by their index along an axis.",
    "Nothing is computed; what is selected twice comes twice.",
  ],
  expand: [
    "Repeats the values until they fill a larger shape (broadcasting).",
    "Nothing is computed.",
  ],
  depth_to_space: [
    "Deals channels out over positions: several small maps become one large one.",
    "Nothing is computed; each value moves to the position that its channel stood for.",
  ],
  space_to_depth: [
    "Deals positions out over channels: one large map becomes several small ones.",
    "Nothing is computed, and nothing is lost.",
  ],
  resize: [
    "Makes the maps larger or smaller, as a photo is resized.",
    "New values are taken from the nearest positions, or interpolated between them.",
  ],
  matmul: [
    "Matrix product: every row meets every column, their values are multiplied in pairs and added up.",
    "A jury again, once for every row.",
  ],
  reduce_mean: [
    "The summariser: all values along some of the axes become their mean.",
    "What they have in common is kept; where each was is forgotten.",
  ],
  reduce_sum: [
    "The summariser: all values along some of the axes become their sum.",
    "How much there is in all is kept; where it was is forgotten.",
  ],
  reduce_max: [
    "The summariser: of all values along some of the axes the maximum stays.",
    "That a pattern was found is kept; where it was is forgotten.",
  ],
  arg_max: [
    "The index of the maximum along an axis, rather than the maximum itself.",
    "The last operation of a network that gives one class only.",
  ],
  quantize: [
    "Rounds every value to one of 256 levels, so that it fits into a byte: x ÷ scale + zero point.",
    "What is smaller than half a level is lost.",
  ],
  dequantize: [
    "Turns bytes back into real values: (level − zero point) × scale.",
    "The rounding before it stays visible.",
  ],
  conv_integer: [
    "A convolution of integers: bytes times bytes, added up without any rounding.",
    "The sums are large; the next operation brings them back to bytes or to real values.",
  ],
  matmul_integer: [
    "A matrix product of integers, added up without any rounding.",
    "The sums are large; the next operation brings them back to bytes or to real values.",
  ],
  requantize: [
    "Brings large sums of integers back to one of 256 levels: times a scale, rounded, plus the zero point.",
    "What does not fit into a byte is clipped to its limits.",
  ],
  quantized_add: [
    "Adds two quantised tensors, each with a scale of its own.",
    "The sum is rounded to the levels of the result.",
  ],
  dynamic_scale: [
    "The scale: how large one of 256 levels has to be, so that all values of this input fit.",
    "It follows from their maximum and minimum, anew for every photo.",
  ],
  dynamic_zero_point: [
    "The zero point: which of the 256 levels stands for zero.",
    "It follows from the minimum and the scale, anew for every photo.",
  ],
  dynamic_quantize: [
    "Rounds every value to one of 256 levels, whose scale was computed from this very input.",
    "What is smaller than half a level is lost.",
  ],
  floor: [
    "Rounds every value down to an integer.",
    "The fractional part is lost.",
  ],
  ceil: [
    "Rounds every value up to an integer.",
    "The fractional part is lost.",
  ],
  round: [
    "Rounds every value to the nearest integer, a half to the even one.",
    "The fractional part is lost.",
  ],
  trunc: [
    "Keeps the integer part of every value, as a conversion to integers does.",
    "The fractional part is lost.",
  ],
  sign: [
    "Keeps of every value its sign alone: −1, 0 or 1.",
    "How large it was is forgotten.",
  ],
  selu: [
    "A light switch that closes smoothly, with two fixed factors.",
    "They are chosen so that the standard deviation of the activations stays about the same from layer to layer.",
  ],
  celu: [
    "A light switch that closes smoothly: positive values pass unchanged.",
    "Negative ones sink towards a floor, without a kink at zero.",
  ],
  thresholded_relu: [
    "A light switch with a threshold: values above it pass unchanged.",
    "All others become zero.",
  ],
  shrink: [
    "Values near zero become zero, all others move towards it by a fixed amount.",
    "Small noise is taken away.",
  ],
  trigonometric: [
    "Sine, cosine, tangent, a hyperbolic or an inverse function of these, value by value.",
    "Angles are in radians.",
  ],
  mod: [
    "The remainder of a division, value by value.",
    "The result starts again at zero after each multiple of the divisor.",
  ],
  compare: [
    "Compares two values at every position: 1 where it is true, 0 where it is not.",
    "How far apart they are is forgotten.",
  ],
  where: [
    "A choice at every position: the second value where the condition is true, elsewhere the third.",
    "Nothing is computed, one of two values is passed on.",
  ],
  top_k: [
    "Sorts the values along an axis and keeps the first k, or their indices.",
    "All others are forgotten.",
  ],
  gather_elements: [
    "Selects values along an axis by indices that the network has computed.",
    "Which ones may differ from photo to photo.",
  ],
  cum_sum: [
    "Cumulative sum along an axis: every value becomes the sum of all up to it.",
    "Networks use it to number positions.",
  ],
  reduce_min: [
    "Of all values along some of the axes the minimum stays.",
    "Where it was is forgotten.",
  ],
  reduce_prod: [
    "All values along some of the axes become their product.",
    "A single zero makes all of it zero.",
  ],
  constant: [
    "A value that stands in the network's file.",
    "It is the same for every photo.",
  ],
};
