"""A photo run through a network, with every layer kept: analyses, variants of them,
attributions.
"""
