"""What a backend is, and the one that needs nothing."""
