"""From a network of this engine to an ONNX file."""
