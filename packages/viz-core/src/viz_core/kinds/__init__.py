"""What is recorded besides images, scalars and configs: taken at the door, and as another kind."""
