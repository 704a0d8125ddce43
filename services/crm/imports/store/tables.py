"""The tables of the imports."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.crm.imports.model.records import Fate, Mode, NoteKind, RecordKind
from services.crm.tables import schema
from shared.database import belongs_to, choice, found_by, only_one

import_preparations = schema.table(
    "import_preparations",
    Column("id", Uuid, primary_key=True),
    Column("mapping", String, nullable=False),
    Column("prepared_by", String, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
)
import_uploads = schema.table(
    "import_uploads",
    Column("preparation_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("stem", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    belongs_to("preparation_id", "import_preparations"),
    append_only=True,
)
imports = schema.table(
    "imports",
    Column("id", Uuid, primary_key=True),
    Column("preparation_id", Uuid),
    Column("mapping", String, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    choice("mode", Mode),
    Column("started_by", String, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    belongs_to("preparation_id", "import_preparations"),
    found_by("started_at", "id", why="the imports, the newest first"),
    append_only=True,
)
import_files = schema.table(
    "import_files",
    Column("import_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String, nullable=False),
    choice("record", RecordKind),
    Column("header", JSONB, nullable=False),
    Column("delimiter", String(1), nullable=False),
    Column("starts_at", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    belongs_to("import_id", "imports"),
    append_only=True,
)
import_lines = schema.table(
    "import_lines",
    Column("import_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    choice("record", RecordKind),
    Column("key", String, nullable=False),
    Column("letters", String, nullable=False),
    Column("record_id", Uuid),
    choice("fate", Fate),
    Column("value", JSONB),
    Column("cells", JSONB, nullable=False),
    Column("digest", String(64)),
    Column("is_applied", Boolean, nullable=False),
    belongs_to("import_id", "imports"),
    only_one("import_id", "record", "key", where="fate <> 'rejected'"),
    found_by("import_id", "record", "letters", why="what other lines of the import refer to"),
    audited=False,
)
import_notes = schema.table(
    "import_notes",
    Column("import_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    choice("kind", NoteKind),
    Column("column", String, nullable=False),
    Column("value", String, nullable=False),
    Column("becomes", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("remedy", String, nullable=False),
    belongs_to("import_id", "imports"),
    append_only=True,
)
external_records = schema.table(
    "external_records",
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("letters", String, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("value", JSONB, nullable=False),
    found_by("source", "record", "letters", why="the record that another system calls so"),
    audited=False,
)
