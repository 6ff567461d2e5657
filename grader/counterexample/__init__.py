"""The simplest input on which a submission's function and the reference disagree."""
