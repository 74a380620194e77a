from __future__ import annotations

import base64
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mock_idp import ControlError, MockIdp, Org, Sandbox, StartError
from mock_idp.program import program_path


def decode(token: str) -> dict[str, Any]:
    claims = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return decoded


def token(issuer: str, env: dict[str, str]) -> dict[str, Any]:
    form = {
        "grant_type": "client_credentials",
        "scope": "products:read",
        "client_id": env["OKTA_SERVICE_CLIENT_ID"],
        "client_secret": env["OKTA_SERVICE_CLIENT_SECRET"],
    }
    with urllib.request.urlopen(f"{issuer}/v1/token", urllib.parse.urlencode(form).encode()) as answer:
        return decode(json.load(answer)["access_token"])


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_env_names_the_issuer_and_a_client_that_gets_a_token(mock_idp: MockIdp) -> None:
    env = mock_idp.env()
    assert env["OKTA_ISSUER"] == mock_idp.issuer
    claims = token(mock_idp.issuer, env)
    assert (claims["iss"], claims["scp"]) == (mock_idp.issuer, ["products:read"])


def test_env_of_an_org_that_a_file_describes_has_the_clients_and_users_of_that_file(tmp_path: Path) -> None:
    subprocess.run([program_path(), "init", str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    # By an argument, so that only the mock itself knows its org.
    with MockIdp.start(args=["--org", str(tmp_path / "okta.yaml")]) as own:
        env = own.env()
        assert (env["OKTA_ISSUER"], env["OKTA_USERNAME"]) == (own.issuer, "ada@example.com")
        tokens = own.login(env["OKTA_CLIENT_ID"], env["OKTA_USERNAME"], scopes=["openid"])["tokens"]
        assert decode(tokens["access_token"])["cid"] == env["OKTA_CLIENT_ID"]


def test_env_of_a_sandbox_names_its_own_issuer_and_users(mock_idp: MockIdp) -> None:
    profile = {"login": "eve@example.com", "email": "eve@example.com", "firstName": "Eve", "lastName": "Example"}
    users = [{"profile": profile, "credentials": {"password": {"value": "Passw0rd!"}}}]
    document = {"org": {"name": "Shop"}, "users": users}
    with mock_idp.sandbox(document) as sandbox:
        env = sandbox.env()
    assert (env["OKTA_ISSUER"], env["OKTA_USERNAME"]) == (sandbox.issuer, "eve@example.com")


def test_a_clock_that_is_frozen_stands_still_until_it_runs_again(okta_org: Sandbox) -> None:
    frozen = okta_org.clock.freeze()
    assert frozen["frozen"]
    assert okta_org.clock.get()["now"] == frozen["now"]
    assert not okta_org.clock.freeze(False)["frozen"]


def test_a_clock_with_a_step_moves_with_each_request(okta_org: Sandbox) -> None:
    okta_org.clock.set("2026-01-31T12:00:00Z", freeze=True)
    assert okta_org.clock.step(60)["step"] == 60
    assert [status(f"{okta_org.issuer}/v1/keys") for _ in range(2)] == [200, 200]
    stepped = okta_org.clock.step(0)
    assert stepped["now"].startswith("2026-01-31T12:02:00")
    assert status(f"{okta_org.issuer}/v1/keys") == 200
    assert okta_org.clock.get()["now"] == stepped["now"]


def test_sandboxes_with_one_seed_issue_equal_tokens(mock_idp: MockIdp) -> None:
    tokens = []
    for seed in (7, 7, 8):
        with mock_idp.sandbox(name="seeded", seed=seed) as sandbox:
            tokens.append(sandbox.login("Market demo", "buyer", scopes=["openid"])["tokens"]["access_token"])
    assert tokens[1] == tokens[0]
    assert tokens[2] != tokens[0]


def test_with_a_control_token_the_client_and_its_sandboxes_have_access_and_others_have_not() -> None:
    with MockIdp.start(control_token="a-control-token") as guarded:
        with guarded.sandbox() as sandbox:
            assert sandbox.clock.advance(60)["offset"] == 60
        assert Org(guarded.url, guarded.issuer, "a-control-token").clock.get()["offset"] == 0
        with pytest.raises(ControlError) as refused:
            Org(guarded.url, guarded.issuer).clock.get()
        assert refused.value.status == 401


def test_the_clock_of_a_sandbox_does_not_move_that_of_another_org(mock_idp: MockIdp, okta_org: Sandbox) -> None:
    assert okta_org.clock.advance(7200)["offset"] == 7200
    assert mock_idp.clock.get()["offset"] == 0
    claims = token(okta_org.issuer, mock_idp.env())
    assert claims["iss"] == okta_org.issuer
    assert isinstance(claims["iat"], int) and claims["iat"] > time.time() + 7000


def test_a_removed_sandbox_is_not_found(mock_idp: MockIdp) -> None:
    with mock_idp.sandbox(name="short-lived") as sandbox:
        assert status(f"{sandbox.issuer}/v1/keys") == 200
    assert status(f"{sandbox.issuer}/v1/keys") == 404


def test_a_fault_occurs_as_often_as_it_was_asked_for(okta_org: Sandbox) -> None:
    okta_org.faults.add("http.status-503", path="/oauth2/default/v1/keys", times=1)
    assert [status(f"{okta_org.issuer}/v1/keys") for _ in range(2)] == [503, 200]


def test_the_next_token_has_the_claims_that_were_asked_for(okta_org: Sandbox) -> None:
    okta_org.next_tokens.add(user="buyer", tokens=["access_token"], claims={"market_role": "owner"})
    roles = [
        decode(okta_org.login("Market demo", "buyer", scopes=["openid"])["tokens"]["access_token"])["market_role"]
        for _ in range(2)
    ]
    assert roles == ["owner", "shopper"]


def test_a_change_of_a_user_is_in_the_next_token(okta_org: Sandbox) -> None:
    okta_org.change(groups=[{"group": "Guests"}], users=[{"user": "buyer", "join": ["Guests"]}])
    tokens = okta_org.login("Market demo", "buyer", scopes=["openid"])["tokens"]
    assert "Guests" in decode(tokens["id_token"])["groups"]


def test_a_wrong_body_is_rejected_with_what_is_expected(mock_idp: MockIdp) -> None:
    with pytest.raises(ControlError, match="expected") as rejected:
        mock_idp.faults.add("no-such-fault")
    assert rejected.value.status == 400


def test_a_mock_that_cannot_start_says_why() -> None:
    with pytest.raises(StartError, match=r"no-such-file\.yaml"):
        MockIdp.start("no-such-file.yaml")
