"""Ops that move, select, repeat or resample elements."""
