"""What a report looks at: chosen by a person, kept with the report."""

import datetime
import uuid
from dataclasses import asdict, dataclass, fields
from typing import Any

from .models import Level

EXTENT = "extent"  # the layer of the unlabelled stretches that sources answer for


@dataclass(frozen=True, slots=True)
class Selection:
    """An empty tuple or None means "all". `labels` are slugs; "extent" is one of them."""

    rounds: tuple[uuid.UUID, ...] = ()
    articles: tuple[uuid.UUID, ...] = ()
    outlets: tuple[uuid.UUID, ...] = ()
    published_from: datetime.date | None = None
    published_to: datetime.date | None = None
    annotators: tuple[uuid.UUID, ...] = ()
    labels: tuple[str, ...] = ()
    codebook_versions: tuple[int, ...] = ()
    level: str = Level.CHARACTER

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        plain = asdict(self)
        for name, value in plain.items():
            if isinstance(value, tuple):
                plain[name] = [str(one) if isinstance(one, uuid.UUID) else one for one in value]
            elif isinstance(value, datetime.date):
                plain[name] = value.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Selection":
        known = {field.name for field in fields(cls)}
        read: dict[str, Any] = {name: value for name, value in plain.items() if name in known}
        for name in ("rounds", "articles", "outlets", "annotators"):
            read[name] = tuple(uuid.UUID(one) for one in read.get(name, ()))
        for name in ("labels", "codebook_versions"):
            read[name] = tuple(read.get(name, ()))
        for name in ("published_from", "published_to"):
            if read.get(name):
                read[name] = datetime.date.fromisoformat(read[name])
        return cls(**read)
