"""What is written from the gradebook."""
