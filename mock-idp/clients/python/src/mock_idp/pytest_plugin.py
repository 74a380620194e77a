"""Fixtures for pytest. They are available as soon as the package is installed."""

from __future__ import annotations

from typing import Iterator

import pytest

from .org import Sandbox
from .server import MockIdp


@pytest.fixture(scope="session")
def mock_idp_org() -> str | None:
    """The file of the org document. Override it in ``conftest.py``; none is the built-in org."""
    return None


@pytest.fixture(scope="session")
def mock_idp(mock_idp_org: str | None) -> Iterator[MockIdp]:
    """One mock for the whole session."""
    with MockIdp.start(mock_idp_org or ()) as mock:
        yield mock


@pytest.fixture
def okta_org(mock_idp: MockIdp) -> Iterator[Sandbox]:
    """A sandbox of its own for each test."""
    with mock_idp.sandbox() as sandbox:
        yield sandbox
