"""Bringing in what lies on the server's disk, of any size: read where it is, kept nowhere else."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from django.db import transaction

from annotations.accounts.models import User
from annotations.study.models import Study

from ..bringing import Mapping, Survey
from ..frame import Form, Reading, SourceFiles
from ..models import CorpusImport, CorpusImportState
from .looking import Tell, read_files
from .storing import Storing


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Files that can be read as often as needed."""

    study: Study
    form: Form
    files: SourceFiles
    hints: MappingOf[str, str] = field(default_factory=dict)

    def open(self) -> Reading:
        """From the beginning. Raises FileRefused."""
        return read_files(self.study, self.form, self.files, self.hints)


@transaction.atomic
def store_from_disk(
    *, source: OnDisk, actor: User, found: Survey, mapping: Mapping, tell: Tell
) -> CorpusImport:
    """All or nothing, the import's own row included. Raises Refusal."""
    made = CorpusImport.objects.create(
        study=source.study,
        created_by=actor,
        file_format=source.form.name,
        hints=dict(source.hints),
        state=CorpusImportState.RUNNING,
        survey=found.as_json(),
        mapping=mapping.as_json(),
        n_all=found.n_articles,
    )
    Storing(made, mapping, lambda _: source.open(), tell).run()
    made.refresh_from_db()
    return made
