"""ONNX files made for a test, with the library's helper."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def model(nodes, *, inputs, outputs=("y",), arrays=(), opset=21, kind=FLOAT):
    """A ModelProto. ``inputs``: name → dims (a string or None is a free one); ``arrays``: name →
    array.
    """
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(name, kind, dims) for name, dims in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in dict(arrays).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def file(nodes, **more):
    """The same as bytes."""
    return model(nodes, **more).SerializeToString()


def constant(name, numbers, dtype=np.int64):
    """A node Constant."""
    value = numpy_helper.from_array(np.asarray(numbers, dtype))
    return helper.make_node("Constant", [], [name], value=value)


def random(*shape, seed=0):
    """Numbers around 0, float32."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
