"""One record to many backends: order, ranks, failures, background writing."""
