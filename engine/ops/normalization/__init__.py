"""Normalisations, and dropout."""
