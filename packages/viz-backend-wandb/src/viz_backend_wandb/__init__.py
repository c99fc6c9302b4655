"""Record images, numbers and configs from viz-core to Weights & Biases: not available yet."""
