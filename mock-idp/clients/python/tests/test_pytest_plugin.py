from __future__ import annotations

import subprocess

import pytest

from mock_idp.program import program_path

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def mock_idp_org():
    return "okta.yaml"

@pytest.fixture(scope="session")
def mock_idp_options():
    return {"control_token": "a-control-token"}
"""

TEST = """
import pytest
from mock_idp import ControlError, Org

def test_the_user_of_the_document_signs_in(okta_org):
    tokens = okta_org.login("My web app", "ada@example.com", scopes=["openid", "orders:write"])["tokens"]
    assert tokens["scope"] == "openid orders:write"

def test_the_control_api_needs_the_token(mock_idp):
    with pytest.raises(ControlError, match="401"):
        Org(mock_idp.url, mock_idp.issuer).info()
"""


def test_a_conftest_names_the_org_document_and_the_options_of_the_mock(pytester: pytest.Pytester) -> None:
    subprocess.run([program_path(), "init", str(pytester.path)], check=True, stdout=subprocess.DEVNULL)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TEST)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
