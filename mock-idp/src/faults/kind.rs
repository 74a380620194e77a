//! What can go wrong on purpose.

use std::sync::Arc;
use std::time::Duration;

use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::TokenChange;
use mock_idp_core::tokens::fault::TokenFault;

/// Default delay of `http.slow`.
const SLOW: Duration = Duration::from_secs(3);

/// Faults of the transport.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum TransportFault {
    /// 500 with an Okta error envelope.
    Status500,
    /// 503 with an Okta error envelope.
    Status503,
    /// 429 with an Okta error envelope, rate-limit headers and `Retry-After`.
    Status429,
    /// The correct answer, delayed.
    Slow(Duration),
    /// The connection is reset instead of an answer.
    Reset,
    /// The first half of the correct answer.
    BadJson,
    /// The correct answer as `text/plain`.
    WrongContentType,
    /// An OAuth error in place of the answer.
    OAuthError(Box<OAuthError>),
    /// A key set with a defect.
    KeySet(KeySetFault),
}

/// What is wrong with a key set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeySetFault {
    /// A key that signs nothing has the `kid` of the signing key, and comes first. RFC 7517 4.5: `kid` values should be distinct.
    DuplicateKid,
    /// No key has a `kid`. RFC 7517 4.5: it is optional.
    MissingKid,
    /// The signing key is not among them.
    MissingActive,
    /// There are no keys.
    Empty,
    /// The first key has a type that is not understood. RFC 7517 5: it should be ignored.
    UnknownType,
}

impl TransportFault {
    const ALL: &[(&'static str, Self)] = &[
        ("http.status-500", Self::Status500),
        ("http.status-503", Self::Status503),
        ("http.status-429", Self::Status429),
        ("http.slow", Self::Slow(SLOW)),
        ("http.reset", Self::Reset),
        ("http.bad-json", Self::BadJson),
        ("http.wrong-content-type", Self::WrongContentType),
        ("keys.duplicate-kid", Self::KeySet(KeySetFault::DuplicateKid)),
        ("keys.missing-kid", Self::KeySet(KeySetFault::MissingKid)),
        ("keys.missing-active", Self::KeySet(KeySetFault::MissingActive)),
        ("keys.empty", Self::KeySet(KeySetFault::Empty)),
        ("keys.unknown-type", Self::KeySet(KeySetFault::UnknownType)),
    ];

    /// Its name.
    #[must_use]
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status500 => "http.status-500",
            Self::Status503 => "http.status-503",
            Self::Status429 => "http.status-429",
            Self::Slow(_) => "http.slow",
            Self::Reset => "http.reset",
            Self::BadJson => "http.bad-json",
            Self::WrongContentType => "http.wrong-content-type",
            Self::OAuthError(_) => FaultKind::HTTP_ERROR,
            Self::KeySet(KeySetFault::DuplicateKid) => "keys.duplicate-kid",
            Self::KeySet(KeySetFault::MissingKid) => "keys.missing-kid",
            Self::KeySet(KeySetFault::MissingActive) => "keys.missing-active",
            Self::KeySet(KeySetFault::Empty) => "keys.empty",
            Self::KeySet(KeySetFault::UnknownType) => "keys.unknown-type",
        }
    }

    /// Whether it can apply to an answer. `is_key_set`: whether the answer is a key set.
    pub(super) fn can_spoil(&self, is_key_set: bool) -> bool {
        is_key_set || !matches!(self, Self::KeySet(_))
    }
}

/// All faults.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FaultKind {
    Token(TokenFault),
    Transport(TransportFault),
    /// An OAuth error in place of the authorization response.
    AuthorizationError(Box<OAuthError>),
    /// An OAuth error in place of the tokens of an answer.
    TokenError(Box<OAuthError>),
    /// Other claims in tokens.
    TokenChange(Arc<TokenChange>),
}

impl FaultKind {
    /// The name of [`TransportFault::OAuthError`].
    pub(crate) const HTTP_ERROR: &str = "http.oauth-error";
    /// The name of [`Self::AuthorizationError`].
    pub(crate) const AUTHORIZATION_ERROR: &str = "authorize.error";

    /// The fault of that name, if it needs nothing but the name.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        let transport = TransportFault::ALL.iter().find(|(known, _)| *known == name);
        let transport = transport.map(|(_, fault)| Self::Transport(fault.clone()));
        TokenFault::named(name).map(Self::Token).or(transport)
    }

    /// Its name.
    #[must_use]
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Token(fault) => fault.name(),
            Self::Transport(fault) => fault.name(),
            Self::AuthorizationError(_) => Self::AUTHORIZATION_ERROR,
            Self::TokenError(_) => "next token: an error",
            Self::TokenChange(_) => "next token: other claims",
        }
    }

    /// The names of all faults that are turned on by name.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let tokens = TokenFault::ALL.iter().map(|(name, _)| *name);
        let transport = TransportFault::ALL.iter().map(|(name, _)| *name);
        tokens.chain(transport).chain([Self::HTTP_ERROR, Self::AUTHORIZATION_ERROR])
    }
}
