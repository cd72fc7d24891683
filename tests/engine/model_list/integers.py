"""Networks in 8-bit integers: QDQ, QOperator, and dynamic, as onnxruntime's and PyTorch's
quantising programs write them.
"""

import numpy as np
from onnx import TensorProto

from tests.engine.model_list.net import Net

OTHERS = "com.microsoft"
F32, U8, I8 = np.float32, np.uint8, np.int8


def _bytes(net, *shape):
    """Weights of seven bits (reduce_range): without that onnxruntime's sums of uint8 by int8
    saturate on processors without VNNI.
    """
    return net.rng.integers(-63, 64, shape).astype(I8)


MIDDLE = U8(128)


def _qdq(net, x, scale, zero=MIDDLE):
    x = net("QuantizeLinear", x, F32(scale), zero)
    return net("DequantizeLinear", x, F32(scale), zero)


def _packed(net, filters, depth, k, axis=0):
    weights = _bytes(net, filters, depth, k, k)
    scales = np.abs(net.near(0.006, filters)).astype(F32) / 4 + F32(0.001)
    return net("DequantizeLinear", weights, scales, np.zeros(filters, I8), axis=axis)


def resnet_qdq():
    net = Net("torch", 3, 32, 32, opset=13)
    x = _qdq(net, net.x, 0.0317)
    x = _qdq(
        net,
        net("Relu", net("Conv", x, _packed(net, 16, 3, 3), net.near(0, 16), pads=[1] * 4)),
        0.04,
        U8(0),
    )
    y = net("Conv", x, _packed(net, 16, 16, 3), net.near(0, 16), pads=[1] * 4)
    x = _qdq(net, net("Relu", net("Add", x, _qdq(net, y, 0.0531))), 0.0617, U8(0))
    x = _qdq(net, net("GlobalAveragePool", x), 0.03, U8(0))
    return net.file(net.dense(net("Flatten", x), 10, 16))


def _qconv(net, x, before, filters, depth, after, k=3, stride=1, group=1):
    """QLinearConv with a scale a filter and a bias in int32."""
    (scale, zero), (result, result_zero) = before, after
    weights = _bytes(net, filters, depth // group, k, k)
    scales = (np.abs(net.near(1, filters)) * 0.008 / np.sqrt(k * k * depth / group)).astype(F32)
    bias = net.rng.integers(-800, 800, filters).astype(np.int32)
    weight = [weights, scales, np.zeros(filters, I8)]
    sizes = {"kernel_shape": [k, k], "strides": [stride] * 2, "pads": [k // 2] * 4, "group": group}
    return net("QLinearConv", x, scale, zero, *weight, result, result_zero, bias, **sizes)


PIXELS, A, B = (F32(0.03), U8(128)), (F32(0.021), U8(0)), (F32(0.033), U8(119))


def resnet_qoperator():
    """quant_format=QOperator: QLinearConv, QLinearAdd, QLinearGlobalAveragePool, QGemm."""
    net = Net("torch", 3, 32, 32, opset=13)
    x = net("QuantizeLinear", net.x, *PIXELS)
    x = _qconv(net, x, PIXELS, 16, 3, A, stride=2)
    y = _qconv(net, x, A, 16, 16, B)
    x = net("QLinearAdd", x, *A, y, *B, *A, domain=OTHERS)
    x = net("QLinearGlobalAveragePool", x, *A, *A, domain=OTHERS, channels_last=0)
    x = net("Flatten", x, axis=1)
    weight = [
        _bytes(net, 10, 16),
        F32(0.005),
        I8(0),
        net.rng.integers(-99, 99, 10).astype(np.int32),
    ]
    x = net("QGemm", x, *A, *weight, *B, domain=OTHERS, transB=1, alpha=1.0)
    return net.file(net("DequantizeLinear", x, *B), external=[OTHERS])


def mobilenet_qoperator():
    """Depthwise in bytes, a sigmoid gate, a product of two values, and values joined."""
    net = Net("torch", 3, 32, 32, opset=13)
    unit = (F32(1 / 256), U8(0))
    x = _qconv(net, net("QuantizeLinear", net.x, *PIXELS), PIXELS, 16, 3, A, stride=2)
    x = _qconv(net, x, A, 16, 16, B, group=16)
    gate = net("QLinearSigmoid", x, *B, *unit, domain=OTHERS)
    y = net("QLinearMul", x, *B, gate, *unit, *A, domain=OTHERS)
    z = net("QLinearLeakyRelu", x, *B, *A, domain=OTHERS, alpha=0.1)
    x = net("QLinearConcat", *A, y, *A, z, *A, domain=OTHERS, axis=1)
    x = net("QLinearGlobalAveragePool", x, *A, *A, domain=OTHERS, channels_last=0)
    x = net("QLinearMatMul", net("Flatten", x), *A, _bytes(net, 32, 10), F32(0.004), I8(0), *B)
    return net.file(net("DequantizeLinear", x, *B), external=[OTHERS])


def onnx_zoo_int8():
    """The model zoo's int8 classifiers: uint8 weights with a zero point of their own, MaxPool in
    bytes.
    """
    net = Net("mxnet", 3, 32, 32, opset=12, n=1, name="data")
    x = net("QuantizeLinear", net.x, *PIXELS)
    weights = net.rng.integers(0, 256, (16, 3, 3, 3)).astype(U8)
    x = net("QLinearConv", x, *PIXELS, weights, F32(0.002), U8(131), *A, pads=[1] * 4)
    x = net("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net("GlobalAveragePool", net("DequantizeLinear", x, *A))
    return net.file(net.dense(net("Flatten", x), 10, 16))


def _dynamic_conv(net, x, filters, depth, stride=1):
    weights = _bytes(net, filters, depth, 3, 3)
    q, scale, zero = net("DynamicQuantizeLinear", x, outputs=3)
    sizes = {"pads": [1] * 4, "strides": [stride] * 2}
    y = net("Cast", net("ConvInteger", q, weights, zero, I8(0), **sizes), to=TensorProto.FLOAT)
    y = net("Mul", y, net("Mul", scale, F32(0.01)))
    return net("Relu", net("Add", y, net.near(0, 1, filters, 1, 1)))


def cnn_dynamic():
    """quantize_dynamic of a classifier: the commonest int8 file."""
    net = Net("torch", 3, 32, 32, opset=13, n=1)
    x = _dynamic_conv(net, net.x, 8, 3, 2)
    x = net("Flatten", net("GlobalAveragePool", _dynamic_conv(net, x, 16, 8)))
    q, scale, zero = net("DynamicQuantizeLinear", x, outputs=3)
    y = net("MatMulInteger", q, _bytes(net, 16, 10), zero, I8(0))
    y = net("Mul", net("Cast", y, to=TensorProto.FLOAT), net("Mul", scale, F32(0.01)))
    return net.file(net("Add", y, net.near(0, 10)))


def vit_dynamic():
    """quantize_dynamic of attention: the projections in integers, the scores in fractions."""
    net = Net("torch", 3, 32, 32, opset=14, n=1)
    x = net.conv(net.x, 16, 3, 8, 8, pads=[0] * 4)
    x = net("Transpose", net("Reshape", x, net.ints(1, 16, 16)), perm=[0, 2, 1])
    q, scale, zero = net("DynamicQuantizeLinear", x, outputs=3)
    parts = []
    for _ in range(3):
        y = net("MatMulInteger", q, _bytes(net, 16, 16), zero, I8(0))
        y = net("Mul", net("Cast", y, to=TensorProto.FLOAT), net("Mul", scale, F32(0.005)))
        parts.append(net("Add", y, net.near(0, 16)))
    scores = net("MatMul", parts[0], net("Transpose", parts[1], perm=[0, 2, 1]))
    x = net("MatMul", net("Softmax", scores, axis=-1), parts[2])
    return net.file(net.dense(net("ReduceMean", x, axes=[1], keepdims=0), 10, 16))


def fused_dynamic():
    """The same after onnxruntime has optimised it."""
    net = Net("torch", 3, 16, 16, opset=14, n=1)
    x = net("Flatten", net("MaxPool", net.x, kernel_shape=[4, 4], strides=[4, 4]))
    x = net(
        "DynamicQuantizeMatMul",
        x,
        _bytes(net, 48, 10),
        F32(0.01),
        I8(0),
        net.near(0, 10),
        domain=OTHERS,
    )
    return net.file(x, external=[OTHERS])


def raw_pixels():
    """TFLite through tf2onnx: uint8 in, channels last, quantised at once."""
    net = Net("tf2onnx", 32, 32, 3, opset=13, n=1, kind=TensorProto.UINT8)
    x = net("Cast", net("Transpose", net.x, perm=[0, 3, 1, 2]), to=TensorProto.FLOAT)
    x = net("Sub", net("Mul", x, F32(1 / 127.5)), F32(1))
    return net.file(net.head(net("Relu", net.conv(x, 8, 3, 3, 2)), 8))
