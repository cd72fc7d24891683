"""Cases of the ops that work number by number, join two values, multiply matrices, reduce or
count.
"""

import numpy as np

from engine.ops import OPS, Constant, IntegerConv, IntegerMatMul, MatMul, PRelu
from tests.engine.ops.case import MAPS, Case, plain


def prelu(name, shape, slope):
    return Case(f"prelu {name}", lambda rng: PRelu(rng.uniform(-0.5, 1.5, slope)), (shape,))


def with_constant(kind, name, shape, constant, **attributes):
    """A pairwise op whose other operand is its own: numbers from 0.5 to 2."""

    def make(rng):
        return OPS[kind](rng.uniform(0.5, 2, constant), **attributes)

    return Case(f"{kind} {name}", make, (shape,), kind in ("div", "pow", "mod"))


def matmul(name, shape, weight):
    return Case(f"matmul {name}", lambda rng: MatMul(rng.standard_normal(weight)), (shape,))


def quantised(kind, name, shape, count=(), low=0, **attributes):
    """Scales about 1/16 and zero points up to 9 from ``low``."""

    def make(rng):
        zero_point = np.asarray(rng.integers(low, low + 10, count), float)
        return OPS[kind](np.asarray(rng.uniform(0.05, 0.08, count)), zero_point, **attributes)

    return Case(f"{kind} {name}", make, (shape,))


def whole_conv(name, shape, weight, largest=9, bias=False, **attributes):
    """Whole weights up to ``largest``."""

    def make(rng):
        filters = rng.integers(-largest, largest + 1, weight).astype(float)
        offsets = rng.integers(-99, 100, weight[0]).astype(float) if bias else None
        return IntegerConv(filters, offsets, **attributes)

    return Case(f"conv_integer {name}", make, (shape,))


def whole_matmul(name, shape, weight, largest=9):
    def make(rng):
        return IntegerMatMul(rng.integers(-largest, largest + 1, weight).astype(float))

    return Case(f"matmul_integer {name}", make, (shape,))


def constant(name, value, *shapes):
    return Case(f"constant {name}", lambda rng: Constant(rng.standard_normal(value)), shapes)


NUMBER_CASES = [
    plain("relu", "maps", MAPS),
    plain("relu", "vectors", (3, 10)),
    plain("leaky_relu", "maps", MAPS, alpha=0.1),
    plain("leaky_relu", "alpha above one", (2, 9), alpha=1.5),
    plain("leaky_relu", "alpha below zero", (2, 9), alpha=-0.2),
    plain("sigmoid", "maps", MAPS),
    plain("tanh", "maps", MAPS),
    plain("clip", "relu6", MAPS, low=0.0, high=6.0),
    plain("clip", "both sides", (2, 12), low=-0.75, high=0.5),
    plain("clip", "no upper bound", (2, 12), low=-0.75),
    plain("clip", "no lower bound", (2, 3, 4), high=0.5),
    prelu("one slope", MAPS, ()),
    prelu("a slope a channel", MAPS, (3, 1, 1)),
    prelu("vectors, a slope each", (3, 10), (1, 10)),
    prelu("rank 3", (2, 4, 5), (4, 1)),
    plain("hard_sigmoid", "maps", MAPS, alpha=0.4),
    plain("hard_sigmoid", "rank 3", (2, 3, 7), beta=0.3),
    plain("hard_swish", "maps", MAPS),
    plain("hard_swish", "rank 3", (2, 3, 7)),
    plain("mish", "maps", MAPS),
    plain("mish", "vectors", (3, 10)),
    plain("elu", "maps", MAPS),
    plain("elu", "rank 3, steeper", (2, 3, 7), alpha=1.7),
    plain("gelu", "maps", MAPS),
    plain("gelu", "tanh, tokens", (2, 5, 6), approximate="tanh"),
    plain("erf", "maps", MAPS),
    plain("erf", "rank 3", (2, 3, 7)),
    plain("softplus", "maps", MAPS),
    plain("softplus", "vectors", (3, 10)),
    plain("abs", "maps", MAPS),
    plain("abs", "rank 5", (1, 2, 3, 2, 2)),
    plain("neg", "maps", MAPS),
    plain("neg", "rank 3", (2, 3, 7)),
    plain("exp", "maps", MAPS),
    plain("exp", "rank 3", (2, 3, 7)),
    plain("log", "maps", MAPS, positive=True),
    plain("log", "rank 3", (2, 3, 7), positive=True),
    plain("sqrt", "maps", MAPS, positive=True),
    plain("sqrt", "vectors", (3, 10), positive=True),
    plain("reciprocal", "maps", MAPS, positive=True),
    plain("reciprocal", "rank 3", (2, 3, 7), positive=True),
    plain("log_softmax", "vectors", (3, 7)),
    plain("log_softmax", "over columns", MAPS, axis=-1),
    plain("log_softmax", "rank 3", (2, 4, 5)),
    plain("softmax", "vectors", (3, 7)),
    plain("softmax", "over channels", MAPS, axis=1),
    plain("softmax", "over columns", MAPS, axis=-1),
    plain("add", "same shape", MAPS, MAPS),
    plain("add", "one number a channel", MAPS, (2, 3, 1, 1)),
    plain("add", "shorter shape first", (3, 1, 1), MAPS),
    plain("mul", "same shape", MAPS, MAPS),
    plain("mul", "one number a channel", MAPS, (2, 3, 1, 1)),
    plain("mul", "stretched both ways", (2, 3, 1, 4), (3, 5, 1)),
    with_constant("add", "a constant a channel", MAPS, (3, 1, 1)),
    with_constant("add", "one number", (2, 4, 5), ()),
    with_constant("add", "a constant that stretches", (2, 3, 1, 4), (1, 1, 5, 1)),
    with_constant("mul", "a constant a channel", MAPS, (1, 3, 1, 1)),
    with_constant("mul", "a constant each", (3, 7), (7,)),
    plain("sub", "same shape", MAPS, MAPS),
    plain("sub", "shorter shape first", (3, 1, 1), MAPS),
    with_constant("sub", "a constant a channel", MAPS, (3, 1, 1)),
    with_constant("sub", "from a constant", (2, 4, 5), (1, 4, 1), constant_first=True),
    with_constant("sub", "from a constant a channel", MAPS, (3, 1, 1), constant_first=True),
    plain("div", "same shape", MAPS, MAPS, positive=True),
    plain("div", "stretched both ways", (2, 3, 1, 4), (3, 5, 1), positive=True),
    with_constant("div", "by one number", MAPS, (1,)),
    with_constant("div", "of a constant", (2, 4, 5), (4, 5), constant_first=True),
    plain("pow", "same shape", (2, 3, 4), (2, 3, 4), positive=True),
    plain("pow", "one exponent a channel", MAPS, (2, 3, 1, 1), positive=True),
    with_constant("pow", "a constant exponent", MAPS, ()),
    with_constant("pow", "a constant base", (3, 7), (7,), constant_first=True),
    plain("min", "same shape", (2, 40), (2, 40)),
    plain("min", "one number a channel", MAPS, (2, 3, 1, 1)),
    with_constant("min", "a constant a channel", MAPS, (3, 1, 1)),
    plain("max", "same shape", (2, 40), (2, 40)),
    plain("max", "shorter shape first", (3, 1, 1), MAPS),
    with_constant("max", "one number", (2, 4, 5), ()),
    plain("matmul", "matrices of pictures", (2, 4, 5), (2, 5, 3)),
    plain("matmul", "heads", (2, 3, 4, 5), (2, 3, 5, 4)),
    plain("matmul", "one row for all", (2, 3, 4, 1), (1, 2)),
    plain("matmul", "stretched both ways", (2, 1, 4, 5), (3, 5, 2)),
    matmul("vectors, a weight", (3, 7), (7, 4)),
    matmul("tokens, a weight", (2, 5, 6), (6, 3)),
    matmul("rank 4, a weight", (2, 3, 4, 5), (5, 6)),
    matmul("a weight a channel", (2, 3, 4, 5), (3, 5, 2)),
    plain("reduce_mean", "maps", MAPS, axes=(2, 3)),
    plain("reduce_mean", "tokens", (2, 5, 6), axes=(1,), keepdims=False),
    plain("reduce_mean", "channels and columns", MAPS, axes=(-1, 1), keepdims=False),
    plain("reduce_mean", "everything", (2, 3, 4), axes=(0, 1, 2), keepdims=False),
    plain("reduce_sum", "maps", MAPS, axes=(2, 3), keepdims=False),
    plain("reduce_sum", "channels", MAPS, axes=(1,)),
    plain("reduce_sum", "rank 5", (1, 2, 3, 2, 4), axes=(2, 4)),
    plain("reduce_max", "maps", MAPS, axes=(2, 3)),
    plain("reduce_max", "channels", MAPS, axes=(1,), keepdims=False),
    plain("reduce_max", "vectors", (3, 10), axes=(-1,), keepdims=False),
    plain("reduce_max", "out of order", (1, 2, 3, 2, 4), axes=(4, 1)),
    plain("arg_max", "maps", MAPS),
    plain("arg_max", "vectors", (3, 10), keepdims=False),
    plain("arg_max", "columns, the last of equals", MAPS, axis=-1, select_last_index=True),
    plain("floor", "maps", MAPS),
    plain("ceil", "rank 3", (2, 3, 7)),
    plain("round", "maps", MAPS),
    plain("trunc", "vectors", (3, 10)),
    plain("sign", "maps", MAPS),
    plain("selu", "maps", MAPS),
    plain("selu", "other factors", (2, 3, 7), alpha=0.9, gamma=1.3),
    plain("celu", "maps", MAPS),
    plain("celu", "rank 3, flatter", (2, 3, 7), alpha=2.5),
    plain("softsign", "maps", MAPS),
    plain("thresholded_relu", "maps", MAPS),
    plain("thresholded_relu", "below zero", (3, 10), alpha=-0.7),
    plain("shrink", "maps", MAPS),
    plain("shrink", "soft", (3, 10), lambd=0.7, bias=0.4),
    plain("trigonometric", "sin", (2, 3, 7), function="sin"),
    plain("trigonometric", "cos", (2, 3, 7), function="cos"),
    plain("trigonometric", "tan", (2, 3, 7), function="tan"),
    plain("trigonometric", "atan", (2, 3, 7), function="atan"),
    plain("trigonometric", "sinh", (2, 3, 7), function="sinh"),
    plain("trigonometric", "cosh", (2, 3, 7), function="cosh"),
    plain("trigonometric", "asinh", (2, 3, 7), function="asinh"),
    plain("mod", "one a channel", MAPS, (2, 3, 1, 1), positive=True, fmod=True),
    with_constant("mod", "a constant a channel", MAPS, (3, 1, 1), fmod=True),
    with_constant("mod", "of a constant", (3, 7), (7,), constant_first=True),
    plain("compare", "equal", MAPS, MAPS),
    plain("compare", "greater", MAPS, (2, 3, 1, 1), relation="greater"),
    plain("compare", "less or equal", (3, 1, 1), MAPS, relation="less_or_equal"),
    with_constant("compare", "less than a constant", MAPS, (3, 1, 1), relation="less"),
    with_constant(
        "compare",
        "a constant greater or equal",
        (2, 4, 5),
        (),
        relation="greater_or_equal",
        constant_first=True,
    ),
    with_constant("compare", "not equal", (3, 7), (7,), relation="not_equal"),
    plain("where", "same shape", MAPS, MAPS, MAPS),
    plain("where", "stretched", (2, 3, 1, 1), MAPS, (1,)),
    plain("top_k", "vectors", (3, 10), k=4),
    plain("top_k", "the smallest channels", MAPS, k=2, axis=1, largest=False),
    plain("top_k", "places", (2, 5, 6), k=3, places=True),
    plain("gather_elements", "vectors", (3, 10), (3, 4)),
    plain("gather_elements", "rows", MAPS, (2, 3, 4, 7), axis=-2),
    plain("cum_sum", "rows", MAPS, axis=2),
    plain("cum_sum", "exclusive", (2, 3, 7), exclusive=True),
    plain("cum_sum", "from the end", (3, 10), reverse=True),
    plain("cum_sum", "both", MAPS, axis=1, reverse=True, exclusive=True),
    plain("reduce_min", "maps", MAPS, axes=(2, 3)),
    plain("reduce_min", "channels", MAPS, axes=(1,), keepdims=False),
    plain("reduce_prod", "rank 5", (1, 2, 3, 2, 4), axes=(4, 1)),
    plain("reduce_prod", "vectors", (3, 6), axes=(-1,), keepdims=False),
    quantised("quantize", "one scale", MAPS),
    quantised("quantize", "a scale a channel", MAPS, (3,), -5, axis=-3, type="int8"),
    quantised("quantize", "a scale a column, cut off", (2, 4, 5), (5,)),
    quantised("dequantize", "one scale", MAPS),
    quantised("dequantize", "a scale a channel", MAPS, (3,), axis=-3),
    quantised("dequantize", "a scale a column", (2, 4, 5), (5,)),
    quantised("requantize", "one scale", MAPS),
    quantised("requantize", "a scale a channel", MAPS, (3,), -5, axis=-3, type="int8"),
    quantised("requantize", "zero points before halves", (3, 10), zero_point_first=True),
    plain("quantized_add", "same shape", MAPS, MAPS, scale_a=3.0, scale_b=2.0, offset=5.0),
    plain(
        "quantized_add",
        "cut off",
        (2, 4, 5),
        (4, 1),
        scale_a=90.0,
        scale_b=-0.5,
        offset=-7.3,
        type="int8",
    ),
    whole_conv("3x3 same", MAPS, (4, 3, 3, 3), padding=(1, 1, 1, 1)),
    whole_conv("a bias, groups", (2, 4, 5, 4), (6, 2, 2, 1), bias=True, groups=2, stride=(2, 1)),
    whole_conv("dilation", (1, 2, 7, 6), (3, 2, 3, 2), dilation=(2, 1)),
    whole_matmul("a weight", (2, 5, 6), (6, 3)),
    plain("matmul_integer", "two values", (2, 4, 5), (2, 5, 3)),
    plain("dynamic_scale", "maps", MAPS),
    plain("dynamic_scale", "positive vectors", (3, 7), positive=True),
    plain("dynamic_zero_point", "maps", MAPS),
    plain("dynamic_zero_point", "rank 3", (2, 3, 7)),
    plain("dynamic_quantize", "maps", MAPS, (), (), positive=True),
    plain("dynamic_quantize", "vectors", (3, 10), (), (), positive=True),
    constant("maps", (1, 3, 2, 4)),
    constant("for each picture", (1, 1, 6), (2, 5, 6)),
    constant("rank 1", (4,)),
    plain("identity", "maps", MAPS),
]
