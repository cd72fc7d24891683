"""Reductions along axes, and cumulative sums."""
