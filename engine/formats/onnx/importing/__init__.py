"""From a checked ONNX graph to a network of this engine, or to the reason why not."""
