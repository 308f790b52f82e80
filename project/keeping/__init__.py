"""Keeping what is stored: backups, restoring them, and who may open which database."""
