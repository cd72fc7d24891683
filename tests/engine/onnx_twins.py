"""The same step or network written in ONNX and run by onnxruntime: someone else's arithmetic to hold ours against."""

import onnxruntime
from onnx import TensorProto, helper, numpy_helper

OPSET = 22
ONNX_NAMES = {
    "conv": "Conv",
    "dense": "Gemm",
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "clip": "Clip",
    "softmax": "Softmax",
    "max_pool": "MaxPool",
    "average_pool": "AveragePool",
    "global_average_pool": "GlobalAveragePool",
    "batch_norm": "BatchNormalization",
    "dropout": "Dropout",
    "flatten": "Flatten",
    "reshape": "Reshape",
    "pad": "Pad",
    "concat": "Concat",
    "add": "Add",
    "mul": "Mul",
    "identity": "Identity",
}
ATTRIBUTE_NAMES = {
    "kernel": "kernel_shape",
    "stride": "strides",
    "padding": "pads",
    "dilation": "dilations",
    "groups": "group",
    "momentum": None,  # of the running statistics, and counted the other way round
}
# What ONNX takes as an input where we have an attribute: kind → the tensors after the first input.
EXTRA_INPUTS = {
    "clip": lambda op: [("low", "f", op.low), ("high", "f", op.high)],
    "reshape": lambda op: [("shape", "i", list(op.shape))],
    "pad": lambda op: [
        ("pads", "i", [0, 0, *op.pads[:2], 0, 0, *op.pads[2:]]),
        ("value", "f", op.value),
    ],
    "dropout": lambda op: [("ratio", "f", op.rate)],
}


def onnx_node(op, inputs, output, prefix=""):
    """(the ONNX node, its initializers) for one of our ops."""
    extra = EXTRA_INPUTS.get(op.kind)
    tensors = {**op.params, **op.buffers}
    initializers = [numpy_helper.from_array(a.copy("C"), prefix + n) for n, a in tensors.items()]
    for name, code, value in extra(op) if extra else []:
        dtype = {"f": TensorProto.FLOAT, "i": TensorProto.INT64}[code]
        dims = [len(value)] if isinstance(value, list) else []
        values = value if isinstance(value, list) else [value]
        initializers.append(helper.make_tensor(prefix + name, dtype, dims, values))
    attributes = (
        {}
        if extra
        else {
            ATTRIBUTE_NAMES.get(name, name): int(value) if isinstance(value, bool) else value
            for name, value in op.attributes.items()
            if ATTRIBUTE_NAMES.get(name, name)
        }
    )
    if op.kind == "dense":
        attributes["transB"] = 1
    names = [*inputs, *(tensor.name for tensor in initializers)]
    return helper.make_node(ONNX_NAMES[op.kind], names, [output], **attributes), initializers


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
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(list(outputs), {name: x.copy("C") for name, x in inputs.items()})


def run_network(network, x):
    """Every value of a whole network by its name, computed by onnxruntime."""
    theirs, initializers = [], []
    for node in network.nodes:
        twin, tensors = onnx_node(node.op, node.inputs, node.name, prefix=f"{node.name}.")
        theirs.append(twin)
        initializers += tensors
    names = [node.name for node in network.nodes]
    values = run_onnx(theirs, initializers, {next(iter(network.inputs)): x}, names)
    return dict(zip(names, values, strict=True))
