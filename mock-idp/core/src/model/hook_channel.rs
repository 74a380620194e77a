//! How a hook is called.

use serde_json::Value;

use super::directory_object::DirectoryObject;

/// The type of token inline hooks, the only ones that are called.
pub const TOKEN_HOOK: &str = "com.okta.oauth2.tokens.transform";

/// Where a hook is sent, and what it shows to be accepted there.
#[derive(Clone, Eq, PartialEq)]
pub struct HookChannel {
    pub uri: String,
    pub method: String,
    /// Names and values, the one that authenticates last.
    pub headers: Vec<(String, String)>,
    /// Okta: a channel of type `OAUTH` sends an access token that it gets first.
    pub oauth: Option<HookClient>,
}

/// The client that gets access tokens for a hook.
#[derive(Clone, Eq, PartialEq)]
pub struct HookClient {
    pub token_url: String,
    pub client_id: String,
    pub credential: HookCredential,
    pub scope: String,
}

/// How the client of a hook authenticates.
#[derive(Clone, Eq, PartialEq)]
pub enum HookCredential {
    /// Okta: `client_secret_post`.
    Secret(String),
    /// Okta: `private_key_jwt`, with the alias of a hook key and its private half, PEM.
    Key { id: String, pem: String },
    /// The channel has no secret, or names no key.
    Missing,
}

/// Headers can be secrets.
impl std::fmt::Debug for HookChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookChannel").field("uri", &self.uri).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for HookCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Key { .. } => "Key",
            Self::Missing => "Missing",
        })
    }
}

impl std::fmt::Debug for HookClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookClient").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl HookChannel {
    /// The channel of an inline hook or an event hook; `None` if it has no URI. `key` finds a hook key by its id.
    #[must_use]
    pub fn of<'k>(hook: &DirectoryObject, key: impl Fn(&str) -> Option<&'k DirectoryObject>) -> Option<Self> {
        let channel = hook.members.get("channel")?;
        let text = |pointer: &str| channel.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let pair = |object: &Value, name: &str| {
            Some((object.get(name)?.as_str()?.to_owned(), object.get("value")?.as_str()?.to_owned()))
        };
        let custom = channel.pointer("/config/headers").and_then(Value::as_array).into_iter().flatten();
        let mut headers: Vec<_> = custom.filter_map(|header| pair(header, "key")).collect();
        // Okta: `{key}: {value}`.
        headers.extend(channel.pointer("/config/authScheme").and_then(|scheme| pair(scheme, "key")));
        let oauth = text("/config/tokenUrl").filter(|_| text("/type").as_deref() == Some("OAUTH"));
        let oauth = oauth.map(|token_url| HookClient {
            token_url,
            client_id: text("/config/clientId").unwrap_or_default(),
            credential: match text("/config/authType").as_deref() {
                Some("private_key_jwt") => {
                    text("/config/hookKeyId").and_then(|id| key(&id)).and_then(HookCredential::of_key)
                }
                _ => text("/config/clientSecret").map(HookCredential::Secret),
            }
            .unwrap_or(HookCredential::Missing),
            scope: text("/config/scope").unwrap_or_default(),
        });
        let method = text("/config/method").unwrap_or_else(|| "POST".to_owned());
        Some(Self { uri: text("/config/uri")?, method, headers, oauth })
    }

    /// The channel of a hook that needs no key.
    #[must_use]
    pub fn without_key(hook: &DirectoryObject) -> Option<Self> {
        Self::of(hook, |_| None)
    }

    /// The URI without what can be secret: user name, query and fragment.
    #[must_use]
    pub fn shown_uri(&self) -> String {
        let end = self.uri.find(['?', '#']).unwrap_or(self.uri.len());
        let Some((scheme, rest)) = self.uri[..end].split_once("://") else { return self.uri[..end].to_owned() };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{scheme}://{host}{path}")
    }
}

impl HookCredential {
    fn of_key(key: &DirectoryObject) -> Option<Self> {
        let text = |name: &str| key.text(name).map(str::to_owned);
        Some(Self::Key { id: text("keyId")?, pem: text("privateKey")? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hook(channel: Value) -> DirectoryObject {
        let Value::Object(members) = json!({ "channel": channel }) else { unreachable!() };
        DirectoryObject { members, ..DirectoryObject::default() }
    }

    #[test]
    fn headers_and_the_auth_scheme_become_headers() {
        let config = json!({
            "uri": "http://user:secret@localhost/a@b?key=1", "method": "POST",
            "headers": [{ "key": "x-team", "value": "market" }],
            "authScheme": { "type": "HEADER", "key": "authorization", "value": "s3cret" },
        });
        let channel = HookChannel::without_key(&hook(json!({ "type": "HTTP", "config": config }))).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(channel.headers, [pair("x-team", "market"), pair("authorization", "s3cret")]);
        assert_eq!((channel.oauth.is_none(), channel.shown_uri().as_str()), (true, "http://localhost/a@b"));
        assert!(!format!("{channel:?}").contains("s3cret"));
    }

    #[test]
    fn a_hook_without_a_uri_has_no_channel() {
        assert_eq!(HookChannel::without_key(&hook(json!({ "type": "HTTP", "config": {} }))), None);
    }
}
