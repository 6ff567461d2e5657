"""Marking by hand: written answers and plots, one page a question, and the marks that people enter for them."""
