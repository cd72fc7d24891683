"""Weighted sums: convolutions, fully connected layers, matrix products."""
