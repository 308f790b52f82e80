"""Files to import, right and wrong."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any


def jsonl(*records: Any) -> bytes:
    """A line a record; strings are taken as they are, to be able to be wrong."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    return "\n".join(lines).encode()


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


FIRE = {
    "title": "Harbour fire leaves two dead",
    "text": "Two dock workers died.\n\n“We saw nothing,” said Ilana Voss 🙂.",
    "outlet": "The Sarrow Courier",
    "byline": "Henk Dorrien",
    "url": "https://courier.example/fire",
    "published_on": "2025-10-14",
    "language": "en-GB",
    "event": "Harbour fire",
}
