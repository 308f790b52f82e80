"""The demo's passwords: random for each installation, kept in a file that only its owner reads."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

NAME = "demo_sign_ins.txt"
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def new_password() -> str:
    """Four short words that can be said and typed, from 70^8 possible."""
    words = ("".join(secrets.choice(SYLLABLES) for _ in range(2)) for _ in range(4))
    return "-".join(words)


def read_sign_ins(folder: Path) -> dict[str, str]:
    """Passwords by user name; empty when there is no file."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def write_sign_ins(folder: Path, passwords: Mapping[str, str]) -> Path:
    """Replace the file as a whole; it is never readable for others, not even for a moment."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{NAME}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("# The demo's sign-ins: user name, password.\n")
        file.writelines(f"{name} {password}\n" for name, password in passwords.items())
    return draft.replace(folder / NAME)


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as lines with the columns one below the other."""
    listed = list(rows)
    widths = [max(len(row[n]) for row in listed) for n in range(len(listed[0]))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
              for row in listed)  # fmt: skip
    return "\n".join(f"  {line}".rstrip() for line in padded)
