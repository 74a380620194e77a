"""An API that verifies tokens with PyJWT, tested against tokens that the mock issues."""

import json
import urllib.parse
import urllib.request

import jwt
import pytest


def verify(issuer, token):
    """What the API under test does with a bearer token."""
    key = jwt.PyJWKClient(f"{issuer}/v1/keys").get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, audience="api://default")


@pytest.fixture
def access_token(mock_idp, okta_org):
    env = mock_idp.env()

    def request():
        form = {
            "grant_type": "client_credentials",
            "scope": "products:read",
            "client_id": env["OKTA_SERVICE_CLIENT_ID"],
            "client_secret": env["OKTA_SERVICE_CLIENT_SECRET"],
        }
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{okta_org.issuer}/v1/token", body) as answer:
            return json.load(answer)["access_token"]

    return request


def test_the_api_accepts_a_token_of_its_issuer(okta_org, access_token):
    assert verify(okta_org.issuer, access_token())["scp"] == ["products:read"]


def test_the_api_rejects_an_altered_signature(okta_org, access_token):
    okta_org.faults.add("access_token.bad-signature", times=1)
    with pytest.raises(jwt.InvalidSignatureError):
        verify(okta_org.issuer, access_token())


def test_the_api_rejects_an_expired_token(okta_org, access_token):
    okta_org.clock.advance(-86400)
    token = access_token()
    okta_org.clock.reset()
    with pytest.raises(jwt.ExpiredSignatureError):
        verify(okta_org.issuer, token)
