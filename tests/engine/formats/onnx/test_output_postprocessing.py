"""What files compute besides layers: comparisons, integers, sorting, norms, old and rare functions.
Every value is onnxruntime's.
"""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, shape_inference

from engine.errors import FormatError, UnsupportedOp
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import constant, model, random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node
INT64, BOOL, FLOAT = TensorProto.INT64, TensorProto.BOOL, TensorProto.FLOAT


def agrees(nodes, *, shape=(2, 3, 4, 5), arrays=(), opset=21, scale=2.0, rtol=1e-5, x=None):
    """All values of the file beside onnxruntime's; the trace. The first input is ``x``, the batch
    axis free.
    """
    made = model(nodes, inputs={"x": ["N", *shape[1:]]}, arrays=arrays, opset=opset)
    inferred = shape_inference.infer_shapes(made)
    known = {v.name: v.type.tensor_type.elem_type for v in inferred.graph.value_info}
    names = [name for node in nodes for name in node.output if name and node.op_type != "Constant"]
    del made.graph.output[:]
    for name in names:
        kind = known.get(name, FLOAT)
        made.graph.output.append(helper.make_tensor_value_info(name, kind, None))
    data = made.SerializeToString()
    x = random(*shape) * np.float32(scale) if x is None else x
    network = from_onnx(data).freeze()
    trace = network.forward(x)
    # An output that only picks from another one is left out as one
    # (engine/formats/onnx/file/postprocessing.py).
    names = [name for name in names if name in {node.name for node in network.nodes}]
    theirs = dict(zip(names, run_file(data, {"x": x}, names, as_written=True), strict=True))
    for name, value in theirs.items():
        assert trace[name].shape == value.shape, name
        np.testing.assert_allclose(
            trace[name], value.astype(np.float32), rtol=rtol, atol=1e-5, err_msg=name
        )
    return trace


FUNCTIONS = {
    "Floor": {},
    "Ceil": {},
    "Round": {},
    "Sign": {},
    "Selu": {},
    "Celu": {"alpha": 0.8},
    "Softsign": {},
    "ThresholdedRelu": {"alpha": 0.4},
    "Shrink": {"lambd": 0.3, "bias": 0.1},
    **{name: {} for name in ("Sin", "Cos", "Tan", "Atan", "Sinh", "Cosh", "Asinh")},
    "LpNormalization": {"axis": 1, "p": 2},
    "Elu": {"alpha": 0.7},
}


@pytest.mark.parametrize("op", FUNCTIONS)
def test_a_function(op):
    agrees([make(op, ["x"], ["y"], **FUNCTIONS[op])])


@pytest.mark.parametrize("op", ["Asin", "Acos", "Atanh"])
def test_an_inverse_function_between_minus_one_and_one(op):
    agrees([make("Tanh", ["x"], ["t"]), make(op, ["t"], ["y"])], rtol=2e-4)


def test_the_inverse_of_cosh():
    agrees([make("Cosh", ["x"], ["c"]), make("Acosh", ["c"], ["y"])], rtol=1e-3)


def test_halves_are_rounded_to_the_even_number():
    x = np.float32([[-2.5, -1.5, -0.5, -0.0, 0.5, 1.5, 2.5, np.inf, np.nan]])
    trace = agrees([make("Round", ["x"], ["y"])], shape=x.shape, x=x)
    assert np.signbit(trace["y"][0, :4]).all()


@pytest.mark.parametrize("op", ["Floor", "Ceil", "Sign", "Selu", "Softsign", "Sin", "Round"])
def test_what_is_no_number_or_infinite(op):
    x = np.float32([[np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40]])
    with np.errstate(invalid="ignore"):
        agrees([make(op, ["x"], ["y"])], shape=x.shape, x=x)


@pytest.mark.parametrize("target", [INT64, TensorProto.INT32, TensorProto.UINT8, TensorProto.INT8])
def test_fractions_become_integers(target):
    """Towards zero; then integer arithmetic goes on as such: a division leaves no rest."""
    low = 0 if target == TensorProto.UINT8 else -100
    nodes = [
        make("Clip", ["x", "low", "high"], ["c"]),
        make("Cast", ["c"], ["i"], to=target),
        make("Cast", ["i"], ["j"], to=TensorProto.INT32),
        make("Div", ["j", "three"], ["d"]),
        make("Mod", ["j", "three"], ["m"]),
        make("Add", ["d", "m"], ["s"]),
        make("Cast", ["s"], ["y"], to=FLOAT),
    ]
    arrays = {"low": np.float32(low), "high": np.float32(120), "three": np.int32(3)}
    agrees(nodes, arrays=arrays, scale=60)


def test_integers_become_truth_values_and_bytes_wrap_around():
    nodes = [
        make("Cast", ["x"], ["i"], to=TensorProto.INT32),
        make("Cast", ["i"], ["u"], to=TensorProto.UINT8),
        make("Cast", ["i"], ["s"], to=TensorProto.INT8),
        make("Cast", ["i"], ["b"], to=BOOL),
        make("Cast", ["b"], ["y"], to=FLOAT),
    ]
    agrees(nodes, scale=300)


@pytest.mark.parametrize("op", ["Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"])
@pytest.mark.parametrize("side", ["right", "left", "both"])
def test_a_comparison(op, side):
    reads = {"right": ["r", "c"], "left": ["c", "r"], "both": ["r", "n"]}[side]
    nodes = [
        make("Round", ["x"], ["r"]),
        make("Neg", ["r"], ["n"]),
        make(op, reads, ["t"]),
        make("Cast", ["t"], ["y"], to=FLOAT),
    ]
    agrees(nodes, arrays={"c": np.float32([[1.0]])})


def test_truth_values_are_joined():
    nodes = [
        make("Greater", ["x", "c"], ["a"]),
        make("Less", ["x", "d"], ["b"]),
        make("And", ["a", "b"], ["and"]),
        make("Or", ["a", "b"], ["or"]),
        make("Xor", ["a", "b"], ["xor"]),
        make("Not", ["xor"], ["not"]),
        make("Where", ["and", "x", "zero"], ["w"]),
        make("Where", ["not", "w", "x"], ["y"]),
    ]
    agrees(nodes, arrays={"c": np.float32(-0.5), "d": np.float32(0.5), "zero": np.float32(0)})


def test_what_is_no_number_is_replaced():
    x = np.float32([[1, np.nan, 3, np.nan]])
    nodes = [make("IsNaN", ["x"], ["t"]), make("Where", ["t", "zero", "x"], ["y"])]
    agrees(nodes, arrays={"zero": np.float32(0)}, shape=x.shape, x=x)


@pytest.mark.parametrize("largest", [0, 1])
@pytest.mark.parametrize("axis", [-1, 1])
def test_the_first_few(largest, axis):
    """With many equal numbers: the first of them comes first."""
    nodes = [
        make("Round", ["x"], ["r"]),
        make("TopK", ["r", "k"], ["v", "i"], axis=axis, largest=largest),
        make("Cast", ["i"], ["f"], to=FLOAT),
        make("Add", ["v", "f"], ["y"]),
    ]
    agrees(nodes, arrays={"k": np.int64([3])}, shape=(2, 6, 5, 7))


def test_numbers_are_gathered_by_computed_places():
    nodes = [
        make("ReduceMax", ["x"], ["best"], axes=[2], keepdims=0),
        make("TopK", ["best", "k"], ["v", "i"], axis=1),
        make("Unsqueeze", ["i", "axis"], ["u"]),
        make("Tile", ["u", "times"], ["t"]),
        make("GatherElements", ["x", "t"], ["y"], axis=1),
    ]
    arrays = {"k": np.int64([4]), "axis": np.int64([2]), "times": np.int64([1, 1, 5])}
    agrees(nodes, arrays=arrays, shape=(2, 9, 5), opset=17)


def test_numbers_are_gathered_by_places_in_the_file():
    indices = np.random.default_rng(0).integers(-6, 6, (1, 3, 5))
    agrees(
        [make("GatherElements", ["x", "i"], ["y"], axis=1)], arrays={"i": indices}, shape=(1, 6, 5)
    )


@pytest.mark.parametrize("step", [1, 2])
def test_an_assignment_to_a_slice(step):
    """``y[..., 0:4:step] = …`` as detectors of YOLO's kind are exported."""
    cells = np.arange(0, 4, step)
    grid = np.meshgrid(np.arange(1), np.arange(3), np.arange(4), cells, indexing="ij")
    nodes = [
        make("Sigmoid", ["x"], ["s"]),
        make("Slice", ["s", "from", "to", "axis", "step"], ["part"]),
        make("Mul", ["part", "two"], ["m"]),
        make("ScatterND", ["s", "i", "m"], ["y"]),
    ]
    arrays = {"from": [0], "to": [4], "axis": [3], "step": [step], "two": np.float32(2)}
    arrays["i"] = np.stack(grid, axis=-1)
    agrees(nodes, arrays=arrays, shape=(1, 3, 4, 9))


def test_an_assignment_to_places_without_order_is_refused():
    with pytest.raises(UnsupportedOp, match="form no grid"):
        agrees(
            [make("ScatterND", ["x", "i", "u"], ["y"])],
            arrays={"i": np.int64([[0, 1], [0, 3], [0, 2]]), "u": np.float32([1, 2, 3])},
            shape=(1, 5),
        )


def test_numbers_are_repeated():
    agrees([make("Tile", ["x", "t"], ["y"])], arrays={"t": np.int64([1, 2, 3, 1])})


@pytest.mark.parametrize("exclusive", [0, 1])
@pytest.mark.parametrize("reverse", [0, 1])
def test_a_cumulative_sum(exclusive, reverse):
    node = make("CumSum", ["x", "a"], ["y"], exclusive=exclusive, reverse=reverse)
    agrees([node], arrays={"a": np.int64(2)})


def test_one_of_many():
    nodes = [
        make("ArgMax", ["x"], ["i"], axis=1, keepdims=0),
        make("OneHot", ["i", "depth", "values"], ["y"], axis=1),
    ]
    agrees(nodes, arrays={"depth": np.int64(3), "values": np.float32([-1, 2])})


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize("k", [-1, 0, 2])
def test_half_of_a_matrix(upper, k):
    agrees([make("Trilu", ["x", "k"], ["y"], upper=upper)], arrays={"k": np.int64(k)})


REDUCTIONS = [
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
    "ReduceLogSumExp",
    "ReduceMin",
    "ReduceProd",
]


@pytest.mark.parametrize("op", REDUCTIONS)
@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("opset", [13, 18])
def test_a_reduction(op, keepdims, opset):
    if opset < 18:
        agrees([make(op, ["x"], ["y"], axes=[2, 3], keepdims=keepdims)], opset=opset)
    else:
        agrees([make(op, ["x", "a"], ["y"], keepdims=keepdims)], arrays={"a": np.int64([1, -1])})


def test_the_logarithm_of_a_sum():
    agrees([make("Exp", ["x"], ["e"]), make("ReduceLogSum", ["e"], ["y"], axes=[1])], opset=13)


def test_a_length_of_nothing_divides_nothing():
    x = np.float32([[0, 0], [3, 4]])
    trace = agrees([make("LpNormalization", ["x"], ["y"])], shape=x.shape, x=x)
    np.testing.assert_allclose(trace["y"], [[0, 0], [0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize(
    ("equation", "shape"),
    [
        ("nchw,nchk->nwhk", None),
        ("nchw,nchw->nch", None),
        ("nchw,wv->nchv", (5, 7)),
        ("nchw,cd->ndhw", (3, 6)),
        ("nchw->nhc", None),
        ("nchw->nwch", None),
    ],
)
def test_a_sum_over_letters(equation, shape):
    reads = ["x"] if "," not in equation else ["x", "x" if shape is None else "w"]
    arrays = {} if shape is None else {"w": random(*shape)}
    agrees([make("Einsum", reads, ["y"], equation=equation)], arrays=arrays, rtol=1e-4)


def test_letters_that_are_not_plain_are_refused():
    with pytest.raises(UnsupportedOp, match="is not read; plain letters"):
        agrees([make("Einsum", ["x", "x"], ["y"], equation="...i,...i->...")])


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_cells_become_channels(mode):
    """onnxruntime has no CRD before its newest opset: by arithmetic."""
    x = random(1, 2, 4, 6)
    made = model(
        [make("SpaceToDepth", ["x"], ["y"], blocksize=2, mode=mode)],
        inputs={"x": ["N", 2, 4, 6]},
        opset=onnx.defs.onnx_opset_version(),
    )
    y = from_onnx(made.SerializeToString()).forward(x)["y"]
    order = (0, 3, 5, 1, 2, 4) if mode == "DCR" else (0, 1, 3, 5, 2, 4)
    expected = x.reshape(1, 2, 2, 2, 3, 2).transpose(order).reshape(1, 8, 2, 3)
    np.testing.assert_array_equal(y, expected)


def test_a_dilated_mean():
    for count in (0, 1):
        node = make(
            "AveragePool",
            ["x"],
            ["y"],
            kernel_shape=[3, 2],
            dilations=[2, 3],
            pads=[1, 1, 2, 0],
            count_include_pad=count,
        )
        agrees([node], shape=(2, 3, 8, 9))


CUBIC = [
    {"coordinate_transformation_mode": "half_pixel"},
    {"coordinate_transformation_mode": "pytorch_half_pixel", "cubic_coeff_a": -0.5},
    {"coordinate_transformation_mode": "align_corners"},
    {"coordinate_transformation_mode": "asymmetric"},
    {"coordinate_transformation_mode": "half_pixel", "exclude_outside": 1},
    {"coordinate_transformation_mode": "half_pixel", "antialias": 1},
]


@pytest.mark.parametrize("attributes", CUBIC)
@pytest.mark.parametrize("scales", [[1, 1, 2, 1.5], [1, 1, 0.6, 0.8]])
def test_a_cubic_resize(attributes, scales):
    node = make("Resize", ["x", "", "s"], ["y"], mode="cubic", **attributes)
    agrees([node], arrays={"s": np.float32(scales)}, shape=(2, 3, 7, 9), rtol=1e-4)


def old(node, expected, shape=(2, 3, 6, 8)):
    """An operation that onnxruntime may not have any more: against the formula."""
    x = random(*shape)
    made = model([node], inputs={"x": ["N", *shape[1:]]}, opset=8)
    np.testing.assert_allclose(
        from_onnx(made.SerializeToString()).forward(x)["y"], expected(x), rtol=1e-5, atol=1e-6
    )


def test_a_scaled_image():
    bias = np.float32([0.1, -0.2, 0.3])
    old(
        make("ImageScaler", ["x"], ["y"], scale=0.5, bias=bias.tolist()),
        lambda x: x * 0.5 + bias[:, None, None],
    )


def test_a_crop_by_borders_and_by_size():
    old(make("Crop", ["x"], ["y"], border=[1, 2, 3, 1]), lambda x: x[:, :, 2:5, 1:5])
    old(
        make("Crop", ["x"], ["y"], border=[1, 2, 0, 0], scale=[3, 4]),
        lambda x: x[:, :, 2:5, 1:5],
    )


def test_functions_that_were_dropped():
    old(make("Affine", ["x"], ["y"], alpha=2.0, beta=0.5), lambda x: 2 * x + 0.5)
    old(make("ScaledTanh", ["x"], ["y"], alpha=2.0, beta=0.5), lambda x: 2 * np.tanh(0.5 * x))
    old(
        make("ParametricSoftplus", ["x"], ["y"], alpha=2.0, beta=0.5),
        lambda x: 2 * np.log1p(np.exp(0.5 * x)),
    )


def test_a_gradient_passes_where_and_top_k_but_no_comparison():
    nodes = [
        make("Greater", ["x", "zero"], ["t"]),
        make("Where", ["t", "x", "zero"], ["w"]),
        make("TopK", ["w", "k"], ["y", "i"], axis=1),
    ]
    made = model(nodes, inputs={"x": ["N", 5]}, arrays={"zero": np.float32(0), "k": np.int64([2])})
    network = from_onnx(made.SerializeToString())
    trace = network.forward(np.float32([[3, -1, 5, 4, -2]]))
    gradient = network.backward(trace, {"y": np.float32([[1, 10]])}).values["x"]
    assert gradient.tolist() == [[0, 0, 1, 10, 0]]


def test_a_tile_of_many_cells_is_refused():
    with pytest.raises(FormatError, match="65,536 are read"):
        agrees([make("Tile", ["x", "t"], ["y"])], arrays={"t": np.int64([1, 1, 1, 99_999])})


def test_constants_of_the_file_are_chosen_from():
    nodes = [
        constant("mask", [[[True, False, True, False, True]]], bool),
        constant("low", np.full((1, 1, 1), -1e4), np.float32),
        make("Where", ["mask", "x", "low"], ["w"]),
        make("Softmax", ["w"], ["y"], axis=-1),
    ]
    agrees(nodes, shape=(2, 4, 5))
