"""Networks whose answer is a picture or a map: larger pictures, styles, masks, heatmaps, depth."""

import numpy as np
from onnx import TensorProto

from tests.engine.model_list.net import Net


def espcn():
    """Sub-pixel super-resolution as PyTorch's tutorial writes it: reshape, transpose, reshape."""
    net = Net("torch-old", 1, 16, 16, opset=10, n=1)
    x = net("Relu", net.conv(net("Relu", net.conv(net.x, 8, 1, 5)), 8, 8))
    x = net("Reshape", net.conv(x, 9, 8), net.ints(-1, 1, 3, 3, 16, 16))
    x = net("Transpose", x, perm=[0, 1, 4, 2, 5, 3])
    return net.file(net("Reshape", x, net.ints(-1, 1, 48, 48)))


def fsrcnn():
    net = Net("tf2onnx", 16, 16, 1, opset=13)
    x = net(
        "PRelu", net.conv(net("Transpose", net.x, perm=[0, 3, 1, 2]), 8, 1), net.near(0.2, 8, 1, 1)
    )
    x = net("DepthToSpace", net.conv(x, 4, 8), blocksize=2, mode="DCR")
    return net.file(net("Transpose", x, perm=[0, 2, 3, 1]))


def realesr():
    """The input enlarged by nearest neighbours is added to the answer."""
    net = Net("torch", 3, 16, 16)
    x = net("LeakyRelu", net.conv(net.x, 16, 3), alpha=0.2)
    x = net("DepthToSpace", net.conv(x, 12, 16), blocksize=2, mode="CRD")
    near = {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }
    return net.file(net("Add", x, net("Resize", net.x, "", np.float32([1, 1, 2, 2]), **near)))


def bicubic_baseline():
    """Super-resolution that adds to a bicubic enlargement."""
    net = Net("torch", 3, 16, 16)
    cubic = {"mode": "cubic", "coordinate_transformation_mode": "pytorch_half_pixel"}
    x = net("Resize", net.x, "", np.float32([1, 1, 2, 2]), cubic_coeff_a=-0.75, **cubic)
    return net.file(net("Add", x, net.conv(net("Relu", net.conv(x, 8, 3)), 3, 8)))


def style():
    """Fast neural style: reflected borders, instance normalisation, Upsample, pixels from 0 to
    255.
    """
    net = Net("torch-old", 3, 32, 32, opset=9, n=1, name="input1")

    def layer(x, filters, depth, k=3, stride=1):
        x = net("Pad", x, mode="reflect", pads=[0, 0, k // 2, k // 2] * 2)
        x = net.conv(x, filters, depth, k, stride, pads=[0] * 4)
        return net("InstanceNormalization", x, net.near(1, filters), net.near(0, filters))

    x = net("Relu", layer(net.x, 8, 3, 9))
    x = net("Relu", layer(x, 16, 8, 3, 2))
    x = net("Add", x, layer(net("Relu", layer(x, 16, 16)), 16, 16))
    x = net("Upsample", x, np.float32([1, 1, 2, 2]), mode="nearest")
    return net.file(layer(net("Relu", layer(x, 8, 16)), 3, 8, 9))


def u_net():
    net = Net("torch", 1, 32, 32)
    one = net.block(net.x, 8, 1)
    two = net.block(net("MaxPool", one, kernel_shape=[2, 2], strides=[2, 2]), 16, 8)
    up = net(
        "ConvTranspose",
        two,
        net.weight(16, 8, 2, 2),
        net.near(0, 8),
        kernel_shape=[2, 2],
        strides=[2, 2],
    )
    return net.file(net.conv(net.block(net("Concat", one, up, axis=1), 8, 16), 2, 8, 1))


def u_net_sigmoid():
    """One mask of yes and no, by bilinear enlargement with corners on corners."""
    net = Net("torch-old", 3, 32, 32, opset=11)
    one = net("Elu", net.conv(net.x, 8, 3))
    two = net("Elu", net.conv(one, 8, 8, 3, 2))
    grown = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
    up = net("Resize", two, np.float32([]), np.float32([1, 1, 2, 2]), **grown)
    return net.file(net("Sigmoid", net.conv(net("Concat", one, up, axis=1), 1, 16, 1)))


def deeplab():
    """Dilated branches and the mean of everything, enlarged to the size of the input, which is
    worked out from Shape.
    """
    net = Net("torch", 3, 32, 32)
    x = net.block(net.x, 16, 3, 3, 4)
    arms = [net("Relu", net.conv(x, 8, 16, 1))]
    arms += [net("Relu", net.conv(x, 8, 16, 3, pads=[d] * 4, dilations=[d, d])) for d in (2, 3)]
    size = net("Slice", net("Shape", x), net.ints(2), net.ints(4), net.ints(0))
    mean = net("Relu", net.conv(net("ReduceMean", x, axes=[2, 3], keepdims=1), 8, 16, 1))
    whole = net(
        "Concat",
        net("Slice", net("Shape", mean), net.ints(0), net.ints(2), net.ints(0)),
        size,
        axis=0,
    )
    arms.append(
        net(
            "Resize",
            mean,
            "",
            "",
            whole,
            mode="linear",
            coordinate_transformation_mode="pytorch_half_pixel",
        )
    )
    x = net.conv(net("Concat", *arms, axis=1), 5, 32, 1)
    grown = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    return net.file(net("Resize", x, "", np.float32([1, 1, 4, 4]), **grown))


def fcn_argmax():
    """The best class of every pixel."""
    net = Net("torch", 3, 32, 32)
    x = net.conv(net("Relu", net.conv(net.x, 16, 3, 3, 2)), 4, 16, 1)
    return net.file(net("ArgMax", x, axis=1, keepdims=0), kinds=[TensorProto.INT64])


def pose():
    """Heatmaps of joints, by transposed convolutions."""
    net = Net("torch", 3, 32, 32)
    x = net.block(net.x, 16, 3, 3, 4)
    up = {"kernel_shape": [4, 4], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    x = net("Relu", net("ConvTranspose", x, net.weight(16, 16, 4, 4), **up))
    return net.file(net.conv(x, 17, 16, 1))


def depth():
    """MiDaS: its last step is a Relu and a Squeeze."""
    net = Net("torch-old", 3, 32, 32, opset=11)
    x = net("Relu", net.conv(net.x, 16, 3, 3, 2))
    grown = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
    x = net("Resize", x, np.float32([]), np.float32([1, 1, 2, 2]), **grown)
    return net.file(net("Squeeze", net("Relu", net.conv(x, 1, 16)), axes=[1]))


def autoencoder():
    net = Net("torch", 1, 28, 28)
    x = net("Relu", net.conv(net("Relu", net.conv(net.x, 8, 1, 3, 2)), 4, 8, 3, 2))
    up = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}
    x = net("Relu", net("ConvTranspose", x, net.weight(4, 8, 3, 3), **up))
    return net.file(net("Sigmoid", net("ConvTranspose", x, net.weight(8, 1, 3, 3), **up)))


def dncnn():
    """The noise is taken off the picture."""
    net = Net("matlab", 1, 32, 32, opset=9)
    return net.file(net("Sub", net.x, net.conv(net("Relu", net.conv(net.x, 8, 1)), 1, 8)))
