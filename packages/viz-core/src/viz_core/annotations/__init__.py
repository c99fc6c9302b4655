"""What detections are, and how they are drawn."""
