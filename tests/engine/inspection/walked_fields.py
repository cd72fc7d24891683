"""The reference for engine/inspection/receptive_fields.py: the field of one element, found by a
walk back through the graph by every op's own window.

Slow, and simple enough to be read. Where branches meet, boxes are joined, so a walk through values
that were reshaped or joined may end with a larger box than the exact one, never with a smaller one.
"""


def walked(network, name, box, n=1):
    """The box of the picture behind a box of the value ``name``; None when nothing is behind it."""
    shapes, (picture, *_) = network.shapes(n), network.inputs
    seen = {name: box}
    for node in reversed(network.nodes):
        if node.name not in seen:
            continue
        windows = node.op.input_region(seen[node.name], *(shapes[i] for i in node.inputs))
        for source, part in zip(node.inputs, windows, strict=True):
            if part is not None:
                seen[source] = part.union(seen[source]) if source in seen else part
    return seen.get(picture)
