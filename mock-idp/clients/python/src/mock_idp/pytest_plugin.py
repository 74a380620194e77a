"""Fixtures for pytest. They are available as soon as the package is installed."""

from __future__ import annotations

import os
from typing import Any, Iterator, Sequence, Union

import pytest

from .org import Sandbox
from .server import MockIdp

OrgFiles = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]], None]
"""What ``mock_idp_org`` returns."""


@pytest.fixture(scope="session")
def mock_idp_org() -> OrgFiles:
    """The file of the org document, or several. Override it in the uppermost ``conftest.py``; none is the built-in org."""
    return None


@pytest.fixture(scope="session")
def mock_idp_options() -> dict[str, Any]:
    """Other arguments of ``MockIdp.start``: ``args``, ``port``, ``control_token``, ``timeout``. Override it likewise."""
    return {}


@pytest.fixture(scope="session")
def mock_idp(mock_idp_org: OrgFiles, mock_idp_options: dict[str, Any]) -> Iterator[MockIdp]:
    """One mock for the whole session."""
    with MockIdp.start(mock_idp_org or (), **mock_idp_options) as mock:
        yield mock


@pytest.fixture
def okta_org(mock_idp: MockIdp) -> Iterator[Sandbox]:
    """A sandbox of its own for each test."""
    with mock_idp.sandbox() as sandbox:
        yield sandbox
