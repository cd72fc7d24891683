"""Files in 8-bit whole numbers: each operation, and the forms that quantising programs write,
integer for integer as onnxruntime.
"""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.errors import UnsupportedOp
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import model, random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node
OTHERS = "com.microsoft"
SCALE, ZERO = np.float32(0.031), np.uint8(119)
OUT, OUT_ZERO = np.float32(0.057), np.uint8(87)
BYTES = {"s": SCALE, "z": ZERO, "t": OUT, "v": OUT_ZERO}


def quantised(nodes, arrays, *, inputs, kind=TensorProto.UINT8, opset=21):
    """The bytes of a file whose output may be of any type, with operations of onnxruntime's own."""
    made = model(nodes, inputs=inputs, arrays=arrays, opset=opset)
    made.opset_import.append(helper.make_opsetid(OTHERS, 1))
    made.graph.output[0].type.tensor_type.elem_type = kind
    return made.SerializeToString()


def same(data, *pictures, names=("y",), apart=0):
    """Every number of every output equal to onnxruntime's; the trace. ``apart``: the share of
    numbers that may be one step away.
    """
    network = from_onnx(data).freeze()
    x = dict(zip(network.inputs, pictures, strict=True))
    trace = network.forward(x)
    for name, theirs in zip(names, run_file(data, x, as_written=True), strict=True):
        assert trace[name].shape == theirs.shape
        steps = np.abs(trace[name] - theirs.astype(np.float32))
        assert (steps > 0).mean() <= apart
        assert steps.max() <= (apart > 0)
    return trace


def bytes_of(name, rng, shape, dtype=np.int8):
    bounds = np.iinfo(dtype)
    return {name: rng.integers(bounds.min, bounds.max + 1, shape).astype(dtype)}


def to_bytes(x="x", q="q"):
    return make("QuantizeLinear", [x, "s", "z"], [q])


SIGNED = {"s": SCALE, "z": np.int8(-9), "t": OUT, "v": np.int8(21)}


@pytest.mark.parametrize("constants", [BYTES, SIGNED], ids=["uint8", "int8"])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize(
    ("weight", "attributes"),
    [
        ((4, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
        ((4, 3, 3, 2), {"strides": [2, 1], "auto_pad": "SAME_UPPER"}),
        ((6, 1, 3, 3), {"group": 3, "dilations": [2, 2]}),
        ((5, 3, 1, 1), {}),
    ],
    ids=["3x3", "stride", "depthwise", "1x1"],
)
def test_a_convolution_in_bytes(constants, per_channel, weight, attributes):
    """Padding is the zero point; weights have a scale and a zero point each, or one for all; sums
    in int32.
    """
    rng = np.random.default_rng(3)
    filters = weight[0]
    count = (filters,) if per_channel else ()
    dtype = constants["z"].dtype
    arrays = {
        **constants,
        **bytes_of("w", rng, weight, dtype),
        "ws": rng.uniform(0.002, 0.01, count).astype(np.float32),
        # onnxruntime takes weights of int8 with a zero point of 0 alone where there are several
        "wz": np.full(count, 0 if dtype == np.int8 else 117, dtype),
        "b": rng.integers(-5000, 5000, filters).astype(np.int32),
    }
    node = make("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "t", "v", "b"], ["y"], **attributes)
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    data = quantised([to_bytes(), node], arrays, inputs={"x": ["N", 3, 8, 9]}, kind=kind)
    y = same(data, random(2, 3, 8, 9, seed=1))["y"]
    assert len(np.unique(y)) > 20


def test_the_published_example_of_a_convolution_in_bytes():
    """Weights that stand for 1 and 1/8: the example that a person computes by hand."""
    arrays = {"s": np.float32(0.05), "z": np.uint8(128), "t": np.float32(0.1), "v": np.uint8(128)}
    arrays |= {"w": np.int8([[[[80]]], [[[10]]]]), "ws": np.float32([0.1, 0.1])}
    arrays |= {"wz": np.zeros(2, np.int8)}
    nodes = [
        to_bytes(),
        make("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "t", "v"], ["p"]),
        make("DequantizeLinear", ["p", "t", "v"], ["y"]),
    ]
    data = quantised(nodes, arrays, inputs={"x": [1, 1, 2, 2]}, kind=TensorProto.FLOAT)
    trace = from_onnx(data).forward(np.full((1, 1, 2, 2), 0.1, np.float32))
    np.testing.assert_allclose(trace["y"].ravel(), [0.8] * 4 + [0.1] * 4, rtol=1e-6)


@pytest.mark.parametrize("zero", [86, 87])
def test_halves_go_to_the_even_number(zero):
    """With scales in simple ratios every second sum lies halfway, and the zero point decides what
    is even: rounded before it.
    """
    rng = np.random.default_rng(9)
    scales = {"s": np.float32(0.25), "ws": np.float32(0.5), "t": np.float32(0.25)}
    arrays = scales | bytes_of("w", rng, (4, 3, 1, 1)) | {"z": np.uint8(128)}
    arrays |= {"wz": np.int8(0), "v": np.uint8(zero)}
    arrays["w"] //= 40
    node = make("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "t", "v"], ["y"])
    data = quantised([to_bytes(), node], arrays, inputs={"x": ["N", 3, 9, 9]})
    trace = same(data, random(2, 3, 9, 9) * 3)
    assert (trace["y.sums"] % 2 == 1).sum() > 100


def test_sums_beyond_what_float32_holds_are_exact():
    """12,800 products of 255 · 255: a float32 would lose single units, and a sum of halves of two
    bytes would show it.
    """
    rng = np.random.default_rng(0)
    arrays = bytes_of("w", rng, (12800, 6), np.uint8) | {"z": np.uint8(3), "wz": np.uint8(1)}
    nodes = [
        make("Cast", ["x"], ["q"], to=TensorProto.UINT8),
        make("MatMulInteger", ["q", "w", "z", "wz"], ["p"]),
        make("Cast", ["p"], ["y"], to=TensorProto.FLOAT),
    ]
    arrays["w"][:] = np.maximum(arrays["w"], 200)
    x = rng.integers(200, 256, (2, 12800)).astype(np.uint8)
    made = model(nodes, inputs={"x": ["N", 12800]}, arrays=arrays, kind=TensorProto.UINT8)
    made.graph.node[0].CopyFrom(make("Identity", ["x"], ["q"]))
    data = made.SerializeToString()
    ours = from_onnx(data).forward(x.astype(np.float32))["y"]
    (theirs,) = run_file(data, {"x": x})
    np.testing.assert_array_equal(ours, theirs)
    assert ours.max() > 1 << 24


@pytest.mark.parametrize("per_column", [False, True])
def test_a_product_of_matrices_in_bytes(per_column):
    rng = np.random.default_rng(4)
    count = (5,) if per_column else ()
    arrays = {
        **BYTES,
        **bytes_of("w", rng, (7, 5), np.uint8),
        "ws": rng.uniform(0.002, 0.01, count).astype(np.float32),
        "wz": rng.integers(90, 150, count).astype(np.uint8),
    }
    node = make("QLinearMatMul", ["q", "s", "z", "w", "ws", "wz", "t", "v"], ["y"])
    same(quantised([to_bytes(), node], arrays, inputs={"x": ["N", 4, 7]}), random(2, 4, 7))


def test_a_product_of_two_computed_matrices_in_bytes():
    """As attention has it."""
    nodes = [
        to_bytes(),
        make("Transpose", ["q"], ["k"], perm=[0, 2, 1]),
        make("QLinearMatMul", ["q", "s", "z", "k", "s", "z", "t", "v"], ["y"]),
    ]
    same(quantised(nodes, BYTES, inputs={"x": [2, 4, 7]}), random(2, 4, 7))


@pytest.mark.parametrize("transposed", [0, 1])
@pytest.mark.parametrize("fractions", [False, True])
def test_a_dense_layer_in_bytes(transposed, fractions):
    rng = np.random.default_rng(5)
    arrays = {
        **BYTES,
        **bytes_of("w", rng, (5, 7) if transposed else (7, 5), np.int8),
        "ws": rng.uniform(0.002, 0.01, 5).astype(np.float32),
        "wz": np.zeros(5, np.int8),
        "b": rng.integers(-900, 900, 5).astype(np.int32),
    }
    reads = ["q", "s", "z", "w", "ws", "wz", "b", *([] if fractions else ["t", "v"])]
    node = make("QGemm", reads, ["y"], domain=OTHERS, transB=transposed, alpha=1.0)
    kind = TensorProto.FLOAT if fractions else TensorProto.UINT8
    data = quantised([to_bytes(), node], arrays, inputs={"x": ["N", 7]}, kind=kind)
    if fractions:
        x = random(3, 7)
        np.testing.assert_allclose(
            from_onnx(data).forward(x)["y"], run_file(data, {"x": x})[0], rtol=1e-6
        )
    else:
        same(data, random(3, 7))


@pytest.mark.parametrize("op", ["QLinearAdd", "QLinearMul"])
@pytest.mark.parametrize("nice", [False, True])
def test_two_values_joined_in_bytes(op, nice):
    """With scales that stand in simple ratios every second sum lies halfway between two whole
    numbers.
    """
    scales = np.float32([0.04, 0.04, 0.08] if nice else [0.031, 0.047, 0.057])
    arrays = dict(zip(("s", "r", "t"), scales, strict=True))
    arrays |= {"z": np.uint8(119), "u": np.uint8(140), "v": np.uint8(87)}
    nodes = [
        to_bytes(),
        make("QuantizeLinear", ["w", "r", "u"], ["p"]),
        make(op, ["q", "s", "z", "p", "r", "u", "t", "v"], ["y"], domain=OTHERS),
    ]
    data = quantised(nodes, arrays, inputs={"x": ["N", 3, 40, 9], "w": ["N", 3, 40, 9]})
    same(data, random(2, 3, 40, 9, seed=1) * 2, random(2, 3, 40, 9, seed=2) * 2)


FUNCTIONS = {
    "QLinearSigmoid": {},
    "QLinearLeakyRelu": {"alpha": 0.2},
    "QLinearSoftmax": {"axis": 1, "opset": 13},
    "QLinearGlobalAveragePool": {},
    "QLinearAveragePool": {"kernel_shape": [3, 2], "pads": [1, 0, 1, 0], "strides": [2, 1]},
}


@pytest.mark.parametrize("nice", [False, True])
@pytest.mark.parametrize("op", FUNCTIONS)
def test_a_function_in_bytes(op, nice):
    fractions = {"t": np.float32(1 / 256), "v": np.uint8(0)}
    arrays = BYTES | (fractions if op in ("QLinearSigmoid", "QLinearSoftmax") else {})
    if nice:
        arrays = arrays | {"s": np.float32(0.25), "t": arrays["t"] if arrays["v"] == 0 else SCALE}
    node = make(op, ["q", "s", "z", "t", "v"], ["y"], domain=OTHERS, **FUNCTIONS[op])
    data = quantised([to_bytes(), node], arrays, inputs={"x": ["N", 5, 8, 7]})
    # A mean of fractions that is a half but for their rounding may go either way.
    same(data, random(2, 5, 8, 7) * 3, apart=0.02 if op == "QLinearAveragePool" else 0)


def test_values_joined_one_behind_the_other_in_bytes():
    nodes = [
        to_bytes(),
        make("QuantizeLinear", ["x", "t", "v"], ["p"]),
        make(
            "QLinearConcat",
            ["t", "v", "q", "s", "z", "p", "t", "v"],
            ["y"],
            domain=OTHERS,
            axis=1,
        ),
    ]
    same(quantised(nodes, BYTES, inputs={"x": ["N", 3, 4, 5]}), random(2, 3, 4, 5))


def dynamic_conv(net):
    """``quantize_dynamic`` of a convolution: quantised by its own range, summed up in integers,
    scaled, offset.
    """
    return [
        make("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"]),
        make("Mul", ["qs", "ws"], ["scales"]),
        make("ConvInteger", ["q", "w", "qz", "wz"], ["sums"], pads=[1, 1, 1, 1]),
        make("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
        make("Mul", ["floats", "scales"], ["scaled"]),
        make("Add", ["scaled", "b"], ["y"]),
    ]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_a_dynamically_quantised_convolution(dtype):
    rng = np.random.default_rng(6)
    arrays = bytes_of("w", rng, (4, 3, 3, 3), dtype)
    if dtype == np.int8:
        arrays["w"] //= 2  # onnxruntime's sums of uint8 by int8 may saturate without this
    arrays |= {"wz": dtype(121 if dtype == np.uint8 else 0), "ws": np.float32(0.004)}
    arrays["b"] = random(1, 4, 1, 1)
    data = quantised(
        dynamic_conv(arrays), arrays, inputs={"x": [1, 3, 6, 7]}, kind=TensorProto.FLOAT
    )
    made = onnx.load_from_string(data)
    names = [name for node in made.graph.node for name in node.output]
    kinds = {"q": TensorProto.UINT8, "qz": TensorProto.UINT8, "sums": TensorProto.INT32}
    del made.graph.output[:]
    for name in names:
        kind = kinds.get(name, TensorProto.FLOAT)
        made.graph.output.append(helper.make_tensor_value_info(name, kind, None))
    same(made.SerializeToString(), random(1, 3, 6, 7), names=names)


@pytest.mark.parametrize("shift", [0, 3, -3], ids=["around zero", "all positive", "all negative"])
def test_a_scale_of_its_own_holds_zero(shift):
    nodes = [
        make("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        make("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    made = model(nodes[:1], inputs={"x": [2, 50]}, outputs=("q", "s", "z"))
    for output, kind in zip(made.graph.output, (2, 1, 2), strict=True):
        output.type.tensor_type.elem_type = kind
    same(made.SerializeToString(), random(2, 50) + shift, names=("q", "s", "z"))


def test_a_picture_of_zeros_has_a_scale_of_its_own():
    made = model(
        [make("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])],
        inputs={"x": [1, 5]},
        outputs=("s",),
    )
    assert from_onnx(made.SerializeToString()).forward(np.zeros((1, 5), np.float32))["s"] == 1


@pytest.mark.parametrize("op", ["DynamicQuantizeMatMul", "MatMulIntegerToFloat"])
def test_a_dynamically_quantised_product(op):
    rng = np.random.default_rng(7)
    arrays = bytes_of("w", rng, (7, 5), np.uint8)
    arrays |= {"ws": np.float32(0.004), "wz": np.uint8(121), "b": random(5)}
    if op == "DynamicQuantizeMatMul":
        nodes = [make(op, ["x", "w", "ws", "wz", "b"], ["y"], domain=OTHERS)]
    else:
        nodes = [
            make("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
            make(op, ["q", "w", "s", "ws", "z", "wz", "b"], ["y"], domain=OTHERS),
        ]
    data = quantised(nodes, arrays, inputs={"x": [1, 4, 7]}, kind=TensorProto.FLOAT)
    x = random(1, 4, 7)
    np.testing.assert_allclose(
        from_onnx(data).forward(x)["y"], run_file(data, {"x": x})[0], rtol=1e-5, atol=1e-6
    )


def test_an_integer_product_of_three_axes():
    """Attention's projections, with a zero point a column."""
    rng = np.random.default_rng(8)
    arrays = bytes_of("w", rng, (7, 5), np.uint8)
    arrays |= {"wz": rng.integers(99, 130, 5).astype(np.uint8)}
    nodes = [
        make("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        make("MatMulInteger", ["q", "w", "z", "wz"], ["y"]),
    ]
    data = quantised(nodes, arrays, inputs={"x": [1, 4, 7]}, kind=TensorProto.INT32)
    same(data, random(1, 4, 7))


def test_no_other_operation_of_that_domain_is_read():
    node = make("FusedGemm", ["x", "w"], ["y"], domain=OTHERS)
    data = quantised([node], {"w": random(3, 2)}, inputs={"x": [1, 3]})
    with pytest.raises(UnsupportedOp, match=r"FusedGemm .*'com\.microsoft' are not read"):
        from_onnx(data)


def test_a_gradient_reaches_the_picture_through_bytes():
    """Straight through what is rounded: the slope is that of the fractions."""
    rng = np.random.default_rng(3)
    arrays = BYTES | bytes_of("w", rng, (4, 3, 3, 3), np.int8)
    arrays |= {"ws": np.float32(0.005), "wz": np.int8(0)}
    nodes = [
        to_bytes(),
        make("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "t", "v"], ["p"]),
        make("DequantizeLinear", ["p", "t", "v"], ["y"]),
    ]
    data = quantised(nodes, arrays, inputs={"x": [1, 3, 3, 3]}, kind=TensorProto.FLOAT)
    network = from_onnx(data)
    trace = network.forward(random(1, 3, 3, 3) / 4)
    dy = np.zeros_like(trace["y"])
    dy[0, 2] = 1
    gradient = network.backward(trace, {"y": dy}).values["x"]
    np.testing.assert_allclose(gradient[0], arrays["w"][2] * np.float32(0.005), rtol=1e-5)
