"""Version 2 of the Python SDK: creates, reads, changes, lists by pages and deletes users, groups, apps and authorization servers."""

import os

import pytest
import pytest_asyncio
from okta.client import Client

# The SDK demands https unless a test says otherwise, which only the environment can.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

COUNT = 5
PAGE = 2


@pytest_asyncio.fixture
async def client():
    yield Client({"orgUrl": os.environ["OKTA_ORG_URL"], "token": os.environ["OKTA_API_TOKEN"]})


def good(result):
    """The value of an answer without an error."""
    *values, error = result
    assert error is None, error
    return values[0] if len(values) > 1 else None


def identifier(one):
    """Of an object, or of a dict, which later pages have."""
    return one["id"] if isinstance(one, dict) else one.id


async def all_pages(operation, **query):
    """The ids of the objects of all pages, and how many pages there are."""
    objects, response, error = await operation({"limit": PAGE, **query})
    assert error is None, error
    assert len(objects) <= PAGE
    found, pages = [identifier(one) for one in objects], 1
    while response.has_next():
        objects, error = await response.next()
        assert error is None, error
        assert len(objects) <= PAGE
        found.extend(identifier(one) for one in objects)
        pages += 1
        assert pages < 1000
    return sorted(found), pages


def user(number):
    login = f"python2-{number}@example.test"
    profile = {"firstName": "Sdk", "lastName": "PythonTwo", "email": login, "login": login}
    return {"profile": profile, "credentials": {"password": {"value": "Sdk-Passw0rd!"}}}


@pytest.mark.asyncio
async def test_users(client):
    created = [good(await client.create_user(user(number))) for number in range(COUNT)]
    assert [one.status for one in created] == ["ACTIVE"] * COUNT

    read = good(await client.get_user("python2-0@example.test"))
    assert (read.id, read.profile.last_name) == (created[0].id, "PythonTwo")
    changed = good(await client.partial_update_user(read.id, {"profile": {"nickName": "Snake"}}))
    assert (changed.profile.nick_name, changed.profile.last_name) == ("Snake", "PythonTwo")

    found, pages = await all_pages(client.list_users, search='profile.lastName eq "PythonTwo"')
    assert found == sorted(one.id for one in created)
    assert pages == 3

    for one in created:
        good(await client.deactivate_user(one.id))
        good(await client.deactivate_or_delete_user(one.id))
    *_, error = await client.get_user(read.id)
    assert (error.status, error.error_code) == (404, "E0000007")


@pytest.mark.asyncio
async def test_groups(client):
    def group(number, description):
        return {"profile": {"name": f"python2-{number}", "description": description}}

    created = [good(await client.create_group(group(number, "by the SDK"))) for number in range(COUNT)]
    read = good(await client.get_group(created[0].id))
    assert read.profile.name == "python2-0"
    replaced = good(await client.update_group(read.id, group(0, "replaced")))
    assert replaced.profile.description == "replaced"

    member = good(await client.create_user(user("member")))
    good(await client.add_user_to_group(read.id, member.id))
    assert [one.id for one in good(await client.list_group_users(read.id))] == [member.id]
    good(await client.remove_user_from_group(read.id, member.id))
    assert good(await client.list_group_users(read.id)) == []

    found, pages = await all_pages(client.list_groups, search='profile.name sw "python2-"')
    assert found == sorted(one.id for one in created)
    assert pages == 3

    for one in created:
        good(await client.delete_group(one.id))
    *_, error = await client.get_group(read.id)
    assert error.status == 404
    good(await client.deactivate_user(member.id))
    good(await client.deactivate_or_delete_user(member.id))


def app(label, redirect_uri):
    oauth = {
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [redirect_uri],
    }
    return {
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": oauth},
    }


@pytest.mark.asyncio
async def test_apps(client):
    uri = "http://localhost:8080/callback"
    created = [good(await client.create_application(app(f"python2-{number}", uri))) for number in range(COUNT)]
    assert len(created[0].credentials.oauth_client.client_secret) == 64

    read = good(await client.get_application(created[0].id))
    assert (read.label, read.settings.oauth_client.redirect_uris) == ("python2-0", [uri])
    changed = app("python2-0 renamed", "http://localhost:9090/callback")
    replaced = good(await client.update_application(read.id, changed))
    assert replaced.label == "python2-0 renamed"
    assert replaced.settings.oauth_client.redirect_uris == ["http://localhost:9090/callback"]

    found, pages = await all_pages(client.list_applications, q="python2-")
    assert found == sorted(one.id for one in created)
    assert pages == 3

    for one in created:
        good(await client.deactivate_application(one.id))
        good(await client.delete_application(one.id))
    *_, error = await client.get_application(read.id)
    assert error.status == 404


@pytest.mark.asyncio
async def test_authorization_servers(client):
    def server(number, audience):
        return {"name": f"python2-{number}", "description": "by the SDK", "audiences": [audience]}

    created = [
        good(await client.create_authorization_server(server(number, f"api://{number}"))) for number in range(COUNT)
    ]
    read = good(await client.get_authorization_server(created[0].id))
    assert (read.name, read.audiences) == ("python2-0", ["api://0"])
    replaced = good(await client.update_authorization_server(read.id, server(0, "api://replaced")))
    assert replaced.audiences == ["api://replaced"]

    found, pages = await all_pages(client.list_authorization_servers, q="python2-")
    assert found == sorted(one.id for one in created)
    assert pages == 3

    for one in created:
        good(await client.deactivate_authorization_server(one.id))
        good(await client.delete_authorization_server(one.id))
    *_, error = await client.get_authorization_server(read.id)
    assert error.status == 404
