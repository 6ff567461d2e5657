"""Builds assignments from the reference and grades submissions against it."""

__version__ = "0.1.0"
