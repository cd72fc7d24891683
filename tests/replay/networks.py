"""The networks that are replayed: those that ship, and some of the tests' ONNX files, each of
another kind.
"""

from tests.engine import exported
from tests.engine.model_list import classifiers, detectors, integers, pictures, tokens

SHIPPED = ("everyday", "branches")
PHOTOS = ("car", "chelsea", "coffee")

# Name → builder of an ONNX file.
GENERATED = {
    "residual": exported.residual,  # sums of branches
    "inception": exported.inception,  # concatenated branches, means that leave the border out
    "efficientnet": classifiers.efficientnet,  # depthwise, squeeze-and-excite
    "convnext": classifiers.convnext,  # channels last inside, layer normalisation, GELU written out
    "shufflenet": classifiers.shufflenet,  # channels that are reshaped and transposed
    "alexnet": classifiers.alexnet,  # local response normalisation, dropout
    "lenet-channels-last": classifiers.lenet_keras,  # an input with its channels last
    "selu": classifiers.selu_net,  # activation functions that are seldom met
    "cat-or-dog": classifiers.cat_or_dog,  # one sigmoid
    "tags": classifiers.tags,  # several sigmoids
    "head-pose": classifiers.head_pose,  # three numbers, no classes
    "boxes": detectors.yolo_v8,  # a detector
    "segments": pictures.u_net,  # a transposed convolution, one channel, maps out
    "style": pictures.style,  # an image out, reflected borders, instance normalisation
    "transformer": tokens.vit,  # attention
    "quantised": integers.resnet_qdq,  # integers, dequantised for every step
    "integers": integers.resnet_qoperator,  # operations in integers
}
