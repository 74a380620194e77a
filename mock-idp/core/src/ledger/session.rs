//! Sign-in sessions of browsers.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::model::{FactorClass, SessionActions, SignInMethod};

/// What a user has proved.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    pub method: SignInMethod,
    /// Seconds since the epoch.
    pub at: i64,
    /// Whether a passkey or a security key has verified the user, by a PIN or a fingerprint.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub user_verified: bool,
    /// The longest time, in seconds, for which the session was not used since.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub idle: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

impl Proof {
    /// A proof by this method.
    #[must_use]
    pub fn by(method: SignInMethod, at: i64) -> Self {
        Self { method, at, user_verified: false, idle: 0 }
    }

    /// Whether it is one of this class. Okta: a verified user is an inherence as well.
    #[must_use]
    pub fn has_class(&self, class: FactorClass) -> bool {
        self.method.row().classes.contains(&class) || self.user_verified && class == FactorClass::Inherence
    }

    /// Whether the user has been verified by the proof.
    #[must_use]
    pub fn verifies_user(&self) -> bool {
        self.user_verified || self.method.row().traits.verifies_user
    }

    /// The `amr` of proofs. RFC 8176 2: `mfa` for several. Okta: as recorded, the order varies.
    #[must_use]
    pub fn amr(proofs: &[Self]) -> Vec<String> {
        let mut values: Vec<&str> = Vec::new();
        for (index, proof) in proofs.iter().enumerate() {
            let several = (index == 1).then_some("mfa");
            for value in several.into_iter().chain(proof.method.row().amr.iter().copied()) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        values.into_iter().map(str::to_owned).collect()
    }
}

/// When, how and in which session a user has authenticated.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Authentication {
    pub user_id: String,
    /// Seconds since the epoch.
    pub auth_time: i64,
    /// RFC 8176 values.
    pub amr: Vec<String>,
    /// What the user has proved, each method once.
    #[serde(default)]
    pub proofs: Vec<Proof>,
    /// Id of the external identity provider at which the user has authenticated.
    #[serde(default)]
    pub idp: Option<String>,
    pub session_id: String,
}

/// The user of a sign-in in progress.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum CurrentUser {
    /// The user has authenticated in this sign-in, which satisfies every demand for a new authentication.
    SignedIn(Authentication),
    /// The user has a session of an earlier sign-in.
    HasSession(Authentication),
}

impl CurrentUser {
    #[must_use]
    pub fn authentication(&self) -> &Authentication {
        match self {
            Self::SignedIn(authentication) | Self::HasSession(authentication) => authentication,
        }
    }

    #[must_use]
    pub fn into_authentication(self) -> Authentication {
        match self {
            Self::SignedIn(authentication) | Self::HasSession(authentication) => authentication,
        }
    }
}

impl Authentication {
    /// The `sid` of ID tokens. Okta: `idx` and 22 characters. It is derived from the cookie, so that an ID token does not give
    /// access to the session.
    #[must_use]
    pub fn sid(&self) -> String {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(self.session_id.as_bytes()));
        format!("idx{}", &hash[..22])
    }
}

/// A client that the user has signed in to in a session, and that gets a logout notice when it ends.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SessionClient {
    pub client_id: String,
    /// Id of the authorization server.
    pub server: String,
}

/// When and how a user has authenticated, before there is a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub user_id: String,
    pub auth_time: i64,
    pub amr: Vec<String>,
    #[serde(default)]
    pub proofs: Vec<Proof>,
    /// Id of the external identity provider at which the user has authenticated.
    #[serde(default)]
    pub idp: Option<String>,
    /// The session that goes on with these proofs. `None`: a new one begins.
    #[serde(default)]
    pub session: Option<String>,
}

impl SignedIn {
    /// A user who has proved this at `now`.
    #[must_use]
    pub fn new(user_id: &str, now: i64, proofs: Vec<Proof>) -> Self {
        Self { user_id: user_id.to_owned(), auth_time: now, amr: Proof::amr(&proofs), proofs, idp: None, session: None }
    }

    /// A user whose authentication is known by its `amr` only.
    #[must_use]
    pub fn with_amr(user_id: String, auth_time: i64, amr: Vec<String>) -> Self {
        let has = |method: &SignInMethod| method.row().amr.iter().all(|value| amr.iter().any(|known| known == value));
        let mut methods: Vec<SignInMethod> = SignInMethod::ALL.into_iter().filter(has).collect();
        // Which of two apps has shown a code is not known.
        methods.dedup_by_key(|method| method.row().amr);
        let proofs = methods.into_iter().map(|method| Proof::by(method, auth_time)).collect();
        Self { user_id, auth_time, amr, proofs, idp: None, session: None }
    }

    /// A user who has entered the right password at `now`.
    #[must_use]
    pub fn by_password(user_id: &str, now: i64) -> Self {
        Self::new(user_id, now, vec![Proof::by(SignInMethod::Password, now)])
    }

    /// A user who has authenticated at an external identity provider at `now`.
    // Okta: such a session has the `amr` `pwd`, and policies count it as the password ("Password / IdP").
    #[must_use]
    pub fn at_provider(user_id: &str, provider: &str, now: i64) -> Self {
        Self { idp: Some(provider.to_owned()), ..Self::by_password(user_id, now) }
    }
}

/// A browser's sign-in session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub user_id: String,
    /// When it began. Further proofs do not change it.
    pub began: i64,
    pub auth_time: i64,
    pub amr: Vec<String>,
    #[serde(default)]
    pub proofs: Vec<Proof>,
    /// Id of the external identity provider at which the user has authenticated.
    #[serde(default)]
    pub idp: Option<String>,
    pub limits: SessionActions,
    /// When it was last used, in seconds since the epoch.
    pub used: i64,
}

impl Session {
    /// Lifetime in seconds of a session without a limit of its own, and of the cookie of a session that survives its browser.
    pub const LONGEST: i64 = 30 * 24 * 3600;

    /// A session that begins now.
    #[must_use]
    pub fn new(proof: SignedIn, limits: SessionActions, now: i64) -> Self {
        let SignedIn { user_id, auth_time, amr, proofs, idp, session: _ } = proof;
        Self { user_id, began: auth_time, auth_time, amr, proofs, idp, limits, used: now }
    }

    /// Adds what the user has proved since. Okta: the time of the last proof is the time of the authentication.
    pub fn add(&mut self, proof: &SignedIn) {
        self.auth_time = proof.auth_time;
        self.amr.clone_from(&proof.amr);
        self.proofs.clone_from(&proof.proofs);
    }

    /// The first second at which it is over, however much it is used.
    #[must_use]
    pub fn ends(&self) -> i64 {
        match self.limits.max_session_lifetime_minutes {
            0 => self.began + Self::LONGEST,
            minutes => self.began + i64::from(minutes) * 60,
        }
    }

    /// The first second at which it is over if it is not used before.
    #[must_use]
    pub fn expires(&self) -> i64 {
        self.ends().min(self.idle_until())
    }

    /// Whether it is not over.
    #[must_use]
    pub fn is_active_at(&self, now: i64) -> bool {
        now < self.expires()
    }

    /// The end of its idle time.
    fn idle_until(&self) -> i64 {
        self.used + i64::from(self.limits.max_session_idle_minutes) * 60
    }

    /// Uses the session, if it is not over. Okta: each use begins the idle time anew.
    #[must_use]
    pub fn use_at(&mut self, now: i64) -> bool {
        let live = self.is_active_at(now);
        if live {
            for proof in &mut self.proofs {
                proof.idle = proof.idle.max(now - self.used.max(proof.at));
            }
            // A request at an earlier second does not shorten it.
            self.used = self.used.max(now);
        }
        live
    }

    /// Where the user has authenticated, as Okta shows it.
    // Okta: providers of the type OIDC are recorded as `SOCIAL`.
    #[must_use]
    pub fn provider(&self, org_id: &str) -> Value {
        match &self.idp {
            Some(id) => json!({ "id": id, "type": "SOCIAL" }),
            None => json!({ "id": org_id, "type": "OKTA" }),
        }
    }

    /// The authentication that this session stands for.
    #[must_use]
    pub fn authentication(&self, session_id: &str) -> Authentication {
        Authentication {
            user_id: self.user_id.clone(),
            auth_time: self.auth_time,
            amr: self.amr.clone(),
            proofs: self.proofs.clone(),
            idp: self.idp.clone(),
            session_id: session_id.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_proof_does_not_prolong_a_session() {
        let mut session = Session::new(SignedIn::by_password("user", 1_000), SessionActions::default(), 1_000);
        let ends = session.ends();
        session.add(&SignedIn::by_password("user", 2_000));
        assert_eq!((session.auth_time, session.began, session.ends()), (2_000, 1_000, ends));
    }

    #[test]
    fn the_longest_time_without_use_counts_for_the_proofs_before_it() {
        let proof = SignedIn::by_password("user", 1_000);
        let mut session = Session::new(proof, SessionActions::default(), 1_000);
        assert!(session.use_at(1_700) && session.use_at(1_800));
        let mut proofs = session.proofs.clone();
        proofs.push(Proof::by(SignInMethod::GoogleOtp, 1_810));
        session.add(&SignedIn::new("user", 1_810, proofs));
        assert!(session.use_at(1_900));
        let idle: Vec<i64> = session.proofs.iter().map(|proof| proof.idle).collect();
        assert_eq!(idle, [700, 90]);
    }

    #[test]
    fn a_use_at_an_earlier_second_does_not_shorten_the_idle_time() {
        let proof = SignedIn::by_password("user", 1_000);
        let mut session = Session::new(proof, SessionActions::default(), 1_000);
        assert!(session.use_at(1_010) && session.use_at(1_009));
        assert_eq!(session.used, 1_010);
    }
}
