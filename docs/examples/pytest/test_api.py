"""An API that verifies tokens with PyJWT, tested against tokens that a mock of your own org issues."""

import jwt
import pytest
from mock_idp import ControlError


def verify(issuer, token):
    """What the API under test does with a bearer token."""
    key = jwt.PyJWKClient(f"{issuer}/v1/keys").get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, audience="api://my-api")


@pytest.fixture
def access_token(okta_org):
    def sign_in(user="ada@example.com"):
        return okta_org.login("My web app", user, scopes=["openid", "orders:write"])["tokens"]["access_token"]

    return sign_in


def test_the_api_sees_the_department_and_the_scopes_of_the_user(okta_org, access_token):
    claims = verify(okta_org.issuer, access_token())
    assert (claims["sub"], claims["department"]) == ("ada@example.com", "Engineering")
    assert claims["scp"] == ["openid", "orders:write"]


def test_a_change_of_the_user_is_in_the_next_token(okta_org, access_token):
    okta_org.change(users=[{"user": "ada@example.com", "profile": {"department": "Sales"}}])
    assert verify(okta_org.issuer, access_token())["department"] == "Sales"


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


def test_a_user_outside_the_group_gets_no_scope_for_writing(access_token):
    with pytest.raises(ControlError, match="403"):
        access_token("ben@example.com")
