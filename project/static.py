"""Static files with hashed names; our own ES modules import each other by hashed name too."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class HashedModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites imports in annotations/js only: other packages' scripts are left as they are."""

    max_post_process_passes = 20  # a pass per level of imports; Django's 5 stop short of our depth
    patterns: ClassVar = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("annotations/js/*.js", IMPORTS),
    )
