"""A network of the engine as a PyTorch module, on copies of its weights, for those who compare."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine.network import Network
    from engine.ops import Op


def torch_module(net: Network) -> Any:
    """A torch.nn.Module of the network up to its logits; ``layer(name)`` is a node's module."""
    import torch

    steps = [node for node in net.nodes if node.op.op_type != "softmax"]
    last = {name: node.name for node in steps for name in node.inputs}  # who reads a value last

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleDict({_key(node.name): _layer(node.op) for node in steps})

        def forward(self, x: Any) -> Any:
            values = {next(iter(net.inputs)): x}
            for node in steps:
                layer = self.layers[_key(node.name)]
                values[node.name] = layer(*(values[name] for name in node.inputs))
                for name in node.inputs:
                    if last[name] == node.name:
                        values.pop(name, None)
            return values[steps[-1].name]

        def layer(self, name: str) -> Any:
            return self.layers[_key(name)]

    return Graph()


def _key(name: str) -> str:
    """PyTorch takes no dots in the names of modules."""
    return name.replace(".", "/")


def _layer(op: Op) -> Any:
    import torch
    from torch import nn

    from engine import ops

    arrays = dict(op.params)
    match op:
        case ops.Conv2d():
            made = _convolution(op)
        case ops.BatchNorm():
            made = nn.BatchNorm2d(len(op.gamma), op.epsilon, op.momentum)
            arrays = {"weight": op.gamma, "bias": op.beta}
            arrays |= {"running_mean": op.mean, "running_var": op.var}
        case ops.Dense():
            made = nn.Linear(op.weight.shape[1], op.weight.shape[0], op.bias is not None)
        case _:
            return _plain(op)
    # A convolution may be behind a padding of its own.
    target = made[1] if isinstance(made, nn.Sequential) else made
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(target, name).copy_(torch.from_numpy(np.array(array)))
    return made


def _plain(op: Op) -> Any:
    """A step without weights."""
    from torch import nn

    from engine import ops

    class Sum(nn.Module):
        def forward(self, a: Any, b: Any) -> Any:
            return a + b

    match op:
        case ops.Relu():
            return nn.ReLU()
        case ops.Clip():
            return nn.Hardtanh(op.low, op.high)
        case ops.MaxPool():
            assert op.padding[:2] == op.padding[2:]
            return nn.MaxPool2d(op.kernel, op.stride, op.padding[:2], ceil_mode=op.ceil_mode)
        case ops.Dropout():
            return nn.Dropout(op.rate)
    kinds = {"global_average_pool": partial(nn.AdaptiveAvgPool2d, 1), "flatten": nn.Flatten}
    return {**kinds, "add": Sum}[op.op_type]()


def _convolution(op: Any) -> Any:
    """PyTorch pads both sides alike; where a network does not, the zeros are a step of their
    own.
    """
    from torch import nn

    filters, depth = op.weight.shape[:2]
    top, left, bottom, right = op.padding
    alike = op.padding[:2] == op.padding[2:]
    made = nn.Conv2d(
        depth * op.groups,
        filters,
        op.kernel,
        op.stride,
        op.padding[:2] if alike else 0,
        op.dilation,
        op.groups,
        op.bias is not None,
    )
    return made if alike else nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), made)
