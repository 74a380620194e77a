//! A row of a table, and the closed sets that its columns are taken from.

use http::Method;

use super::Handler;

/// One operation.
#[derive(Debug)]
pub(crate) struct Route {
    /// GET answers HEAD too.
    pub(crate) method: Method,
    /// Path templates, below the org's address. `{name}` matches one segment.
    pub(crate) paths: &'static [&'static str],
    pub(crate) access: Access,
    pub(crate) rate: RateClass,
    pub(crate) readers: Readers,
    /// Parameters of the path, the query or the form, and members of the body, whose values must not be recorded.
    pub(crate) secrets: &'static [&'static str],
    pub(crate) handler: Handler,
}

/// What a request needs to be let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// Nothing.
    Public,
    /// Nothing, not even a host name that is ours: a probe asks under the address that it has for this machine.
    AnyHost,
    /// Client authentication, as registered for the client. The handler checks it.
    Client,
    /// An access token of the authorization server. The handler checks it.
    BearerToken,
    /// The browser's cookies, or credentials in a form. The handler checks them.
    Session,
    /// An API token, or an access token of the org server with one of these scopes. Checked before the handler; a challenge
    /// names the first.
    Management(&'static [&'static str]),
    /// The same. Under `behavior: openid` also what RFC 7591 and RFC 7592 provide: nothing or an initial access token to register a
    /// client, its registration access token to manage it.
    Registration(&'static [&'static str]),
    /// What the settings demand for the control API. Checked before the handler.
    Control,
}

/// Operations that Okta counts together for its rate limits. Limits are per minute, those of a developer org.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RateClass {
    Token,
    Authorize,
    OAuth,
    Authn,
    SignIn,
    Management,
    /// Okta: not rate limited.
    Unlimited,
}

impl RateClass {
    /// How many classes have a limit.
    pub(crate) const LIMITED: usize = Self::Unlimited as usize;

    /// Requests a minute.
    pub(crate) fn limit(self) -> Option<u32> {
        match self {
            // As recorded from a developer org's token endpoint.
            Self::Token => Some(150),
            // Okta: default limit of a client on /authorize.
            Self::Authorize => Some(60),
            Self::OAuth => Some(1_200),
            Self::Authn | Self::SignIn | Self::Management => Some(600),
            Self::Unlimited => None,
        }
    }
}

/// The origins whose scripts may read an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Readers {
    /// Only the org's own pages.
    SameOrigin,
    /// All. Okta: where cookies do not matter, an origin needs no trust.
    AnyOrigin,
    /// The org's trusted origins; others get the same answer without the headers.
    TrustedOrigins,
    /// The same, with the preflight answers of Okta's authentication API.
    TrustedOriginsOfApi,
}
