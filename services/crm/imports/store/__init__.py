"""How imports are kept: their files, what became of every line, and the ids that other systems use."""

from services.crm.imports.store.ledger import (
    Existing,
    existing,
    reject_orphans,
    remember,
    settle_parents,
    suggestions,
    targets,
)
from services.crm.imports.store.staging import (
    Batch,
    File,
    Known,
    add_files,
    add_import,
    files,
    find,
    keep_lines,
    lines_to_apply,
    mark_applied,
    piece,
    rejected_count,
    seen_keys,
)

__all__ = [
    "Batch",
    "Existing",
    "File",
    "Known",
    "add_files",
    "add_import",
    "existing",
    "files",
    "find",
    "keep_lines",
    "lines_to_apply",
    "mark_applied",
    "piece",
    "reject_orphans",
    "rejected_count",
    "remember",
    "seen_keys",
    "settle_parents",
    "suggestions",
    "targets",
]
