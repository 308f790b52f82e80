"""What tests of bringing marks in begin with."""

import pytest

from annotations.study.models import Study
from annotations.study.queries.codebook import codebook_content


@pytest.fixture
def codebook(study: Study) -> Study:
    """Version 1 says what the rows say."""
    study.codebook_versions.model.objects.bulk_create([
        study.codebook_versions.model(
            study=study, number=2, content=codebook_content(study), reason="As it is",
            created_by=study.created_by,
        )
    ])  # fmt: skip
    return study
