"""Networks that name what is on a picture, or measure it."""

import numpy as np

from tests.engine.model_list.net import Net


def alexnet():
    net = Net("torch-old", opset=9)
    x = net("Relu", net.conv(net.x, 16, 3, 5, 2))
    x = net("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=2.0)
    x = net("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    x = net("Relu", net.conv(x, 24, 16))
    x = net("Relu", net.dense(net("Dropout", net("Flatten", x)), 32, 24 * 49))
    return net.file(net.dense(x, 10, 32))


def vgg():
    net = Net("caffe2", opset=7, n=1, name="data_0")
    x = net("Relu", net.conv(net.x, 8, 3))
    x = net("MaxPool", net("Relu", net.conv(x, 8, 8)), kernel_shape=[2, 2], strides=[2, 2])
    x = net("Reshape", x, net.ints(1, 8 * 256))
    x = net("Dropout", net("Relu", net.dense(x, 16, 8 * 256)), ratio=0.5)
    return net.file(net("Softmax", net.dense(x, 10, 16), axis=1))


def resnet():
    net = Net("torch")
    x = net.block(net.x, 16, 3, 7, 2)
    x = net("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    y = net.norm(net.conv(net.block(x, 24, 16, 3, 2), 24, 24, bias=False), 24)
    x = net("Relu", net("Add", y, net.norm(net.conv(x, 24, 16, 1, 2, bias=False), 24)))
    return net.file(net.head(x, 24))


def resnet_mxnet():
    """Normalises its input by a batch normalisation without a factor; the head is a 1 × 1 pool and
    a Flatten.
    """
    net = Net("mxnet", opset=8, n=1, name="data")
    x = net.block(net.norm(net.x, 3), 16, 3, 3, 2)
    y = net.conv(net("Relu", net.norm(x, 16)), 16, 16, bias=False)
    x = net("Relu", net.norm(net("Add", x, y), 16))
    x = net("Reshape", net("GlobalAveragePool", x), net.ints(0, -1))
    return net.file(net.dense(x, 10, 16, alpha=1.0, beta=1.0))


def googlenet():
    net = Net("caffe2", opset=7, n=1, name="data_0")
    x = net("Relu", net.conv(net.x, 16, 3, 7, 2))
    x = net("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=1.0)
    arms = [net("Relu", net.conv(x, 8, 16, 1)), net("Relu", net.conv(x, 8, 16, 3))]
    arms.append(net("Relu", net.conv(x, 4, 16, 5)))
    pool = net("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    arms.append(net("Relu", net.conv(pool, 4, 16, 1)))
    x = net("Concat", *arms, axis=1)
    x = net("AveragePool", x, kernel_shape=[16, 16], strides=[1, 1])
    x = net.dense(net("Reshape", net("Dropout", x), net.ints(1, 24)), 10, 24)
    return net.file(net("Softmax", x, axis=1))


def inception():
    net = Net("torch")
    x = net.block(net.x, 16, 3, 3, 2)
    pool = net(
        "AveragePool",
        x,
        kernel_shape=[3, 3],
        strides=[1, 1],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
    )
    tall = net("Conv", x, net.weight(8, 16, 7, 1), kernel_shape=[7, 1], pads=[3, 0, 3, 0])
    wide = net("Conv", tall, net.weight(8, 8, 1, 7), kernel_shape=[1, 7], pads=[0, 3, 0, 3])
    x = net("Concat", net.block(x, 8, 16, 1), wide, net.block(pool, 8, 16, 1), axis=1)
    return net.file(net.head(x, 24))


def densenet():
    net = Net("torch")
    x, depth = net.conv(net.x, 12, 3), 12
    for _ in range(3):
        y = net("Relu", net.norm(net("Concat", x, axis=1), depth))
        x, depth = net("Concat", x, net.conv(y, 8, depth, bias=False), axis=1), depth + 8
    x = net("AveragePool", net.conv(x, 16, depth, 1), kernel_shape=[2, 2], strides=[2, 2])
    return net.file(net.head(net("Relu", net.norm(x, 16)), 16))


def squeezenet():
    """Its answer is a map of one place: softmax over (N, C, 1, 1)."""
    net = Net("caffe2", opset=9, n=1, name="data_0")
    x = net("Relu", net.conv(net.x, 16, 3, 3, 2, pads=[0] * 4))
    squeezed = net("Relu", net.conv(x, 4, 16, 1))
    sides = [net("Relu", net.conv(squeezed, 8, 4, k)) for k in (1, 3)]
    x = net("Dropout", net("Concat", *sides, axis=1))
    x = net("GlobalAveragePool", net("Relu", net.conv(x, 10, 16, 1)))
    return net.file(net("Softmax", x, axis=1))


def mobilenet_v2():
    net = Net("torch", opset=12)
    x = net(
        "Clip", net.norm(net.conv(net.x, 16, 3, 3, 2, bias=False), 16), np.float32(0), np.float32(6)
    )
    y = net("Clip", net.conv(x, 48, 16, 1), np.float32(0), np.float32(6))
    y = net("Clip", net.conv(y, 48, 48, 3, group=48), np.float32(0), np.float32(6))
    return net.file(net.head(net("Add", x, net.conv(y, 16, 48, 1)), 16))


def mobilenet_v3():
    """Hard swish written out as Add, Clip, Div, Mul, and a squeeze-and-excite with a hard
    sigmoid.
    """
    net = Net("torch", opset=11)
    x = net.conv(net.x, 16, 3, 3, 2)
    six = net("Clip", net("Add", x, np.float32(3)), np.float32(0), np.float32(6))
    x = net("Div", net("Mul", x, six), np.float32(6))
    gate = net("Relu", net.conv(net("GlobalAveragePool", x), 8, 16, 1))
    gate = net("HardSigmoid", net.conv(gate, 16, 8, 1), alpha=1 / 6, beta=0.5)
    return net.file(net.head(net("Mul", x, gate), 16))


def efficientnet():
    """Swish as Sigmoid and Mul; depthwise 5 × 5; squeeze-and-excite."""
    net = Net("torch")
    x = net.silu(net.norm(net.conv(net.x, 16, 3, 3, 2, bias=False), 16))
    y = net.silu(net.conv(x, 16, 16, 5, group=16))
    gate = net("ReduceMean", y, axes=[2, 3], keepdims=1)
    gate = net("Sigmoid", net.conv(net.silu(net.conv(gate, 4, 16, 1)), 16, 4, 1))
    x = net("Add", x, net.conv(net("Mul", y, gate), 16, 16, 1))
    return net.file(net.head(x, 16))


def efficientnet_tf():
    """Channels last outside, transposed once on the way in; the mean over axes (2, 3)."""
    net = Net("tf2onnx", 32, 32, 3, opset=13, n="unk__1", name="input_1")
    x = net("Transpose", net.x, perm=[0, 3, 1, 2])
    x = net("Div", net("Sub", x, np.float32(127.5)), np.float32(127.5))
    x = net.silu(net.conv(x, 16, 3, 3, 2, pads=[0, 0, 1, 1]))
    x = net("ReduceMean", x, axes=[2, 3], keepdims=0)
    x = net("Add", net("MatMul", x, net.weight(16, 10)), net.near(0, 10))
    return net.file(net("Softmax", x, axis=-1))


def shufflenet():
    net = Net("torch")
    x = net.block(net.x, 16, 3, 3, 2)
    left, right = net("Split", x, net.ints(8, 8), outputs=2, axis=1)
    x = net("Concat", left, net.block(right, 8, 8, 3, group=8), axis=1)
    x = net("Reshape", x, net.ints(-1, 2, 8, 16, 16))
    x = net("Reshape", net("Transpose", x, perm=[0, 2, 1, 3, 4]), net.ints(-1, 16, 16, 16))
    return net.file(net.head(x, 16))


def convnext():
    """Channels last for the norm and the dense layers of each block."""
    net = Net("torch")
    x = net.conv(net.x, 16, 3, 4, 4, pads=[0] * 4)
    y = net("Transpose", net.conv(x, 16, 16, 7, group=16), perm=[0, 2, 3, 1])
    y = net("LayerNormalization", y, net.near(1, 16), net.near(0, 16), axis=-1, epsilon=1e-6)
    y = net("Add", net("MatMul", y, net.weight(16, 32)), net.near(0, 32))
    half = net("Add", net("Erf", net("Div", y, np.float32(2**0.5))), np.float32(1))
    y = net("Mul", net("Mul", y, half), np.float32(0.5))
    y = net("Mul", net("MatMul", y, net.weight(32, 16)), net.near(0.1, 16))
    x = net("Add", x, net("Transpose", y, perm=[0, 3, 1, 2]))
    return net.file(net.head(x, 16))


def regnet():
    net = Net("dynamo", opset=18)
    x = net.block(net.x, 16, 3, 3, 2)
    y = net.block(x, 16, 16, 3, group=4)
    x = net("Relu", net("Add", x, net.conv(y, 16, 16, 1)))
    x = net("ReduceMean", x, net.ints(-1, -2), keepdims=1)
    return net.file(net.dense(net("Reshape", x, net.ints(-1, 16)), 10, 16))


def mnist():
    """CNTK's MNIST-12: weights reshaped in the file, SAME padding, a product of matrices."""
    net = Net("coreml", 1, 28, 28, opset=12, n=1, name="Input3")
    conv = {"kernel_shape": [5, 5], "auto_pad": "SAME_UPPER", "strides": [1, 1]}
    x = net("Conv", net.x, net.weight(8, 1, 5, 5), **conv)
    x = net("Relu", net("Add", x, net.near(0, 8, 1, 1)))
    x = net("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="NOTSET")
    x = net("Reshape", x, net.ints(1, 8 * 196))
    weights = net("Reshape", net.weight(8, 14, 14, 10, gain=0.3), net.ints(8 * 196, 10))
    return net.file(net("Add", net("MatMul", x, weights), net.near(0, 1, 10)))


def lenet_keras():
    net = Net("keras2onnx", 28, 28, 1, opset=11, name="conv2d_input")
    x = net("Transpose", net.x, perm=[0, 3, 1, 2])
    x = net("Tanh", net.conv(x, 6, 1, 5, pads=[0] * 4))
    x = net("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net("Transpose", x, perm=[0, 2, 3, 1])
    x = net("Reshape", x, net.ints(-1, 864))
    return net.file(net("Softmax", net.dense(x, 10, 864), axis=1))


def matlab():
    """Zero-centred by a constant image, as MATLAB's exporter writes its input layer."""
    net = Net("matlab", opset=9, n=1, name="imageinput")
    x = net("Sub", net.x, np.abs(net.near(0.5, 1, 3, 32, 32)))
    x = net("MaxPool", net.block(x, 8, 3), kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4)
    x = net("Flatten", x)
    return net.file(net("Softmax", net.dense(x, 5, 8 * 256, alpha=1.0), axis=1))


def coreml():
    """Custom Vision's: ImageScaler, dropped from ONNX long ago."""
    net = Net("coreml", opset=7, n=1, name="data")
    x = net("ImageScaler", net.x, scale=0.5, bias=[-0.4, -0.45, -0.5])
    x = net("LeakyRelu", net.norm(net.conv(x, 8, 3, 3, 2, bias=False), 8), alpha=0.1)
    return net.file(net("Softmax", net.head(x, 8, 4), axis=1))


def selu_net():
    net = Net("keras2onnx", 3, 32, 32, opset=11)
    x = net("Selu", net.conv(net.x, 8, 3, 3, 2))
    x = net("Softsign", net.conv(x, 8, 8))
    return net.file(net.head(net("ThresholdedRelu", x, alpha=0.1), 8))


def emotion():
    """FER+: one channel, 64 × 64, its own scaling by constants."""
    net = Net("coreml", 1, 64, 64, opset=7, n=1, name="Input3")
    x = net("Div", net("Sub", net.x, np.float32([[[127.5]]])), np.float32([[[127.5]]]))
    x = net("Relu", net.conv(x, 8, 1, 3, 2))
    x = net("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net("Reshape", x, net.ints(1, 8 * 256))
    return net.file(net.dense(x, 8, 8 * 256))


def age_and_gender():
    """Three numbers: two logits and an age."""
    net = Net("mxnet", 3, 48, 48, opset=8, n=1, name="data")
    x = net("PRelu", net.conv(net.x, 8, 3, 3, 2), net.near(0.2, 8, 1, 1))
    return net.file(net.head(x, 8, 3))


def head_pose():
    """Three angles."""
    net = Net("torch", 3, 32, 32)
    return net.file(net.head(net.block(net.x, 8, 3, 3, 2), 8, 3))


def cat_or_dog():
    """Keras' usual exercise: one sigmoid."""
    net = Net("tf2onnx", 32, 32, 3, opset=13, name="rescaling_input")
    x = net("Transpose", net("Mul", net.x, np.float32(1 / 255)), perm=[0, 3, 1, 2])
    x = net("MaxPool", net("Relu", net.conv(x, 8, 3)), kernel_shape=[2, 2], strides=[2, 2])
    x = net("Reshape", net("Transpose", x, perm=[0, 2, 3, 1]), net.ints(-1, 2048))
    return net.file(net("Sigmoid", net.dense(x, 1, 2048)))


def tags():
    """Several yes/no: sigmoids."""
    net = Net("torch")
    return net.file(net("Sigmoid", net.head(net.block(net.x, 16, 3, 3, 2), 16, 12)))


def face_embedding():
    """ArcFace: PReLU, a dense layer over all places, its length set to one."""
    net = Net("torch", opset=11)
    x = net("PRelu", net.norm(net.conv(net.x, 8, 3, 3, 2, bias=False), 8), net.near(0.2, 8, 1, 1))
    x = net.dense(net("Flatten", x), 32, 8 * 256)
    length = net("ReduceL2", x, axes=[1], keepdims=1)
    return net.file(net("Div", x, net("Clip", length, np.float32(1e-12))))


def repvgg():
    net = Net("paddle2onnx", opset=11, n=-1, name="x")
    x = net.x
    for filters, depth in ((8, 3), (16, 8)):
        sides = [net.norm(net.conv(x, filters, depth, k, 2, bias=False), filters) for k in (1, 3)]
        x = net("Relu", net("Add", *sides))
    x = net("Squeeze", net("GlobalAveragePool", x), axes=[2, 3])
    x = net("Add", net("MatMul", x, net.weight(16, 10)), net.near(0, 10))
    return net.file(net("Softmax", x, axis=1))


def pp_lcnet():
    """Paddle's hard swish and squeeze-and-excite."""
    net = Net("paddle2onnx", opset=11, n=-1, name="x")
    x = net.conv(net.x, 16, 3, 3, 2)
    x = net("Mul", x, net("HardSigmoid", x, alpha=1 / 6, beta=0.5))
    gate = net("HardSigmoid", net.conv(net("GlobalAveragePool", x), 16, 16, 1), alpha=0.2)
    return net.file(net.head(net("Mul", x, gate), 16))


def wide_resnet_softmax_written_out():
    """Softmax as Exp, ReduceSum and Div, the largest taken off first."""
    net = Net("tf2onnx", opset=11, name="x")
    x = net.head(net.block(net.x, 8, 3, 3, 2), 8)
    x = net("Exp", net("Sub", x, net("ReduceMax", x, axes=[1], keepdims=1)))
    return net.file(net("Div", x, net("ReduceSum", x, axes=[1], keepdims=1)))
