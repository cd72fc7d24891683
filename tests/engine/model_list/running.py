"""One file of the list: read as an upload is, and every value of it held against onnxruntime's."""

from importlib import import_module

import numpy as np
import onnx
from onnx import TensorProto, helper, shape_inference

from app.models.loading import limits_of, read_model
from app.models.options import ImportOptions
from app.settings import Settings
from engine import inspection
from engine.inspection.receptive_fields import ReceptiveFields
from engine.ops import Box
from tests.engine.formats.onnx.twins import run_file

NEAR = 1e-3  # of a value's largest number
STEPS = (
    0.002  # the share of integers that may be one step away, where fractions were rounded to them
)


def built(builder):
    """The file of one entry."""
    module, name = builder.split(".")
    return getattr(import_module(f"tests.engine.model_list.{module}"), name)()


def read(data):
    """As an upload of the same file."""
    return read_model(data, ImportOptions(), limits_of(Settings()))


def pictures(network, data, seed=5):
    """Noise for the network, and the same as the file takes it: channels last, and as integers,
    where it has them so.
    """
    ((ours, shape),) = network.inputs.items()
    entry = onnx.load_from_string(data).graph.input[0]
    kind = helper.tensor_dtype_to_np_dtype(entry.type.tensor_type.elem_type)
    rng = np.random.default_rng(seed)
    whole = kind.kind in "iu"
    x = rng.integers(0, 256, (1, *shape)) if whole else rng.standard_normal((1, *shape))
    x = x.astype(np.float32)
    theirs = x.astype(kind) if entry.name == ours else x.transpose(0, 2, 3, 1).astype(kind)
    return {ours: x}, {entry.name: theirs}


def values(data, x):
    """Every value of the file that onnxruntime can hand over, by name."""
    model = shape_inference.infer_shapes(onnx.load_from_string(data))
    known = {v.name: v.type.tensor_type.elem_type for v in model.graph.value_info}
    known |= {v.name: v.type.tensor_type.elem_type for v in model.graph.output}
    kinds = {}
    for node in model.graph.node:
        for output in node.output:
            kinds[output] = known.get(output) or _kind(node, kinds)
    names = [(name, kind) for name, kind in kinds.items() if kind != TensorProto.STRING]
    del model.graph.output[:]
    model.graph.output.extend(helper.make_tensor_value_info(n, kind, None) for n, kind in names)
    model.graph.ClearField("value_info")
    names = [n for n, _ in names]
    return dict(
        zip(names, run_file(model.SerializeToString(), x, names, as_written=True), strict=True)
    )


def _kind(node, kinds):
    """The type of a value that shape inference does not know, behind onnxruntime's own
    operations.
    """
    if node.op_type in ("Flatten", "Reshape", "MaxPool"):
        return kinds.get(node.input[0], TensorProto.FLOAT)
    whole = node.op_type.startswith("QLinear") or (node.op_type == "QGemm" and len(node.input) > 7)
    return TensorProto.UINT8 if whole else TensorProto.FLOAT


def differences(network, data, rounded=False):
    """What differs from onnxruntime, and how many values were compared.

    ``rounded``: fractions are rounded to bytes on the way, so that a few of those behind may be a
    step away.
    """
    ours, given = pictures(network, data)
    trace, theirs = network.forward(ours), values(data, given)
    made = {node.name for node in network.nodes}
    wrong, compared = [], 0
    for key, other in theirs.items():
        if key not in made:
            continue
        compared += 1
        value, expected = trace[key], other.astype(np.float32)
        if value.shape != expected.shape:
            wrong.append(f"{key}: {value.shape} for {expected.shape}")
            continue
        apart = np.abs(value - expected)
        if other.dtype.kind in "iub":
            if apart.max(initial=0) > 1 or (apart > 0).mean() > STEPS:
                wrong.append(f"{key}: {apart.max()} in integers, {(apart > 0).mean():.2%} of them")
        elif (
            ~(apart <= NEAR * max(np.abs(expected).max(initial=0), 1e-6))
        ).mean() > rounded * STEPS:
            wrong.append(f"{key}: {apart.max():.1e} of {np.abs(expected).max():.1e}")
    return wrong, compared


def unexplained(network, data):
    """Steps whose explanation of their first number does not add up, or which see what is not
    there.
    """
    ours, _ = pictures(network, data)
    trace, fields, wrong = network.forward(ours), ReceptiveFields(network), []
    for node in network.nodes:
        value = trace[node.name]
        first = (0,) * value.ndim
        why = inspection.explain(network, trace, node.name, first)
        size = max(1, abs(why.bias), np.abs(why.contributions).max(initial=0))
        if not abs(why.bias + why.contributions.sum() - float(value[first])) <= NEAR * size:
            wrong.append(node.name)
        fields.input_box(node.name, Box.at(first))
    output = network.outputs[0]
    gradient = network.backward(trace, {output: np.ones_like(trace[output])})
    if not all(np.isfinite(gradient.values[name]).all() for name in network.inputs):
        wrong.append("the gradient")
    return wrong
