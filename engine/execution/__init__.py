"""How a run is carried out: which nodes are fused, on which threads, in which memory."""

from engine.execution.cpu import cpu_count
from engine.execution.executor import Executor
from engine.execution.fusion import FusableNode

__all__ = ["Executor", "FusableNode", "cpu_count"]
