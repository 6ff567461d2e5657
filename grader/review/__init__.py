"""What an author reads after writing an exercise: how it holds under many seeds, and what its cases and names do."""
