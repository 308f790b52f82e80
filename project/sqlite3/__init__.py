"""Django's SQLite backend with one writer at a time: see base.py."""
