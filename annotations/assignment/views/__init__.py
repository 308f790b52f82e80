"""Pages of the assignment room."""
