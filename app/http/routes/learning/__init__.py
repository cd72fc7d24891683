"""Datasets, trainings and training steps."""
