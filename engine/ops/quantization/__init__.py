"""Quantised networks: integers for floats, and sums of integers."""
