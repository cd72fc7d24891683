"""How a run is carried out: which nodes are fused, on which threads, in which memory."""

from engine.execution.backward import BackwardPass
from engine.execution.buffers import keeping_at_most
from engine.execution.cpu import cpu_count
from engine.execution.executor import Executor
from engine.execution.fusion import FusableNode
from engine.execution.memory import give_back
from engine.execution.threads import stopped_by

__all__ = [
    "BackwardPass",
    "Executor",
    "FusableNode",
    "cpu_count",
    "give_back",
    "keeping_at_most",
    "stopped_by",
]
