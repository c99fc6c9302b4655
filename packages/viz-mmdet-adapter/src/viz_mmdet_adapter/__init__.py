"""DetLocalVisualizer for MMDetection samples, on viz-core: not available yet."""
