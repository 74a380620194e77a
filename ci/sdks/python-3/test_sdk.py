"""Version 3 of the Python SDK: creates, reads, changes, lists and deletes users, groups, apps and authorization servers."""

import os

import pytest
import pytest_asyncio
from okta.client import Client
from okta.models import (
    AddGroupRequest,
    AuthorizationServer,
    CreateUserRequest,
    OpenIdConnectApplication,
    UpdateUserRequest,
)

# The SDK demands https unless a test says otherwise, which only the environment can.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

COUNT = 5


@pytest_asyncio.fixture
async def client():
    config = {
        "orgUrl": os.environ["OKTA_ORG_URL"],
        "token": os.environ["OKTA_API_TOKEN"],
        "cache": {"enabled": False},
    }
    async with Client(config) as client:
        yield client


def good(result):
    """The value of an answer without an error."""
    *values, error = result
    assert error is None, error
    return values[0] if len(values) > 1 else None


async def all_objects(operation, **query):
    """The objects of a list. Of several Link headers this version of the SDK keeps the first, so that most lists cannot be paged."""
    return good(await operation(**query))


def user(number, last_name="Python"):
    login = f"python3-{number}@example.test"
    profile = {"firstName": "Sdk", "lastName": last_name, "email": login, "login": login}
    credentials = {"password": {"value": "Sdk-Passw0rd!"}}
    return CreateUserRequest.from_dict({"profile": profile, "credentials": credentials})


@pytest.mark.asyncio
async def test_users(client):
    created = [good(await client.create_user(user(number), activate=True)) for number in range(COUNT)]
    assert [str(one.status.value) for one in created] == ["ACTIVE"] * COUNT

    read = good(await client.get_user("python3-0@example.test"))
    assert (read.id, read.profile.last_name) == (created[0].id, "Python")

    change = UpdateUserRequest.from_dict({"profile": {"nickName": "Snake"}})
    changed = good(await client.update_user(read.id, change))
    assert (changed.profile.nick_name, changed.profile.last_name) == ("Snake", "Python")

    found = await all_objects(client.list_users, search='profile.lastName eq "Python"')
    assert sorted(one.id for one in found) == sorted(one.id for one in created)

    for one in created:
        good(await client.deactivate_user(one.id))
        good(await client.delete_user(one.id))
    *_, error = await client.get_user(created[0].id)
    assert error.status == 404 and error.error_code == "E0000007"


@pytest.mark.asyncio
async def test_groups(client):
    def group(name, description):
        return AddGroupRequest.from_dict({"profile": {"name": name, "description": description}})

    created = [good(await client.add_group(group(f"python3-{number}", "by the SDK"))) for number in range(COUNT)]
    read = good(await client.get_group(created[0].id))
    assert read.profile.actual_instance.name == "python3-0"
    replaced = good(await client.replace_group(read.id, group("python3-0", "replaced")))
    assert replaced.profile.actual_instance.description == "replaced"

    member = good(await client.create_user(user("member"), activate=True))
    good(await client.assign_user_to_group(read.id, member.id))
    assert [one.id for one in good(await client.list_group_users(read.id))] == [member.id]
    good(await client.unassign_user_from_group(read.id, member.id))
    assert good(await client.list_group_users(read.id)) == []

    found = await all_objects(client.list_groups, search='profile.name sw "python3-"')
    assert sorted(one.id for one in found) == sorted(one.id for one in created)

    for one in created:
        good(await client.delete_group(one.id))
    *_, error = await client.get_group(read.id)
    assert error.status == 404
    good(await client.deactivate_user(member.id))
    good(await client.delete_user(member.id))


def app(label):
    return OpenIdConnectApplication.from_dict({
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {
            "oauthClient": {
                "application_type": "web",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "redirect_uris": ["http://localhost:8080/callback"],
            }
        },
    })


@pytest.mark.asyncio
async def test_apps(client):
    created = [good(await client.create_application(app(f"python3-{number}"))) for number in range(COUNT)]
    assert len(created[0].credentials.oauth_client.client_secret) == 64

    read = good(await client.get_application(created[0].id))
    oauth = read.settings.oauth_client
    assert (read.label, oauth.redirect_uris) == ("python3-0", ["http://localhost:8080/callback"])

    changed = app("python3-0 renamed")
    changed.settings.oauth_client.redirect_uris = ["http://localhost:9090/callback"]
    replaced = good(await client.replace_application(read.id, changed))
    assert replaced.label == "python3-0 renamed"
    assert replaced.settings.oauth_client.redirect_uris == ["http://localhost:9090/callback"]

    found = await all_objects(client.list_applications, q="python3-")
    assert sorted(one.id for one in found) == sorted(one.id for one in created)

    for one in created:
        good(await client.deactivate_application(one.id))
        good(await client.delete_application(one.id))
    *_, error = await client.get_application(read.id)
    assert error.status == 404


@pytest.mark.asyncio
async def test_authorization_servers(client):
    def server(name, audience):
        return AuthorizationServer.from_dict({"name": name, "description": "by the SDK", "audiences": [audience]})

    created = [
        good(await client.create_authorization_server(server(f"python3-{number}", f"api://{number}")))
        for number in range(COUNT)
    ]
    read = good(await client.get_authorization_server(created[0].id))
    assert (read.name, read.audiences) == ("python3-0", ["api://0"])
    assert read.issuer.endswith(f"/oauth2/{read.id}")
    replaced = good(await client.replace_authorization_server(read.id, server("python3-0", "api://replaced")))
    assert replaced.audiences == ["api://replaced"]

    found = await all_objects(client.list_authorization_servers, q="python3-")
    assert sorted(one.id for one in found) == sorted(one.id for one in created)

    for one in created:
        good(await client.deactivate_authorization_server(one.id))
        good(await client.delete_authorization_server(one.id))
    *_, error = await client.get_authorization_server(read.id)
    assert error.status == 404
