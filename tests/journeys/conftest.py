"""What every journey needs: whatever programs printed is shown when a test fails."""

from collections.abc import Generator

import pytest

from tests.support.embedded import EmbeddedProgram
from tests.support.separate_services import SeparateServices


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what the programs it uses printed."""
    report = yield
    if report.failed:
        for name, used in getattr(item, "funcargs", {}).items():
            if isinstance(used, SeparateServices | EmbeddedProgram):
                report.sections.append((f"printed by {name}", used.printed()))
    return report
