"""What people do with imports, and what an import does, slice by slice."""

from services.crm.imports.actions.advancing import IMPORT
from services.crm.imports.actions.preparing import (
    check_prepared,
    correct,
    import_checked,
    prepare_import,
    read_as,
    say_mapping,
)
from services.crm.imports.actions.starting import FileTwice, Upload, cancel_import, start_import

__all__ = [
    "IMPORT",
    "FileTwice",
    "Upload",
    "cancel_import",
    "check_prepared",
    "correct",
    "import_checked",
    "prepare_import",
    "read_as",
    "say_mapping",
    "start_import",
]
