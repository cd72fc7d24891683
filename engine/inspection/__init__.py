"""Read-only views of networks and traces: statistics, explanations, receptive fields."""

from engine.inspection.explanations import check_index, curve, explain
from engine.inspection.layers import LayerInfo, describe_layers
from engine.inspection.paths import PathStep, strongest_path
from engine.inspection.stats import LayerStats, Summary, layer_stats, summaries, summary

__all__ = [
    "LayerInfo",
    "LayerStats",
    "PathStep",
    "Summary",
    "check_index",
    "curve",
    "describe_layers",
    "explain",
    "layer_stats",
    "strongest_path",
    "summaries",
    "summary",
]
