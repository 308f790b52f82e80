"""Static files with hashed names; our own ES modules import each other by hashed name too."""

from collections.abc import Callable
from typing import Any, ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns

# Whole-line comments and indentation, a sixth of what our modules weigh on the wire (and a fifth
# of what our style sheets do: their catalogue is for readers of the source). Safe since
# none of them has a string over several lines (tests/architecture/test_modules.py).
STYLE_PADDING = r"/\*(?:[^*]|\*(?!/))*\*/"
PADDING = r"(?m)^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n|^[ \t]+"
DROPPED = ""


class HashedModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites imports in annotations/js only: other packages' scripts are left as they are."""

    max_post_process_passes = 20  # a pass per level of imports; Django's 5 stop short of our depth
    patterns: ClassVar = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("annotations/js/*.js", ((PADDING, DROPPED), *IMPORTS)),
        ("annotations/css/*.css", ((STYLE_PADDING, DROPPED),)),
    )

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[Any], str]:
        if template == DROPPED:
            return lambda match: ""
        converter: Callable[[Any], str] = super().url_converter(name, hashed_files, template)
        return converter
