"""An export: what is chosen, in files of a format, with a manifest and a data card. No Django."""

from .choosing import QUOTING, Wanted, choose
from .counting import Counts
from .manifest import About, FileFacts
from .packing import (
    NOT_OF_THE_WHOLE,
    NotSo,
    Packing,
    misfits,
    pack,
    write_folder,
    write_zip,
)

__all__ = [
    "NOT_OF_THE_WHOLE",
    "QUOTING",
    "About",
    "Counts",
    "FileFacts",
    "NotSo",
    "Packing",
    "Wanted",
    "choose",
    "misfits",
    "pack",
    "write_folder",
    "write_zip",
]
