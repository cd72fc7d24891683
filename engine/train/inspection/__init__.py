"""One training step with every number kept, the chain rule written out, and what keeps a layer from
learning.
"""
