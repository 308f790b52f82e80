"""Django's migrate, each migration whole or not at all: project/keeping/migrating.py."""

from project.keeping.migrating import Command

__all__ = ["Command"]
