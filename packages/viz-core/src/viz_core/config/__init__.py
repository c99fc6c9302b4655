"""Configs of any make, as plain data and as Python source."""
