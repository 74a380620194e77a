//! Token faults: named, single things that can be wrong with a signed token.

use serde::{Deserialize, Serialize};

/// Which token a fault spoils.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum FaultyToken {
    IdToken,
    AccessToken,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    BadSignature,
    UnknownKid,
    AlgNone,
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
}

/// A fault by name, for instance `id_token.wrong-nonce`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub struct TokenFault {
    pub token: FaultyToken,
    pub flaw: Flaw,
}

use FaultyToken::{AccessToken, IdToken};

impl TokenFault {
    /// Every fault there is, with its name.
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
    ];

    const fn of(token: FaultyToken, flaw: Flaw) -> Self {
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
