from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mock_idp_org():
    """`mock-idp init` writes this file."""
    return Path(__file__).with_name("okta.yaml")
