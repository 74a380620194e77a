//! External identity providers, as sign-ins use them. Okta: Identity Providers API.

use serde_json::Value;

use super::directory_object::DirectoryObject;

/// A provider of OpenID Connect.
#[derive(Clone, Copy, Debug)]
pub struct IdentityProvider<'a>(&'a DirectoryObject);

impl<'a> IdentityProvider<'a> {
    /// The provider, if users can sign in at it: it is active, speaks OpenID Connect, and its endpoints are known.
    #[must_use]
    pub fn of(object: &'a DirectoryObject) -> Option<Self> {
        let provider = Self(object);
        let is_usable = object.is_active()
            && provider.text("/protocol/type") == Some("OIDC")
            && ["authorization", "token", "jwks"].into_iter().all(|name| provider.endpoint(name).is_some());
        is_usable.then_some(provider)
    }

    #[must_use]
    pub fn id(self) -> &'a str {
        &self.0.id
    }

    /// What users read.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.0.name()
    }

    /// Its type: `OIDC`, `GOOGLE`, …
    #[must_use]
    pub fn kind(self) -> &'a str {
        self.0.text("type").unwrap_or_default()
    }

    /// The URL of one of its endpoints.
    #[must_use]
    pub fn endpoint(self, name: &str) -> Option<&'a str> {
        self.value("/protocol/endpoints")?.get(name)?.get("url")?.as_str().filter(|url| !url.is_empty())
    }

    #[must_use]
    pub fn issuer(self) -> Option<&'a str> {
        self.text("/protocol/issuer/url")
    }

    #[must_use]
    pub fn client_id(self) -> &'a str {
        self.text("/protocol/credentials/client/client_id").unwrap_or_default()
    }

    #[must_use]
    pub fn client_secret(self) -> Option<&'a str> {
        self.text("/protocol/credentials/client/client_secret")
    }

    #[must_use]
    pub fn requires_pkce(self) -> bool {
        self.flag("/protocol/credentials/client/pkce_required")
    }

    /// The requested scopes, separated by blanks.
    #[must_use]
    pub fn scopes(self) -> String {
        self.list("/protocol/scopes").collect::<Vec<_>>().join(" ")
    }

    /// A textual member, by a JSON pointer.
    #[must_use]
    pub fn text(self, pointer: &str) -> Option<&'a str> {
        self.value(pointer)?.as_str()
    }

    /// The texts of a list, by a JSON pointer.
    pub fn list(self, pointer: &str) -> impl Iterator<Item = &'a str> {
        let list = self.value(pointer).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether a member is `true`, by a JSON pointer.
    #[must_use]
    pub fn flag(self, pointer: &str) -> bool {
        self.value(pointer).and_then(Value::as_bool).unwrap_or_default()
    }

    /// How many seconds its clock may differ. Okta: `maxClockSkew` in milliseconds.
    #[must_use]
    pub fn max_clock_skew(self) -> i64 {
        self.value("/policy/maxClockSkew").and_then(Value::as_i64).unwrap_or_default() / 1000
    }

    fn value(self, pointer: &str) -> Option<&'a Value> {
        let (first, rest) = pointer.strip_prefix('/')?.split_once('/').unwrap_or((&pointer[1..], ""));
        let member = self.0.members.get(first)?;
        if rest.is_empty() { Some(member) } else { member.pointer(&pointer[first.len() + 1..]) }
    }
}

/// The link between a user of a provider and a user of the org, who is its owner. Okta: `/api/v1/idps/{id}/users`.
#[must_use]
pub fn identity_provider_link(provider: &str, user: &str, external_id: &str, now: &str) -> DirectoryObject {
    let members = [("provider", provider), ("externalId", external_id), ("created", now), ("lastUpdated", now)];
    let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    DirectoryObject { id: identity_provider_link_id(provider, user), owner: user.to_owned(), members }
}

/// The id of such a link.
#[must_use]
pub fn identity_provider_link_id(provider: &str, user: &str) -> String {
    format!("{provider}/{user}")
}
