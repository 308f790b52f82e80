"""The demo study: what it is made of, and when."""
