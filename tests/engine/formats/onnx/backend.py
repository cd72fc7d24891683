"""The onnx package's own backend tests, as cases for our reader: what a file with these operations
must compute.

A network here is a function of pictures with parameters. So the first input is the network's, and
so are those that are joined with it; what a test hands over besides is in the file, as weights are.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.backend.test import loader
from onnx.backend.test.runner import Runner
from onnx.reference.ops import op_pool_common

from engine.formats.onnx import from_onnx

# What issue 5 asks for, and what exporters write around it.
OPERATIONS = {
    "Abs",
    "Acos",
    "Acosh",
    "Add",
    "ArgMax",
    "ArgMin",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Ceil",
    "Celu",
    "Clip",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "Cos",
    "Cosh",
    "CumSum",
    "DepthToSpace",
    "DequantizeLinear",
    "Div",
    "Dropout",
    "DynamicQuantizeLinear",
    "Einsum",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Expand",
    "Flatten",
    "Floor",
    "Gather",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Greater",
    "GreaterOrEqual",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "IsNaN",
    "LRN",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "LpPool",
    "MatMul",
    "MatMulInteger",
    "Max",
    "MaxPool",
    "Min",
    "Mish",
    "Mod",
    "Mul",
    "Neg",
    "OneHot",
    "PRelu",
    "Pad",
    "Pow",
    "QLinearConv",
    "QLinearMatMul",
    "QuantizeLinear",
    "Reciprocal",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "Relu",
    "Reshape",
    "Resize",
    "Round",
    "Selu",
    "Shape",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Sum",
    "Swish",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "Tile",
    "TopK",
    "Transpose",
    "Trilu",
    "Unsqueeze",
    "Upsample",
    "Where",
}
# Those that take several values of the network as they are: what a test hands to them are pictures,
# too.
JOINS = {"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Concat", "MatMul"}
JOINS |= {"And", "Or", "Xor", "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"}
JOINS |= {"Mod", "Where", "Einsum"}
# Those with outputs, besides the first, that no network for pictures reads: masks, indices, means.
MORE_OUTPUTS = {"Dropout", "MaxPool", "LayerNormalization"}
SIZES = (TensorProto.INT64, TensorProto.BOOL)  # types of shapes, axes and switches
DATA = Path(loader.DATA_DIR)
POOL = op_pool_common.pool


@dataclass(frozen=True, eq=False)
class Case:
    """A model, pairs of (inputs, expected outputs), and how near the outputs must come."""

    name: str
    kind: str
    model: ModelProto
    data: Sequence[tuple[list, list]]
    rtol: float
    atol: float


@cache
def cases():
    """Those of which every operation is one of OPERATIONS, by "kind/name".

    Operations written out in others ("…_expanded") count where the operation itself is one of them,
    too.
    """
    found = {f"{case.kind}/{case.name}": case for case in (*_nodes(), *_folders(), *_light())}
    return {
        name: case
        for name, case in found.items()
        if _operations(case.model) <= OPERATIONS
        and _operations(found[name.split("_expanded")[0]].model) <= OPERATIONS
    }


def _operations(model):
    return {f"{node.domain}.{node.op_type}".lstrip(".") for node in model.graph.node}


def _flat_pool(padded, x_shape, kernel, strides, out_shape, *more, **named):
    """The library's pooling, but in 3-D without numbers: its loops take 13 s, and the engine, which
    pools pictures, refuses the networks before it would need them.
    """
    if len(out_shape) < 3:
        return POOL(padded, x_shape, kernel, strides, out_shape, *more, **named)
    return np.full((*x_shape[:2], *out_shape), np.nan, padded.dtype)


def _nodes():
    with warnings.catch_warnings(), patch.object(op_pool_common, "pool", _flat_pool):
        warnings.simplefilter("ignore")  # of how the library makes its own numbers
        made = loader.load_node_model_tests()
    for case in made:
        yield Case(
            case.name.removeprefix("test_"),
            "node",
            case.model,
            case.data_sets,
            case.rtol,
            case.atol,
        )


def _folders():
    for kind in ("simple", "pytorch-operator", "pytorch-converted"):
        for case in loader.load_model_tests(kind=kind):
            folder = Path(case.model_dir)
            model = onnx.load(folder / "model.onnx")
            data = [
                tuple(_numbers(part, name) for name in ("input", "output"))
                for part in sorted(folder.glob("test_data_set_*"))
            ]
            yield Case(case.name.removeprefix("test_"), kind, model, data, case.rtol, case.atol)


def _numbers(folder, name):
    paths = sorted(folder.glob(f"{name}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
    tensors = [TensorProto.FromString(path.read_bytes()) for path in paths]
    return [numpy_helper.to_array(tensor) if tensor.data_type else None for tensor in tensors]


def _light():
    """Famous networks whose weights are all made of one number; the outputs were computed by the
    package's authors.
    """
    for case in loader.load_model_tests(kind="real"):
        path = DATA / "light" / Path(case.url).name
        model = onnx.load(path)
        known = {tensor.name for tensor in model.graph.initializer}
        free = [value for value in model.graph.input if value.name not in known]
        inputs = [Runner.generate_dummy_data(value, seed=0) for value in free]
        outputs = [
            numpy_helper.to_array(onnx.load_tensor(path.with_name(f"{path.stem}_output_{i}.pb")))
            for i in range(len(model.graph.output))
        ]
        name = case.name.removeprefix("test_")
        yield Case(name, "light", model, [(inputs, outputs)], case.rtol, case.atol)


# Its weights are all one number, so its logits are equal and 9.5e9: in float32 the last bit of one
# of them, 1,024, would decide the softmax, and which bit that is hangs on the processor's matrix
# product.
IN_FLOAT64 = (("light", "squeezenet"),)


def computed(case, inputs):
    """What our reader and engine make of ``inputs``: every output that is compared, in order."""
    model = ModelProto.FromString(case.model.SerializeToString())
    del model.graph.output[compared(case) :]
    known = {tensor.name for tensor in model.graph.initializer}
    given = [value for value in model.graph.input if value.name not in known]
    arrays = {v.name: x for v, x in zip(given, inputs, strict=False) if x is not None}
    pictures = _pictures(model.graph, given)
    model.graph.initializer.extend(
        _tensor(array, name) for name, array in arrays.items() if name not in pictures
    )
    network = from_onnx(model.SerializeToString())
    with np.errstate(over="ignore"):
        dtype = np.float64 if (case.kind, case.name) in IN_FLOAT64 else np.float32
        pictures = {name: _picture(name, arrays).astype(dtype) for name in network.inputs}
    trace = network.forward(pictures)
    return [trace[name] for name in network.outputs]


def _picture(name, arrays):
    """The array of an input; one that is read as a single picture gets the axis that the network
    takes it with.
    """
    if name in arrays:
        return numbers(arrays[name])
    return numbers(arrays[name.removesuffix(" (batch)")])[None]


def compared(case):
    """How many of the case's outputs are compared."""
    has_more = {node.op_type for node in case.model.graph.node} & MORE_OUTPUTS
    return 1 if has_more else len(case.model.graph.output)


def numbers(value):
    """A test's input or output, of any type, as floats."""
    array = numpy_helper.to_array(value) if isinstance(value, TensorProto) else value
    return np.asarray(array).astype(np.float64)


def _pictures(graph, given):
    """The names of the network's inputs among those of the test."""
    if not given:
        return set()
    first = next((value for value in given if _type(value) not in SIZES), given[0])
    joined = {name for node in graph.node if node.op_type in JOINS for name in node.input}
    alike = (value for value in given if value.name in joined and _begins(value) == _begins(first))
    return {first.name, *(value.name for value in alike)}


def _type(value):
    return value.type.tensor_type.elem_type


def _begins(value):
    """Rank and leading size: what pictures of one batch have in common."""
    dims = value.type.tensor_type.shape.dim
    return len(dims), dims[0].dim_value if dims else None


def _tensor(array, name):
    if isinstance(array, TensorProto):
        made = TensorProto.FromString(array.SerializeToString())
        made.name = name
        return made
    return numpy_helper.from_array(np.asarray(array), name)
