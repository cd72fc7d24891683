"""Convscope's engine: convolutional networks in NumPy, with every number open to inspection."""

from engine.network import Network, Node
from engine.trace import Trace
from engine.zoo import load

__all__ = ["Network", "Node", "Trace", "load"]
