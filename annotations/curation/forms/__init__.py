"""What people fill in in the curation room."""
