"""Training: runs, datasets, single steps, and the evaluation of a trained network."""
