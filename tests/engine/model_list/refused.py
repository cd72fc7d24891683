"""Files that cannot be shown, each with the reason that a person is given."""

import numpy as np
from onnx import TensorProto

from tests.engine.model_list.net import Net


def crnn():
    """A reader of lines with its recurrent part."""
    net = Net("torch-old", 1, 32, 32, opset=9, n=1)
    x = net("MaxPool", net.conv(net.x, 8, 1), kernel_shape=[32, 1])
    x = net("Transpose", net("Squeeze", x, axes=[2]), perm=[2, 0, 1])
    weights = [net.weight(1, 16, 8), net.weight(1, 16, 4)]
    return net.file(net("LSTM", x, *weights, outputs=3, hidden_size=4)[0])


def sound():
    net = Net("torch", 1, 128)
    return net.file(net("Conv", net.x, net.weight(8, 1, 9), kernel_shape=[9], pads=[4, 4]))


def volume():
    net = Net("torch", 1, 16, 16, 16, n=1)
    return net.file(net("Conv", net.x, net.weight(4, 1, 3, 3, 3), kernel_shape=[3, 3, 3]))


def while_training():
    net = Net("torch", 3, 32, 32)
    x = net.conv(net.x, 8, 3)
    reads = [net.near(1, 8), net.near(0, 8), net.near(0, 8), np.abs(net.near(1, 8))]
    x = net("BatchNormalization", x, *reads, outputs=3, training_mode=1)[0]
    return net.file(net.head(x, 8))


def plug_in():
    """TensorRT's own suppression."""
    net = Net("torch", 3, 32, 32, n=1)
    x = net("Reshape", net.conv(net.x, 4, 3, 3, 8), net.ints(1, 16, 4))
    return net.file(net("EfficientNMS_TRT", x, x, domain="TRT"), external=["TRT"])


def forest():
    """scikit-learn's: no network at all."""
    net = Net("sklearn", 3, 32, 32)
    x = net("Flatten", net.x)
    return net.file(net("Normalizer", x, domain="ai.onnx.ml", norm="L2"), external=["ai.onnx.ml"])


def deformable():
    net = Net("torch", 3, 32, 32, opset=19)
    offsets = net.conv(net.x, 18, 3)
    return net.file(net("DeformConv", net.x, net.weight(8, 3, 3, 3), offsets, pads=[1] * 4))


def unpool():
    """SegNet's way up remembers where each maximum was."""
    net = Net("torch", 3, 32, 32, opset=11)
    sizes = {"kernel_shape": [2, 2], "strides": [2, 2]}
    x, places = net("MaxPool", net.conv(net.x, 8, 3), outputs=2, **sizes)
    return net.file(net("MaxUnpool", x, places, **sizes))


def fused():
    """An ordinary network after onnxruntime has optimised it."""
    net = Net("torch", 3, 32, 32)
    x = net("FusedConv", net.x, net.weight(8, 3, 3, 3), domain="com.microsoft", activation="Relu")
    return net.file(x, external=["com.microsoft"])


def floats_of_four_bits():
    net = Net("torch", 3, 32, 32, opset=23)
    x = net("Cast", net.conv(net.x, 8, 3), to=TensorProto.FLOAT4E2M1)
    return net.file(net("Cast", x, to=TensorProto.FLOAT))
