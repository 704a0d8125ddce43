"""The databases of the two small services of messaging."""

from tests.shared.messaging.conftest import (
    reader,
    reader_addresses,
    reader_database,
    writer_addresses,
    writer_database,
)

__all__ = ["reader", "reader_addresses", "reader_database", "writer_addresses", "writer_database"]
