"""The same step or network, written as ONNX and run by onnxruntime: someone else's arithmetic to
hold ours against.
"""

import onnx
import onnxruntime
from onnx import TensorProto, helper

from engine.formats.onnx import IR_VERSION, OPSET, to_onnx, write_node
from engine.network import Node


def onnx_nodes(op, inputs, output):
    """(the ONNX nodes, their initializers) for one of our ops."""
    return write_node(Node(output, op, tuple(inputs)))


def run_onnx(nodes, initializers, inputs, outputs):
    """Run a graph and return its outputs. ``inputs`` is name → float32 array."""
    float32 = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "twin",
        [helper.make_tensor_value_info(name, float32, x.shape) for name, x in inputs.items()],
        [helper.make_tensor_value_info(name, float32, None) for name in outputs],
        initializers,
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)
    return run_file(model.SerializeToString(), inputs, outputs)


def run_network(network, x):
    """Every value of a whole network by its name, computed by onnxruntime."""
    model = onnx.load_from_string(to_onnx(network))
    names = [node.name for node in network.nodes]
    del model.graph.output[:]
    model.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    values = run_file(model.SerializeToString(), {next(iter(network.inputs)): x}, names)
    return dict(zip(names, values, strict=True))


def run_file(data, inputs, outputs=None, *, as_written=False):
    """The outputs (all, or those named) of an ONNX file's bytes, by onnxruntime; ``as_written``:
    without joining steps.
    """
    options = onnxruntime.SessionOptions()
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return session.run(outputs, {name: x.copy("C") for name, x in inputs.items()})
