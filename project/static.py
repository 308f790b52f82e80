"""Static files with hashed names; our own ES modules import each other by hashed name too."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns

# Whole-line comments and indentation, a sixth of what our modules weigh on the wire (and a fifth
# of what our style sheets do: their catalogue is for readers of the source). Safe since
# none of them has a string over several lines (tests/architecture/test_modules.py).
STYLE_PADDING = r"/\*(?:[^*]|\*(?!/))*\*/"
PADDING = r"(?m)^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n|^[ \t]+"
DROPPED = ""


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """A file under its hashed name never changes, so nothing is said by which to ask whether it
    did: a fortieth of what the marking page weighs."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> WhiteNoiseFileResponse:
        response = WhiteNoiseMiddleware.serve(static_file, request)
        if "immutable" in response.get("Cache-Control", ""):
            del response["ETag"], response["Last-Modified"]
        return response


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
