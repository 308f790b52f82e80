"""Pages of the exchange room."""
