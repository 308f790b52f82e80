"""What each route answers. Importing a module enters its routes into the table."""

from . import studies

__all__ = ["studies"]
