"""Networks that say where things are: boxes, landmarks, and what is computed behind them."""

import numpy as np
from onnx import TensorProto

from tests.engine.model_list.net import Net

INT64 = TensorProto.INT64


def tiny_yolo_v2():
    """darknet's: LeakyRelu, SAME_LOWER pools of stride 1, raw answers of a grid."""
    net = Net("darknet", 3, 64, 64, opset=8, n=1, name="image")
    x = net("LeakyRelu", net.norm(net.conv(net.x, 8, 3, bias=False), 8), alpha=0.1)
    x = net("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    x = net("LeakyRelu", net.norm(net.conv(x, 16, 8, 3, 2, bias=False), 16), alpha=0.1)
    x = net("MaxPool", x, kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")
    return net.file(net.conv(x, 125, 16, 1))


def yolo_v3():
    """darknet → ONNX: routes, upsampling, two heads."""
    net = Net("darknet", 3, 64, 64, opset=10, n=1, name="000_net")
    fine = net("LeakyRelu", net.conv(net.x, 8, 3, 3, 4), alpha=0.1)
    coarse = net("LeakyRelu", net.conv(fine, 16, 8, 3, 2), alpha=0.1)
    up = net("Resize", coarse, np.float32([1, 1, 2, 2]), mode="nearest")
    both = net("Concat", up, fine, axis=1)
    return net.file(net.conv(coarse, 255, 16, 1), net.conv(both, 255, 24, 1))


def yolo_v5():
    """Ultralytics: Focus as strided slices, SiLU, SPPF, a decoded grid of (x, y, w, h, object,
    classes).
    """
    net = Net("torch", 3, 64, 64, opset=12, n=1, name="images")
    parts = []
    for row, column in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x = net("Slice", net.x, net.ints(row), net.ints(1 << 40), net.ints(2), net.ints(2))
        parts.append(net("Slice", x, net.ints(column), net.ints(1 << 40), net.ints(3), net.ints(2)))
    x = net.silu(net.conv(net("Concat", *parts, axis=1), 16, 12, 3, 4))
    pool = {"kernel_shape": [5, 5], "strides": [1, 1], "pads": [2, 2, 2, 2]}
    once = net("MaxPool", x, **pool)
    x = net.conv(net("Concat", x, once, net("MaxPool", once, **pool), axis=1), 3 * 8, 48, 1)
    x = net("Transpose", net("Reshape", x, net.ints(1, 3, 8, 8, 8)), perm=[0, 1, 3, 4, 2])
    xy, wh, rest = net("Split", net("Sigmoid", x), outputs=3, axis=4, split=[2, 2, 4])
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1).astype(np.float32)
    xy = net(
        "Mul", net("Add", net("Mul", xy, np.float32(2)), grid[None, None] - 0.5), np.float32(8)
    )
    wh = net("Pow", net("Mul", wh, np.float32(2)), np.float32(2))
    anchors = np.float32([[10, 13], [16, 30], [33, 23]]).reshape(1, 3, 1, 1, 2)
    wh = net("Mul", wh, np.broadcast_to(anchors, (1, 3, 8, 8, 2)).copy())
    x = net("Concat", xy, wh, rest, axis=4)
    return net.file(net("Reshape", x, net.ints(1, -1, 8)))


def yolo_v5_slices():
    """The older export: the decoded numbers are assigned to slices (ScatterND)."""
    net = Net("torch-old", 3, 64, 64, opset=11, n=1, name="images")
    x = net.conv(net.silu(net.conv(net.x, 16, 3, 3, 8)), 3 * 7, 16, 1)
    x = net("Transpose", net("Reshape", x, net.ints(1, 3, 7, 8, 8)), perm=[0, 1, 3, 4, 2])
    y = net("Sigmoid", x)
    for first, scale in ((0, 8.0), (2, 16.0)):
        part = net("Slice", y, net.ints(first), net.ints(first + 2), net.ints(4), net.ints(1))
        cells = [
            np.arange(1),
            np.arange(3),
            np.arange(8),
            np.arange(8),
            np.arange(first, first + 2),
        ]
        places = np.stack(np.meshgrid(*cells, indexing="ij"), -1)
        y = net("ScatterND", y, places, net("Mul", part, np.float32(scale)))
    return net.file(net("Reshape", y, net.ints(1, -1, 7)))


def yolo_v8():
    """Ultralytics: boxes as expectations over 16 bins (a softmax and a fixed convolution), beside
    the classes: (N, 4 + C, A).
    """
    net = Net("torch", 3, 64, 64, n=1, name="images")
    x = net.silu(net.conv(net.silu(net.conv(net.x, 16, 3, 3, 4)), 16, 16, 3, 2))
    boxes = net("Reshape", net.conv(x, 64, 16, 1), net.ints(1, 4, 16, 64))
    bins = net("Softmax", net("Transpose", boxes, perm=[0, 2, 1, 3]), axis=1)
    steps = np.arange(16, dtype=np.float32).reshape(1, 16, 1, 1)
    far = net("Reshape", net("Conv", bins, steps, kernel_shape=[1, 1]), net.ints(1, 4, 64))
    low, high = net("Split", far, net.ints(2, 2), outputs=2, axis=1)
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8))).reshape(1, 2, 64) + np.float32(0.5)
    first, last = (
        net("Sub", grid.astype(np.float32), low),
        net("Add", high, grid.astype(np.float32)),
    )
    middle = net("Div", net("Add", first, last), np.float32(2))
    boxes = net("Concat", middle, net("Sub", last, first), axis=1)
    boxes = net("Mul", boxes, np.full((1, 64), 8, np.float32))
    scores = net("Sigmoid", net("Reshape", net.conv(x, 6, 16, 1), net.ints(1, 6, 64)))
    return net.file(net("Concat", boxes, scores, axis=1))


def yolo_v10():
    """Without non-maximum suppression: the best rows by TopK, gathered."""
    net = Net("torch", 3, 64, 64, n=1, name="images")
    x = net.silu(net.conv(net.x, 16, 3, 3, 8))
    boxes = net(
        "Transpose", net("Reshape", net.conv(x, 4, 16, 1), net.ints(1, 4, 64)), perm=[0, 2, 1]
    )
    scores = net("Reshape", net.conv(x, 6, 16, 1), net.ints(1, 6, 64))
    scores = net("Sigmoid", net("Transpose", scores, perm=[0, 2, 1]))
    best = net("ReduceMax", scores, axes=[2], keepdims=0)
    _, places = net("TopK", best, net.ints(10), outputs=2, axis=1)
    rows = net("Unsqueeze", places, net.ints(2))
    boxes = net("GatherElements", boxes, net("Tile", rows, net.ints(1, 1, 4)), axis=1)
    scores = net("GatherElements", scores, net("Tile", rows, net.ints(1, 1, 6)), axis=1)
    sure = net("ReduceMax", scores, axes=[2], keepdims=1)
    kind = net("Cast", net("ArgMax", scores, axis=2, keepdims=1), to=TensorProto.FLOAT)
    return net.file(net("Concat", boxes, sure, kind, axis=2))


def nanodet():
    """Generalised focal loss: rows of (places, classes + 4 · 8) from three sizes; the answer begins
    with the batch.
    """
    net = Net("torch", 3, 64, 64, opset=11, n=1, name="data")
    x, rows = net("LeakyRelu", net.conv(net.x, 16, 3, 3, 4), alpha=0.1), []
    for _ in range(2):
        x = net("LeakyRelu", net.conv(x, 16, 16, 3, 2, group=16), alpha=0.1)
        scores = net("Sigmoid", net.conv(x, 5, 16, 1))
        both = net("Concat", scores, net.conv(x, 32, 16, 1), axis=1)
        rows.append(
            net("Flatten", both, axis=2) if False else net("Reshape", both, net.ints(1, 37, -1))
        )
    return net.file(net("Transpose", net("Concat", *rows, axis=2), perm=[0, 2, 1]))


def yolo_fastest():
    """Channels last at the end, and without an axis of pictures (the first is squeezed away)."""
    net = Net("torch-old", 3, 64, 64, opset=11, n=1, name="input.1")
    x = net("Relu", net.conv(net.x, 16, 3, 3, 8))
    parts = [
        net("Sigmoid", net.conv(x, 12, 16, 1)),
        net("Sigmoid", net.conv(x, 3, 16, 1)),
        net("Softmax", net("Transpose", net.conv(x, 8, 16, 1), perm=[0, 2, 3, 1]), axis=3),
    ]
    parts[:2] = [net("Transpose", part, perm=[0, 2, 3, 1]) for part in parts[:2]]
    return net.file(net("Squeeze", net("Concat", *parts, axis=3), axes=[0]))


def ssd():
    """SSD: two sizes of maps, boxes and scores as two outputs."""
    net = Net("torch", 3, 64, 64, n=1)
    x, boxes, scores = net("Relu", net.conv(net.x, 16, 3, 3, 4)), [], []
    for _ in range(2):
        x = net("Relu", net.conv(x, 16, 16, 3, 2))
        for parts, count in ((boxes, 4), (scores, 5)):
            y = net("Transpose", net.conv(x, 2 * count, 16), perm=[0, 2, 3, 1])
            parts.append(net("Reshape", y, net.ints(1, -1, count)))
    scores = net("Softmax", net("Concat", *scores, axis=1), axis=2)
    return net.file(net("Concat", *boxes, axis=1), scores)


def ultraface():
    """Scores and boxes decoded with priors from the file: Exp, and corners from centres."""
    net = Net("torch-old", 3, 48, 64, opset=9, n=1)
    x = net("Relu", net.conv(net.x, 16, 3, 3, 8))
    boxes = net(
        "Reshape", net("Transpose", net.conv(x, 8, 16), perm=[0, 2, 3, 1]), net.ints(1, -1, 4)
    )
    scores = net("Transpose", net.conv(x, 4, 16), perm=[0, 2, 3, 1])
    scores = net("Softmax", net("Reshape", scores, net.ints(1, -1, 2)), axis=2)
    priors = np.abs(net.near(0.5, 1, 96, 4))
    centre = net("Slice", boxes, starts=[0], ends=[2], axes=[2])
    centre = net(
        "Add", net("Mul", net("Mul", centre, np.float32(0.1)), priors[..., 2:]), priors[..., :2]
    )
    size = net("Slice", boxes, starts=[2], ends=[4], axes=[2])
    size = net("Mul", net("Exp", net("Mul", size, np.float32(0.2))), priors[..., 2:])
    half = net("Div", size, np.float32(2))
    boxes = net("Concat", net("Sub", centre, half), net("Add", centre, half), axis=2)
    return net.file(scores, boxes)


def scrfd():
    """InsightFace: scores, boxes and landmarks of each size as rows without an axis of pictures."""
    net = Net("torch", 3, 64, 64, opset=11, n=1, name="input.1")
    x, outputs = net("Relu", net.conv(net.x, 16, 3, 3, 4)), []
    for _ in range(2):
        x = net("Relu", net.conv(x, 16, 16, 3, 2))
        for count, act in ((1, "Sigmoid"), (4, "Identity"), (10, "Identity")):
            y = net("Transpose", net.conv(x, 2 * count, 16), perm=[2, 3, 0, 1])
            outputs.append(net(act, net("Reshape", y, net.ints(-1, count))))
    return net.file(*outputs)


def yunet():
    """OpenCV's: class, object, box and landmarks of each size, with an axis of pictures."""
    net = Net("torch", 3, 64, 64, opset=11, n=1)
    x, outputs = net("Relu", net.conv(net.x, 16, 3, 3, 4)), []
    for _ in range(2):
        x = net("Relu", net.conv(net.conv(x, 16, 16, 1), 16, 16, 3, 2, group=16))
        for count, act in ((1, "Sigmoid"), (1, "Sigmoid"), (4, "Identity"), (10, "Identity")):
            y = net("Transpose", net.conv(x, count, 16, 1), perm=[0, 2, 3, 1])
            outputs.append(net(act, net("Reshape", y, net.ints(1, -1, count))))
    return net.file(*outputs)


def blazeface():
    """MediaPipe through tf2onnx: channels padded at the end of a shortcut, SAME padding by Pad."""
    net = Net("tf2onnx", 64, 64, 3, opset=12, n=1)
    x = net("Transpose", net.x, perm=[0, 3, 1, 2])
    x = net("Relu", net.conv(x, 12, 3, 5, 2, pads=[1, 1, 2, 2]))
    y = net.conv(net("Pad", x, net.ints(0, 0, 0, 0, 0, 0, 1, 1)), 12, 12, 3, 2, group=12, pads=None)
    short = net("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    short = net("Pad", short, net.ints(0, 0, 0, 0, 0, 4, 0, 0))
    x = net("Relu", net("Add", net.conv(y, 16, 12, 1), short))
    boxes = net("Transpose", net.conv(x, 32, 16, 1), perm=[0, 2, 3, 1])
    scores = net("Transpose", net.conv(x, 2, 16, 1), perm=[0, 2, 3, 1])
    return net.file(
        net("Reshape", boxes, net.ints(1, 512, 16)), net("Reshape", scores, net.ints(1, 512, 1))
    )


def centernet():
    """Peaks of a heatmap: a number stays where it is the largest around, the best of them by
    TopK.
    """
    net = Net("torch", 3, 64, 64, n=1)
    heat = net("Sigmoid", net.conv(net("Relu", net.conv(net.x, 16, 3, 3, 4)), 3, 16, 1))
    around = net("MaxPool", heat, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    peak = net("Cast", net("Equal", heat, around), to=TensorProto.FLOAT)
    flat = net("Reshape", net("Mul", heat, peak), net.ints(1, -1))
    scores, places = net("TopK", flat, net.ints(8), outputs=2, axis=1)
    rest = net("Mod", places, net.ints(256))
    return net.file(scores, net("Cast", net("Div", rest, net.ints(16)), to=TensorProto.FLOAT))


def landmarks():
    """68 points as 136 numbers."""
    net = Net("mxnet", 3, 32, 32, opset=9, n=1, name="data")
    x = net("PRelu", net.conv(net.x, 8, 3, 3, 2), net.near(0.2, 8, 1, 1))
    return net.file(net.head(x, 8, 136))


def with_suppression():
    """Non-maximum suppression in the graph: how many boxes there are depends on the picture."""
    net = Net("tf2onnx", 3, 64, 64, opset=11, n=1)
    x = net("Relu", net.conv(net.x, 16, 3, 3, 8))
    boxes = net(
        "Transpose", net("Reshape", net.conv(x, 4, 16, 1), net.ints(1, 4, 64)), perm=[0, 2, 1]
    )
    scores = net("Sigmoid", net("Reshape", net.conv(x, 3, 16, 1), net.ints(1, 3, 64)))
    chosen = net(
        "NonMaxSuppression", boxes, scores, net.ints(10), np.float32([0.5]), np.float32([0.3])
    )
    best = net(
        "Gather",
        net("Squeeze", boxes, axes=[0]),
        net("Gather", chosen, net.ints(2), axis=1),
        axis=0,
    )
    return net.file(best, chosen, kinds=[TensorProto.FLOAT, INT64])
