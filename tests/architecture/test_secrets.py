"""No table of a service has a column for a secret that the database could read."""

import re

from deploy.suite.members import SERVICES
from shared.sealing import Sealed

SAYS_SECRET = re.compile(r"secret|password|passphrase|token|api_key|private|credential")


def test_what_sounds_like_a_secret_is_sealed() -> None:
    sounding = {
        f"{service.name}.{table.name}.{column.name}": isinstance(column.type, Sealed)
        for service in SERVICES
        for table in service.schema.metadata.sorted_tables
        for column in table.columns
        if SAYS_SECRET.search(column.name)
    }
    assert "billing.webhook_secrets.secret" in sounding
    assert [name for name, is_sealed in sounding.items() if not is_sealed] == []
