//! Token faults: single things that can be wrong with an issued token, by name.

use super::kind::TokenKind;
use super::kind::TokenKind::{AccessToken, IdJag, IdToken, InterclientToken, LogoutToken, RefreshToken};

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Flaw {
    BadSignature,
    UnknownKid,
    AlgNone,
    WrongType,
    WrongIssuer,
    WrongAudience,
    WrongNonce,
    WrongAtHash,
    WrongSubject,
    Expired,
    IssuedInFuture,
    MissingSub,
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

impl TokenFault {
    /// All faults with their names.
    pub const ALL: &[(&str, Self)] = &[
        ("id_token.bad-signature", Self::of(IdToken, Flaw::BadSignature)),
        ("id_token.unknown-kid", Self::of(IdToken, Flaw::UnknownKid)),
        ("id_token.alg-none", Self::of(IdToken, Flaw::AlgNone)),
        ("id_token.wrong-issuer", Self::of(IdToken, Flaw::WrongIssuer)),
        ("id_token.wrong-audience", Self::of(IdToken, Flaw::WrongAudience)),
        ("id_token.wrong-nonce", Self::of(IdToken, Flaw::WrongNonce)),
        ("id_token.wrong-at-hash", Self::of(IdToken, Flaw::WrongAtHash)),
        ("id_token.wrong-subject", Self::of(IdToken, Flaw::WrongSubject)),
        ("id_token.expired", Self::of(IdToken, Flaw::Expired)),
        ("id_token.issued-in-future", Self::of(IdToken, Flaw::IssuedInFuture)),
        ("id_token.missing-sub", Self::of(IdToken, Flaw::MissingSub)),
        ("access_token.bad-signature", Self::of(AccessToken, Flaw::BadSignature)),
        ("access_token.unknown-kid", Self::of(AccessToken, Flaw::UnknownKid)),
        ("access_token.alg-none", Self::of(AccessToken, Flaw::AlgNone)),
        ("access_token.wrong-issuer", Self::of(AccessToken, Flaw::WrongIssuer)),
        ("access_token.wrong-audience", Self::of(AccessToken, Flaw::WrongAudience)),
        ("access_token.expired", Self::of(AccessToken, Flaw::Expired)),
        ("access_token.extra-scope", Self::of(AccessToken, Flaw::ExtraScope)),
        ("access_token.missing-scp", Self::of(AccessToken, Flaw::MissingScp)),
        ("refresh_token.unknown", Self::of(RefreshToken, Flaw::Unknown)),
        ("refresh_token.missing", Self::of(RefreshToken, Flaw::Missing)),
        ("id_jag.bad-signature", Self::of(IdJag, Flaw::BadSignature)),
        ("id_jag.unknown-kid", Self::of(IdJag, Flaw::UnknownKid)),
        ("id_jag.alg-none", Self::of(IdJag, Flaw::AlgNone)),
        ("id_jag.wrong-type", Self::of(IdJag, Flaw::WrongType)),
        ("id_jag.wrong-issuer", Self::of(IdJag, Flaw::WrongIssuer)),
        ("id_jag.wrong-audience", Self::of(IdJag, Flaw::WrongAudience)),
        ("id_jag.wrong-subject", Self::of(IdJag, Flaw::WrongSubject)),
        ("id_jag.expired", Self::of(IdJag, Flaw::Expired)),
        ("id_jag.issued-in-future", Self::of(IdJag, Flaw::IssuedInFuture)),
        ("id_jag.extra-scope", Self::of(IdJag, Flaw::ExtraScope)),
        ("interclient_token.bad-signature", Self::of(InterclientToken, Flaw::BadSignature)),
        ("interclient_token.unknown-kid", Self::of(InterclientToken, Flaw::UnknownKid)),
        ("interclient_token.alg-none", Self::of(InterclientToken, Flaw::AlgNone)),
        ("interclient_token.wrong-issuer", Self::of(InterclientToken, Flaw::WrongIssuer)),
        ("interclient_token.expired", Self::of(InterclientToken, Flaw::Expired)),
        ("logout_token.bad-signature", Self::of(LogoutToken, Flaw::BadSignature)),
        ("logout_token.unknown-kid", Self::of(LogoutToken, Flaw::UnknownKid)),
        ("logout_token.alg-none", Self::of(LogoutToken, Flaw::AlgNone)),
        ("logout_token.wrong-issuer", Self::of(LogoutToken, Flaw::WrongIssuer)),
        ("logout_token.wrong-audience", Self::of(LogoutToken, Flaw::WrongAudience)),
        ("logout_token.wrong-subject", Self::of(LogoutToken, Flaw::WrongSubject)),
        ("logout_token.expired", Self::of(LogoutToken, Flaw::Expired)),
        ("logout_token.issued-in-future", Self::of(LogoutToken, Flaw::IssuedInFuture)),
        ("logout_token.missing-events", Self::of(LogoutToken, Flaw::MissingEvents)),
        ("logout_token.with-nonce", Self::of(LogoutToken, Flaw::WithNonce)),
    ];

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

/// The flaws of a token of this kind.
pub(super) fn flaws_of(kind: TokenKind, faults: &[TokenFault]) -> Vec<Flaw> {
    faults.iter().filter(|fault| fault.token == kind).map(|fault| fault.flaw).collect()
}

/// The refresh token to return, which is not a JWT.
pub(super) fn apply_to_refresh_token(token: String, faults: &[TokenFault]) -> Option<String> {
    flaws_of(RefreshToken, faults).into_iter().try_fold(token, |token, flaw| match flaw {
        Flaw::Missing => None,
        Flaw::Unknown => Some(token.chars().rev().collect()),
        _ => Some(token),
    })
}
