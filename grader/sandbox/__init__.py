"""Runs what students wrote and returns what it claims."""
