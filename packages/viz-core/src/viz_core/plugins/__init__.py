"""Names in configs to classes, in this process or in installed plugins."""
