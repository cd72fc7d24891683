"""Networks that read letters, or look at patches as at words."""

import numpy as np

from tests.engine.model_list.net import Net


def _attention(net, x, tokens, width, heads):
    """Several heads, as torch.onnx writes nn.MultiheadAttention."""
    each = width // heads
    parts = []
    for turn in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]):
        y = net("Add", net("MatMul", x, net.weight(width, width, gain=1)), net.near(0, width))
        y = net("Reshape", y, net.ints(-1, tokens, heads, each))
        parts.append(net("Transpose", y, perm=turn))
    q, k, v = parts
    scores = net("Softmax", net("Div", net("MatMul", q, k), np.float32(each**0.5)), axis=-1)
    y = net("Transpose", net("MatMul", scores, v), perm=[0, 2, 1, 3])
    y = net("Reshape", y, net.ints(-1, tokens, width))
    return net("MatMul", y, net.weight(width, width, gain=1))


def _norm(net, x, width):
    """Layer normalisation in the operations of opset 16 and before."""
    moved = net("Sub", x, net("ReduceMean", x, axes=[-1]))
    spread = net("ReduceMean", net("Pow", moved, np.float32(2)), axes=[-1])
    spread = net("Sqrt", net("Add", spread, np.float32(1e-6)))
    return net("Add", net("Mul", net("Div", moved, spread), net.near(1, width)), net.near(0, width))


def vit():
    """Patches, a class token that is expanded to the batch, attention, GELU by Erf."""
    net = Net("torch", 3, 32, 32, opset=14, n=1, name="pixel_values")
    x = net.conv(net.x, 16, 3, 8, 8, pads=[0] * 4)
    x = net("Transpose", net("Reshape", x, net.ints(1, 16, 16)), perm=[0, 2, 1])
    first = net("Expand", net.near(0, 1, 1, 16), net.ints(1, 1, 16))
    x = net("Add", net("Concat", first, x, axis=1), net.near(0, 1, 17, 16))
    x = net("Add", x, _attention(net, _norm(net, x, 16), 17, 16, 2))
    y = net("MatMul", _norm(net, x, 16), net.weight(16, 32))
    half = net("Add", net("Erf", net("Div", y, np.float32(2**0.5))), np.float32(1))
    y = net("Mul", net("Mul", y, half), np.float32(0.5))
    x = net("Add", x, net("MatMul", y, net.weight(32, 16, gain=1)))
    x = net("Gather", _norm(net, x, 16), np.array(0), axis=1)
    return net.file(net.dense(x, 10, 16))


def swin_shift():
    """Windows that are shifted by slices and masked by constants."""
    net = Net("torch", 3, 32, 32, opset=17, n=1)
    x = net("Transpose", net.conv(net.x, 8, 3, 4, 4, pads=[0] * 4), perm=[0, 2, 3, 1])
    late = net("Slice", x, net.ints(2), net.ints(1 << 40), net.ints(1))
    x = net("Concat", late, net("Slice", x, net.ints(0), net.ints(2), net.ints(1)), axis=1)
    x = net("Reshape", x, net.ints(1, 2, 4, 2, 4, 8))
    x = net("Reshape", net("Transpose", x, perm=[0, 1, 3, 2, 4, 5]), net.ints(-1, 4, 16, 8))
    scores = net("MatMul", x, net("Transpose", x, perm=[0, 1, 3, 2]))
    mask = np.where(np.arange(256).reshape(1, 1, 16, 16) % 3, 0, -100).astype(np.float32)
    x = net("MatMul", net("Softmax", net("Add", scores, mask), axis=-1), x)
    x = net("ReduceMean", net("Reshape", x, net.ints(1, 64, 8)), axes=[1], keepdims=0)
    return net.file(net.dense(x, 10, 8))


def einsum_attention():
    """lucidrains' style: einsum for the scores and the sum of values."""
    net = Net("torch", 3, 32, 32, opset=14, n=1)
    x = net.conv(net.x, 16, 3, 8, 8, pads=[0] * 4)
    x = net("Reshape", net("Transpose", x, perm=[0, 2, 3, 1]), net.ints(1, 16, 2, 8))
    x = net("Transpose", x, perm=[0, 2, 1, 3])
    scores = net("Mul", net("Einsum", x, x, equation="bhid,bhjd->bhij"), np.float32(0.35))
    x = net("Einsum", net("Softmax", scores, axis=3), x, equation="bhij,bhjd->bhid")
    x = net("ReduceMean", x, axes=[1, 2], keepdims=0)
    return net.file(net.dense(x, 10, 8))


def mlp_mixer():
    net = Net("torch", 3, 32, 32, opset=17)
    x = net.conv(net.x, 16, 3, 8, 8, pads=[0] * 4)
    x = net("Transpose", net("Reshape", x, net.ints(-1, 16, 16)), perm=[0, 2, 1])
    y = net("LayerNormalization", x, net.near(1, 16), net.near(0, 16))
    y = net("Transpose", y, perm=[0, 2, 1])
    y = net("Relu", net("Add", net("MatMul", y, net.weight(16, 24)), net.near(0, 24)))
    y = net("Transpose", net("MatMul", y, net.weight(24, 16, gain=1)), perm=[0, 2, 1])
    x = net("ReduceMean", net("Add", x, y), axes=[1], keepdims=0)
    return net.file(net.dense(x, 10, 16))


def pp_ocr_rec():
    """PP-OCR's recognition without its recurrent part: (N, T, classes) of probabilities."""
    net = Net("paddle2onnx", 3, 32, 64, opset=11, n=-1, name="x")
    x = net.conv(net("Relu", net.conv(net.x, 16, 3, 3, 2)), 16, 16, 3, 2)
    x = net("AveragePool", net("Relu", x), kernel_shape=[8, 2], strides=[8, 2])
    x = net("Transpose", net("Squeeze", x, axes=[2]), perm=[0, 2, 1])
    x = net("Add", net("MatMul", x, net.weight(16, 20)), net.near(0, 20))
    return net.file(net("Softmax", x, axis=2))


def pp_ocr_det():
    """Differentiable binarisation: one map of text or not, of the picture's size."""
    net = Net("paddle2onnx", 3, 32, 32, opset=11, n=-1, name="x")
    x = net.conv(net.x, 8, 3, 3, 4)
    x = net("Mul", x, net("HardSigmoid", x, alpha=0.2, beta=0.5))
    up = {"kernel_shape": [2, 2], "strides": [2, 2]}
    x = net("Relu", net.norm(net("ConvTranspose", x, net.weight(8, 8, 2, 2), **up), 8))
    return net.file(net("Sigmoid", net("ConvTranspose", x, net.weight(8, 1, 2, 2), **up)))


def lprnet():
    """Plates: context from several sizes, divided by the mean of its squares; (N, classes, T)."""
    net = Net("torch-old", 3, 24, 94, opset=11, n=1)
    x = net("Relu", net.conv(net.x, 16, 3, 3, 2))
    square = net("ReduceMean", net("Pow", x, np.float32(2)), axes=[1, 2, 3], keepdims=1)
    x = net("Div", x, square)
    pool = net("AveragePool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    x = net.conv(net("Concat", x, pool, axis=1), 20, 32, 1)
    return net.file(net("ReduceMean", x, axes=[2], keepdims=0))


def crnn_convolutions():
    """A reader of lines without its recurrent part; Max pools of 2 × 1."""
    net = Net("torch-old", 1, 32, 64, opset=9)
    x = net("MaxPool", net("Relu", net.conv(net.x, 16, 1)), kernel_shape=[2, 2], strides=[2, 2])
    x = net("MaxPool", net("Relu", net.conv(x, 16, 16)), kernel_shape=[16, 1], strides=[16, 1])
    x = net("Transpose", net("Squeeze", x, axes=[2]), perm=[0, 2, 1])
    return net.file(net("LogSoftmax", net("MatMul", x, net.weight(16, 12)), axis=2))
