"""Static files with hashed names; our own ES modules import each other by hashed name too."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns

# Comments, blank lines and indentation, a sixth of what our modules weigh on the wire, and in style
# sheets the spaces around signs too: with their catalogue, which is for readers of the source, a
# fifth. Safe since no string of ours goes over several lines or holds what looks like a comment,
# and no style sheet has a space after a sign in a string (tests/architecture/test_modules.py).
STYLE_PADDING = r"/\*(?:[^*]|\*(?!/))*\*/|\s+(?=[{}])|(?<=[{}:;,])\s+"
PADDING = r"(?m)^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n|^[ \t]+|[ \t]+// [^\n]*$|^\n"
DROPPED = ""
HASH = 8  # letters of it in a file's name


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

    def file_hash(self, name: str, content: Any = None) -> str | None:
        """A third shorter than Django's: it tells versions of one file apart, and the marking page
        names a hundred of them, letter by letter, since hashes cannot be compressed."""
        found: str | None = super().file_hash(name, content)
        return found and found[:HASH]

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[Any], str]:
        if template == DROPPED:
            return lambda match: ""
        converter: Callable[[Any], str] = super().url_converter(name, hashed_files, template)
        return converter
