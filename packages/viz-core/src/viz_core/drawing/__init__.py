"""Drawing on pixels: no files, ranks or backends."""
