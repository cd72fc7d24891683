"""One table of hyper-parameter cases for each op. Every proof in this folder goes through all of
them.
"""

import numpy as np

from engine.ops import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Dense,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
)
from tests.engine.ops.case import MAPS, Case, plain
from tests.engine.ops.number_cases import NUMBER_CASES


def conv(name, shape, weight, bias=True, **attributes):
    def make(rng):
        filters = rng.standard_normal(weight) / np.sqrt(np.prod(weight[1:]))
        return Conv2d(filters, rng.standard_normal(weight[0]) if bias else None, **attributes)

    return Case(f"conv {name}", make, (shape,))


def conv_transpose(name, shape, weight, bias=True, groups=1, **attributes):
    def make(rng):
        filters = rng.standard_normal(weight) / np.sqrt(np.prod(weight[1:]))
        offsets = rng.standard_normal(weight[1] * groups) if bias else None
        return ConvTranspose2d(filters, offsets, groups=groups, **attributes)

    return Case(f"conv_transpose {name}", make, (shape,))


def dense(name, inputs, outputs, bias=True):
    def make(rng):
        weight = rng.standard_normal((outputs, inputs)) / np.sqrt(inputs)
        return Dense(weight, rng.standard_normal(outputs) if bias else None)

    return Case(f"dense {name}", make, ((3, inputs),))


def norm(name, shape, **attributes):
    def make(rng):
        c = shape[1]
        gamma, beta, mean = rng.standard_normal((3, c))
        return BatchNorm(gamma, beta, mean, rng.uniform(0.3, 2, c), **attributes)

    return Case(f"batch_norm {name}", make, (shape,))


def group_norm(name, shape, groups, **attributes):
    def make(rng):
        return GroupNorm(*rng.standard_normal((2, shape[1])), groups, **attributes)

    return Case(f"group_norm {name}", make, (shape,))


def instance_norm(name, shape, **attributes):
    def make(rng):
        return InstanceNorm(*rng.standard_normal((2, shape[1])), **attributes)

    return Case(f"instance_norm {name}", make, (shape,))


def layer_norm(name, shape, axis=-1, beta=True, **attributes):
    def make(rng):
        gamma = rng.standard_normal(shape[axis:])
        offsets = rng.standard_normal(shape[axis:]) if beta else None
        return LayerNorm(gamma, offsets, axis, **attributes)

    return Case(f"layer_norm {name}", make, (shape,))


CASES = [
    conv("1x1", (2, 5, 4, 3), (4, 5, 1, 1)),
    conv("3x3", MAPS, (4, 3, 3, 3)),
    conv("3x3 same", MAPS, (4, 3, 3, 3), padding=(1, 1, 1, 1)),
    conv("no bias", MAPS, (4, 3, 3, 3), bias=False, padding=(1, 1, 1, 1)),
    conv("stride 2", (2, 3, 7, 9), (2, 3, 3, 3), stride=(2, 2), padding=(1, 1, 1, 1)),
    conv("stride 2, last cells unseen", (2, 2, 8, 6), (2, 2, 3, 3), stride=(2, 2)),
    conv("stride (2, 1)", MAPS, (2, 3, 3, 2), stride=(2, 1)),
    conv("stride beyond the kernel", (1, 2, 11, 9), (3, 2, 2, 1), stride=(3, 4)),
    conv("lopsided padding", MAPS, (2, 3, 3, 3), padding=(0, 2, 1, 0)),
    conv("padding beyond the kernel", (1, 2, 3, 4), (2, 2, 2, 2), padding=(3, 2, 2, 4)),
    conv("dilation", (1, 2, 9, 8), (3, 2, 3, 3), dilation=(2, 2), padding=(2, 2, 2, 2)),
    conv(
        "dilation (1, 3), odd padding",
        (1, 2, 5, 9),
        (2, 2, 2, 3),
        dilation=(1, 3),
        padding=(1, 2, 0, 1),
    ),
    conv(
        "dilation that skips the map",
        (1, 1, 2, 2),
        (1, 1, 2, 2),
        dilation=(3, 3),
        padding=(1, 1, 1, 1),
    ),
    conv(
        "stride and dilation",
        (1, 2, 11, 10),
        (2, 2, 3, 2),
        stride=(2, 3),
        dilation=(2, 1),
        padding=(1, 0, 2, 1),
    ),
    conv("groups", (2, 6, 5, 4), (4, 3, 3, 3), groups=2, padding=(1, 1, 1, 1)),
    conv("depthwise", (2, 5, 6, 5), (5, 1, 3, 3), groups=5, padding=(1, 1, 1, 1)),
    conv(
        "depthwise, two filters a map, stride 2",
        (1, 3, 7, 6),
        (6, 1, 3, 3),
        groups=3,
        stride=(2, 2),
    ),
    conv("grouped 1x1", (1, 6, 3, 3), (6, 2, 1, 1), groups=3),
    conv("5x3", (1, 2, 8, 7), (3, 2, 5, 3), padding=(2, 1, 2, 1)),
    conv("1x1 stride 2", (1, 4, 5, 6), (3, 4, 1, 1), stride=(2, 2)),
    conv("kernel as large as the map", (2, 3, 4, 5), (3, 3, 4, 5)),
    conv("one pixel", (1, 2, 1, 1), (3, 2, 3, 3), padding=(1, 1, 1, 1)),
    conv_transpose("2x2 stride 2", (2, 3, 4, 5), (3, 4, 2, 2), stride=(2, 2)),
    conv_transpose("3x3", (2, 3, 4, 5), (3, 2, 3, 3)),
    conv_transpose("no bias, cut", (1, 2, 4, 5), (2, 3, 3, 3), bias=False, padding=(1, 1, 1, 1)),
    conv_transpose(
        "3x3 stride 2, to the double",
        (1, 3, 4, 3),
        (3, 2, 3, 3),
        stride=(2, 2),
        padding=(1, 1, 1, 1),
        output_padding=(1, 1),
    ),
    conv_transpose(
        "4x4 stride (2, 3), lopsided",
        (1, 2, 3, 4),
        (2, 3, 4, 4),
        stride=(2, 3),
        padding=(1, 0, 2, 1),
        output_padding=(0, 2),
    ),
    conv_transpose(
        "dilation", (1, 2, 4, 5), (2, 2, 3, 2), dilation=(2, 3), padding=(2, 1, 1, 3), stride=(1, 2)
    ),
    conv_transpose("groups", (2, 4, 3, 4), (4, 3, 3, 3), groups=2, stride=(2, 1)),
    conv_transpose(
        "depthwise", (1, 3, 4, 4), (3, 1, 4, 4), groups=3, stride=(2, 2), padding=(1, 1, 1, 1)
    ),
    conv_transpose("stride beyond the kernel", (1, 2, 3, 3), (2, 2, 2, 1), stride=(3, 4)),
    conv_transpose(
        "padded below what is painted",
        (1, 2, 3, 2),
        (2, 2, 2, 2),
        stride=(3, 3),
        output_padding=(2, 2),
    ),
    conv_transpose(
        "cut to the middle", (1, 2, 5, 6), (2, 2, 2, 2), padding=(3, 2, 2, 4), output_padding=(0, 0)
    ),
    conv_transpose("one pixel", (2, 3, 1, 1), (3, 2, 4, 3)),
    dense("with bias", 7, 5),
    dense("no bias", 6, 4, bias=False),
    dense("one unit", 9, 1),
    plain("max_pool", "2x2", (2, 3, 6, 8), kernel=(2, 2), stride=(2, 2)),
    plain("max_pool", "2x2, odd size", (2, 3, 7, 5), kernel=(2, 2), stride=(2, 2)),
    plain("max_pool", "3x3 overlapping", (2, 3, 7, 8), kernel=(3, 3), stride=(2, 2)),
    plain(
        "max_pool", "3x3 padded", (2, 2, 6, 7), kernel=(3, 3), stride=(2, 2), padding=(1, 1, 1, 1)
    ),
    plain("max_pool", "3x3 stride 1", MAPS, kernel=(3, 3), stride=(1, 1), padding=(1, 1, 1, 1)),
    plain("max_pool", "lopsided", (1, 2, 6, 7), kernel=(3, 2), stride=(1, 2), padding=(2, 0, 1, 1)),
    plain("max_pool", "ceil", (1, 2, 6, 8), kernel=(3, 3), stride=(2, 2), ceil_mode=True),
    plain(
        "max_pool",
        "ceil, last window would start in the padding",
        (1, 2, 5, 5),
        kernel=(2, 2),
        stride=(3, 3),
        padding=(1, 1, 1, 1),
        ceil_mode=True,
    ),
    plain(
        "max_pool",
        "ceil, kernel beyond the map",
        (1, 2, 1, 2),
        kernel=(2, 3),
        stride=(2, 2),
        ceil_mode=True,
    ),
    plain("max_pool", "dilation", (1, 2, 8, 9), kernel=(3, 2), stride=(2, 1), dilation=(2, 3)),
    plain(
        "max_pool",
        "dilation, padded, ceil",
        (1, 2, 8, 9),
        kernel=(2, 3),
        stride=(2, 3),
        dilation=(3, 2),
        padding=(1, 2, 1, 0),
        ceil_mode=True,
    ),
    plain("max_pool", "stride beyond the kernel", (1, 3, 9, 8), kernel=(2, 1), stride=(3, 4)),
    plain("max_pool", "1x1", (1, 3, 4, 5), kernel=(1, 1), stride=(1, 1)),
    plain("max_pool", "whole map", (2, 3, 4, 3), kernel=(4, 3), stride=(1, 1)),
    plain("average_pool", "2x2", (2, 3, 6, 8), kernel=(2, 2), stride=(2, 2)),
    plain("average_pool", "3x3 overlapping", (2, 3, 7, 8), kernel=(3, 3), stride=(2, 2)),
    plain(
        "average_pool",
        "padded, padding counts",
        MAPS,
        kernel=(3, 3),
        stride=(2, 2),
        padding=(1, 1, 1, 1),
        count_include_pad=True,
    ),
    plain(
        "average_pool",
        "padded, padding does not count",
        MAPS,
        kernel=(3, 3),
        stride=(2, 2),
        padding=(1, 1, 1, 1),
    ),
    plain(
        "average_pool",
        "lopsided, padding counts",
        (1, 2, 6, 7),
        kernel=(3, 2),
        stride=(1, 2),
        padding=(2, 0, 1, 1),
        count_include_pad=True,
    ),
    plain(
        "average_pool", "lopsided", (1, 2, 6, 7), kernel=(3, 2), stride=(1, 2), padding=(0, 1, 2, 0)
    ),
    plain("average_pool", "ceil", (1, 2, 6, 8), kernel=(3, 3), stride=(2, 2), ceil_mode=True),
    plain(
        "average_pool",
        "ceil, padded",
        (1, 2, 6, 7),
        kernel=(3, 3),
        stride=(2, 3),
        padding=(1, 1, 1, 1),
        ceil_mode=True,
    ),
    plain(
        "average_pool",
        "ceil, padded, padding counts",
        (1, 2, 6, 7),
        kernel=(3, 3),
        stride=(2, 3),
        padding=(1, 1, 1, 1),
        ceil_mode=True,
        count_include_pad=True,
    ),
    plain(
        "average_pool",
        "dilation",
        (1, 2, 8, 9),
        kernel=(3, 2),
        stride=(2, 1),
        padding=(1, 1, 2, 0),
        dilation=(2, 3),
    ),
    plain(
        "average_pool",
        "dilation, padding counts, ceil",
        (1, 2, 8, 9),
        kernel=(2, 3),
        stride=(2, 3),
        padding=(1, 2, 1, 0),
        dilation=(3, 2),
        ceil_mode=True,
        count_include_pad=True,
    ),
    plain("average_pool", "stride beyond the kernel", (1, 3, 9, 8), kernel=(2, 1), stride=(3, 4)),
    plain("average_pool", "whole map", (2, 3, 4, 3), kernel=(4, 3), stride=(1, 1)),
    plain("lp_pool", "2x2", (2, 3, 6, 8), kernel=(2, 2), stride=(2, 2)),
    plain("lp_pool", "p 1", MAPS, kernel=(3, 3), stride=(2, 2), p=1),
    plain("lp_pool", "p 3, padded", MAPS, kernel=(3, 2), stride=(2, 1), p=3, padding=(1, 0, 2, 1)),
    plain(
        "lp_pool",
        "dilation, ceil",
        (1, 2, 8, 9),
        kernel=(2, 3),
        stride=(2, 3),
        dilation=(3, 2),
        padding=(1, 2, 1, 0),
        ceil_mode=True,
    ),
    plain("global_average_pool", "maps", MAPS),
    plain("global_average_pool", "one pixel", (2, 3, 1, 1)),
    plain("global_max_pool", "maps", MAPS),
    plain("global_max_pool", "one pixel", (2, 3, 1, 1)),
    norm("maps", (3, 4, 5, 6)),
    norm("vectors", (8, 5)),
    norm("large epsilon", (2, 2, 3, 3), epsilon=0.1),
    norm("one channel", (2, 1, 4, 3)),
    instance_norm("maps", (2, 3, 4, 5)),
    instance_norm("rank 3", (2, 3, 6)),
    instance_norm("rank 5, large epsilon", (1, 2, 3, 2, 2), epsilon=0.1),
    group_norm("two groups", (2, 6, 3, 4), 2),
    group_norm("one group", (3, 4, 3, 3), 1),
    group_norm("a group a channel, large epsilon", (2, 3, 4, 3), 3, epsilon=0.1),
    group_norm("rank 3", (2, 4, 5), 2),
    layer_norm("tokens", (2, 5, 6)),
    layer_norm("vectors, no beta", (3, 8), beta=False),
    layer_norm("maps", (2, 3, 3, 4), axis=-3),
    layer_norm("over columns, large epsilon", (2, 3, 3, 5), epsilon=0.1),
    layer_norm("rank 5", (1, 2, 3, 2, 3), axis=-2),
    plain("lrn", "maps", MAPS, size=3, alpha=0.5),
    plain("lrn", "AlexNet's", (2, 7, 3, 4), size=5, alpha=0.3, k=2.0),
    plain("lrn", "one channel around", (1, 6, 2, 3), size=1, alpha=0.4, beta=0.6),
    plain("lrn", "more than there are", (2, 3, 2, 2), size=9, alpha=0.9, beta=0.5),
    plain("dropout", "maps", MAPS, rate=0.4),
    plain("dropout", "vectors", (3, 10)),
    plain("dropout", "nothing dropped", (3, 10), rate=0.0),
    plain("flatten", "maps", MAPS),
    plain("flatten", "axis 2", (2, 3, 4, 5), axis=2),
    plain("flatten", "axis -1", (2, 3, 4), axis=-1),
    plain("reshape", "to a vector", MAPS, shape=(0, -1)),
    plain("reshape", "to maps", (2, 24), shape=(-1, 4, 3, 2)),
    plain("reshape", "maps to maps", (2, 4, 3, 6), shape=(0, 6, -1, 3)),
    plain("pad", "all round", MAPS, pads=(1, 2, 3, 1)),
    plain("pad", "one side, a value", MAPS, pads=(0, 0, 2, 0), value=-1.5),
    plain("pad", "reflect", MAPS, pads=(2, 3, 1, 0), mode="reflect"),
    plain("pad", "edge", MAPS, pads=(1, 0, 2, 4), mode="edge"),
    plain("pad", "wrap", MAPS, pads=(0, 2, 3, 1), mode="wrap"),
    plain("pad", "wrap, more than there is", (1, 2, 3), pads=(4, 7), mode="wrap", axes=(-1,)),
    plain("pad", "channels", (2, 3, 2, 4), pads=(1, 2), value=0.5, axes=(1,)),
    plain("pad", "vectors", (3, 5), pads=(0, 2), axes=(1,)),
    plain(
        "pad", "reflect, rank 5", (1, 2, 3, 2, 4), pads=(2, 1, 0, 3), mode="reflect", axes=(2, 4)
    ),
    plain("pad", "edge of nothing", (2, 3, 4), pads=(0, 0), mode="edge", axes=(2,)),
    plain("transpose", "maps", MAPS, perm=(0, 2, 3, 1)),
    plain("transpose", "rank 3", (2, 4, 3), perm=(0, 2, 1)),
    plain("transpose", "batch moved", (2, 3, 4), perm=(1, 0, 2)),
    plain("transpose", "rank 5", (2, 3, 2, 4, 3), perm=(0, 2, 4, 1, 3)),
    plain("transpose", "vectors as they are", (3, 4), perm=(0, 1)),
    plain("slice", "channels", MAPS, starts=(1,), stops=(3,), axes=(1,)),
    plain("slice", "steps", MAPS, starts=(0, 1), stops=(100, -1), steps=(2, 3), axes=(2, -1)),
    plain("slice", "backwards", (2, 5), starts=(-1,), stops=(-100,), steps=(-2,), axes=(1,)),
    plain("slice", "rank 3", (2, 4, 5), starts=(0, 0, 2), stops=(2, 3, 9)),
    plain("slice", "rank 5", (1, 2, 3, 4, 3), starts=(1, 1), stops=(3, 2), axes=(3, 1)),
    plain("gather", "channels", MAPS, indices=(2, 0, 2), axis=1),
    plain("gather", "rows", MAPS, indices=(5, 1, 1, -1, 0), axis=2),
    plain("gather", "one token", (2, 4, 3), indices=0, axis=1),
    plain("gather", "one number", (3, 5), indices=-2, axis=-1),
    plain("gather", "a table", (2, 4), indices=((0, 3), (1, 1), (2, 0)), axis=1),
    plain("gather", "one column", MAPS, indices=3, axis=3),
    plain("gather", "a table of columns", (1, 2, 2, 5), indices=((4,), (0,)), axis=-1),
    plain("expand", "maps", (2, 3, 1, 4), shape=(1, 1, 3, 1)),
    plain("expand", "from one number", (2, 1, 1, 1), shape=(1, 4, 2, 3)),
    plain("expand", "vectors", (3, 1), shape=(1, 5)),
    plain("expand", "rank 5", (2, 1, 3, 1, 2), shape=(1, 2, 3, 4, 1)),
    plain("depth_to_space", "DCR", (2, 8, 3, 4), block=2),
    plain("depth_to_space", "CRD", (2, 8, 3, 4), block=2, mode="CRD"),
    plain("depth_to_space", "threes", (1, 18, 2, 2), block=3),
    plain("depth_to_space", "threes, CRD", (1, 18, 2, 2), block=3, mode="CRD"),
    plain("space_to_depth", "two", (2, 3, 4, 6), block=2),
    plain("space_to_depth", "three", (1, 2, 6, 3), block=3),
    plain("resize", "doubled", MAPS, scales=(2, 2), coordinate_transformation_mode="asymmetric"),
    plain("resize", "linear, doubled", MAPS, scales=(2, 2), mode="linear"),
    plain("resize", "to sizes", MAPS, sizes=(4, 11), nearest_mode="floor"),
    plain("resize", "linear, to sizes", MAPS, sizes=(4, 11), mode="linear"),
    plain("resize", "smaller, halves down", (1, 2, 9, 8), scales=(0.5, 0.75), nearest_mode="ceil"),
    plain(
        "resize",
        "halves up",
        (1, 2, 4, 6),
        scales=(1.5, 0.5),
        nearest_mode="round_prefer_ceil",
    ),
    plain(
        "resize",
        "linear, corners on corners",
        MAPS,
        sizes=(11, 4),
        mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
    plain(
        "resize",
        "corners on corners",
        MAPS,
        sizes=(1, 10),
        coordinate_transformation_mode="align_corners",
    ),
    plain(
        "resize",
        "linear, PyTorch's",
        MAPS,
        sizes=(1, 13),
        mode="linear",
        coordinate_transformation_mode="pytorch_half_pixel",
    ),
    plain(
        "resize",
        "linear, asymmetric",
        MAPS,
        scales=(2.3, 0.6),
        mode="linear",
        coordinate_transformation_mode="asymmetric",
    ),
    plain(
        "resize",
        "linear, the middle kept",
        MAPS,
        scales=(1.4, 1.3),
        mode="linear",
        coordinate_transformation_mode="half_pixel_symmetric",
    ),
    plain(
        "resize",
        "linear, a crop",
        MAPS,
        sizes=(5, 6),
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        roi=(0.2, -0.3, 0.9, 0.8),
        extrapolation_value=0.5,
    ),
    plain(
        "resize",
        "a crop",
        MAPS,
        sizes=(4, 1),
        coordinate_transformation_mode="tf_crop_and_resize",
        roi=(0.3, 0.1, 1.4, 0.6),
        extrapolation_value=-1.0,
    ),
    plain(
        "resize",
        "TensorFlow's nearest",
        MAPS,
        sizes=(4, 11),
        coordinate_transformation_mode="tf_half_pixel_for_nn",
        nearest_mode="floor",
    ),
    plain("resize", "cubic, doubled", MAPS, scales=(2, 2), mode="cubic"),
    plain(
        "resize",
        "cubic, corners on corners",
        MAPS,
        sizes=(9, 4),
        mode="cubic",
        coordinate_transformation_mode="align_corners",
        cubic_coeff_a=-0.5,
    ),
    plain(
        "resize", "cubic, nothing outside", MAPS, sizes=(4, 11), mode="cubic", exclude_outside=True
    ),
    plain(
        "resize",
        "cubic, asymmetric",
        (1, 2, 2, 3),
        scales=(2.3, 1.6),
        mode="cubic",
        coordinate_transformation_mode="asymmetric",
    ),
    plain(
        "resize", "linear, smoothed", (1, 2, 9, 8), scales=(0.4, 0.6), mode="linear", antialias=True
    ),
    plain("resize", "cubic, smoothed", (1, 2, 9, 8), sizes=(4, 3), mode="cubic", antialias=True),
    plain(
        "resize",
        "cubic, smoothed, nothing outside",
        (1, 2, 9, 8),
        sizes=(3, 10),
        mode="cubic",
        antialias=True,
        exclude_outside=True,
    ),
    plain("resize", "rows alone", MAPS, scales=(3,), axes=(2,)),
    plain("resize", "linear, many channels", (1, 40, 3, 4), scales=(2, 1.5), mode="linear"),
    plain("resize", "rank 3", (2, 3, 4), sizes=(7,), axes=(-1,)),
    plain("resize", "rank 5", (1, 2, 2, 3, 4), scales=(2, 1, 0.5), axes=(2, 3, 4)),
    plain(
        "resize", "linear, rank 5", (1, 2, 2, 3, 4), sizes=(3, 4, 3), axes=(2, 3, 4), mode="linear"
    ),
    plain("concat", "two", (2, 3, 4, 5), (2, 2, 4, 5)),
    plain("concat", "three vectors", (2, 3), (2, 1), (2, 4)),
    plain("concat", "along columns", (1, 2, 3, 4), (1, 2, 3, 2), axis=-1),
    plain("concat", "one", MAPS),
    *NUMBER_CASES,
]

NAMES = [case.name for case in CASES]
