"""From a study's rows, as JSON values by table, to neutral records. No Django.

The same reading serves what comes from a database and what stands in a whole study's file.
"""

from .article import article_record
from .names import Names
from .study import study_record

__all__ = ["Names", "article_record", "study_record"]
