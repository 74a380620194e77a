//! Token faults: single things that can be wrong with an issued token, by name.

use std::sync::Arc;

use super::change::TokenChange;
use super::kind::TokenKind;
use super::kind::TokenKind::{AccessToken, IdJag, IdToken, InterclientToken, LogoutToken, RefreshToken};

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Flaw {
    BadSignature,
    /// Signed by a key that is not published, under the `kid` of the right one.
    ForeignKey,
    UnknownKid,
    AlgNone,
    /// Signed with HS256, with the published key as the secret. RFC 8725 2.1.
    PublicKeyAsSecret,
    WrongType,
    WrongIssuer,
    /// The issuer with a slash at the end. RFC 8414 3.3: issuers are equal only if all characters are.
    IssuerWithSlash,
    MissingIssuer,
    WrongAudience,
    /// One more audience. OIDC Core 3.1.3.7 step 3.
    SecondAudience,
    MissingAudience,
    WrongNonce,
    WrongAtHash,
    WrongSubject,
    Expired,
    /// `exp` as a text. RFC 7519 4.1.4: a number.
    ExpiresAsText,
    MissingExpiry,
    IssuedInFuture,
    /// `nbf` is a day ahead. RFC 7519 4.1.5.
    NotBeforeInFuture,
    MissingSub,
    /// `iss` twice, the second time with another value. RFC 7519 4.
    DuplicateClaim,
    /// A claim of 64 KiB.
    Oversize,
    ExtraScope,
    MissingScp,
    /// No `events` claim.
    MissingEvents,
    /// A claim that the token must not have. OIDC Back-Channel Logout 2.4: `nonce`.
    WithNonce,
    /// An opaque token that the server does not know.
    Unknown,
    /// No token at all.
    Missing,
}

/// A fault by name, for instance `id_token.wrong-nonce`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub struct TokenFault {
    pub token: TokenKind,
    pub flaw: Flaw,
}

macro_rules! faults {
    ($($prefix:literal $kind:ident: $($name:literal $flaw:ident),+;)+) => {
        &[$($((concat!($prefix, ".", $name), TokenFault::of($kind, Flaw::$flaw)),)+)+]
    };
}

impl TokenFault {
    /// All faults with their names.
    pub const ALL: &[(&str, Self)] = faults! {
        "id_token" IdToken:
            "bad-signature" BadSignature, "foreign-key" ForeignKey, "unknown-kid" UnknownKid, "alg-none" AlgNone,
            "public-key-as-secret" PublicKeyAsSecret, "wrong-type" WrongType,
            "wrong-issuer" WrongIssuer, "issuer-with-slash" IssuerWithSlash, "missing-issuer" MissingIssuer,
            "wrong-audience" WrongAudience, "second-audience" SecondAudience, "missing-audience" MissingAudience,
            "wrong-nonce" WrongNonce, "wrong-at-hash" WrongAtHash, "wrong-subject" WrongSubject,
            "expired" Expired, "expires-as-text" ExpiresAsText, "missing-expiry" MissingExpiry,
            "issued-in-future" IssuedInFuture, "not-before-in-future" NotBeforeInFuture,
            "missing-sub" MissingSub, "duplicate-claim" DuplicateClaim, "oversize" Oversize;
        "access_token" AccessToken:
            "bad-signature" BadSignature, "foreign-key" ForeignKey, "unknown-kid" UnknownKid, "alg-none" AlgNone,
            "public-key-as-secret" PublicKeyAsSecret, "wrong-type" WrongType,
            "wrong-issuer" WrongIssuer, "issuer-with-slash" IssuerWithSlash, "missing-issuer" MissingIssuer,
            "wrong-audience" WrongAudience, "second-audience" SecondAudience, "missing-audience" MissingAudience,
            "wrong-subject" WrongSubject,
            "expired" Expired, "expires-as-text" ExpiresAsText, "missing-expiry" MissingExpiry,
            "issued-in-future" IssuedInFuture, "not-before-in-future" NotBeforeInFuture,
            "missing-sub" MissingSub, "duplicate-claim" DuplicateClaim, "oversize" Oversize,
            "extra-scope" ExtraScope, "missing-scp" MissingScp;
        "refresh_token" RefreshToken: "unknown" Unknown, "missing" Missing;
        "id_jag" IdJag:
            "bad-signature" BadSignature, "foreign-key" ForeignKey, "unknown-kid" UnknownKid, "alg-none" AlgNone,
            "public-key-as-secret" PublicKeyAsSecret, "wrong-type" WrongType, "wrong-issuer" WrongIssuer,
            "wrong-audience" WrongAudience, "wrong-subject" WrongSubject, "expired" Expired,
            "issued-in-future" IssuedInFuture, "extra-scope" ExtraScope, "duplicate-claim" DuplicateClaim;
        "interclient_token" InterclientToken:
            "bad-signature" BadSignature, "foreign-key" ForeignKey, "unknown-kid" UnknownKid, "alg-none" AlgNone,
            "public-key-as-secret" PublicKeyAsSecret, "wrong-issuer" WrongIssuer, "expired" Expired;
        "logout_token" LogoutToken:
            "bad-signature" BadSignature, "foreign-key" ForeignKey, "unknown-kid" UnknownKid, "alg-none" AlgNone,
            "public-key-as-secret" PublicKeyAsSecret, "wrong-type" WrongType, "wrong-issuer" WrongIssuer,
            "wrong-audience" WrongAudience, "wrong-subject" WrongSubject, "expired" Expired,
            "issued-in-future" IssuedInFuture, "missing-events" MissingEvents, "with-nonce" WithNonce,
            "duplicate-claim" DuplicateClaim;
    };

    const fn of(token: TokenKind, flaw: Flaw) -> Self {
        Self { token, flaw }
    }

    /// The fault of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, fault)| *fault == self).map_or("", |(name, _)| name)
    }
}

/// What is done to the tokens of one answer on purpose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenFaults {
    pub named: Vec<TokenFault>,
    /// Changes of claims, in the order in which they are made.
    pub changes: Vec<Arc<TokenChange>>,
}

impl TokenFaults {
    /// The flaws of a token of this kind.
    pub(super) fn flaws_of(&self, kind: TokenKind) -> Vec<Flaw> {
        self.named.iter().filter(|fault| fault.token == kind).map(|fault| fault.flaw).collect()
    }

    /// The changes of a token of this kind.
    pub(super) fn changes_of(&self, kind: TokenKind) -> impl Iterator<Item = &TokenChange> {
        self.changes.iter().map(Arc::as_ref).filter(move |change| change.applies_to(kind))
    }

    /// The refresh token to return, which is not a JWT.
    pub(super) fn apply_to_refresh_token(&self, token: String) -> Option<String> {
        self.flaws_of(RefreshToken).into_iter().try_fold(token, |token, flaw| match flaw {
            Flaw::Missing => None,
            Flaw::Unknown => Some(token.chars().rev().collect()),
            _ => Some(token),
        })
    }
}
