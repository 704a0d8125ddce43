"""The scene of each service, as the tests of its API have it."""

from tests.api.conftest import scene

__all__ = ["scene"]
