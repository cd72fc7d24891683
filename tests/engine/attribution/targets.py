"""What the methods are tried on: the branched network with all its kinks in float64, sample photos,
gradients by numbers.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from engine.attribution.target import make_target
from engine.network import Network, Node
from engine.ops import Dense, Flatten
from tests.engine.networks import network, pictures

SAMPLES = Path(__file__).parents[3] / "static" / "samples"
SAMPLE_FILES = [sample["file"] for sample in json.loads((SAMPLES / "samples.json").read_text())]
STEP = 1e-6


def branched(target=2, tick=None, seed=9):
    """A question about one of the five scores of a random picture."""
    return make_target(network("float64"), pictures(1, "float64", seed), target, None, tick)


def linear(size=(1, 4, 6), classes=3, seed=1, name="scores"):
    """A network whose scores, or whatever its output's ``name`` says, are weighted sums of the
    pixels.
    """
    weight = np.random.default_rng(seed).standard_normal((classes, int(np.prod(size))))
    nodes = [Node("list", Flatten(), ("input",)), Node(name, Dense(weight), ("list",))]
    return Network(nodes, inputs={"input": size}, outputs=(name,))


def photo(net, file):
    """A sample photo as the network's input (1, C, H, W)."""
    height, width = net.preprocess.input_size[1:]
    with Image.open(SAMPLES / file) as image:
        box = net.preprocess.crop_box(*image.size)
        seen = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, box)
    return net.preprocess.normalise(np.asarray(seen))


def measured_gradient(number, x):
    """∂number/∂x (C, H, W) by central differences; ``number`` takes pictures (N, C, H, W) and gives
    (N,).
    """
    moves = STEP * np.eye(x.size).reshape(x.size, *x.shape[1:])
    return ((number(x + moves) - number(x - moves)) / (2 * STEP)).reshape(x.shape[1:])
