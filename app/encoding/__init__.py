"""Arrays → JSON, .npy, .npz and heatmaps as PNG."""
