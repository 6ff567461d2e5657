"""Mutants: right solutions with one small mistake each, which the hidden cases must find."""
