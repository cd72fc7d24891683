"""Ops whose every output element depends on the input elements at the same position alone."""
