//! Passkeys and security keys: what a browser needs to register or to use one, and what it answers. Okta: the authenticator `webauthn`.

use serde_json::{Value, json};

use super::problem::{SignInProblem, SignInProblemKind};
use crate::ledger::Proof;
use crate::model::{Factor, FactorStatus, FactorType, PublicKeyCredential, SignInMethod, User};
use crate::moment::{Moment, timestamp};
use crate::org::{Tables, Urls};
use crate::policy::assurance::{UserVerification, user_verification};
use crate::protocol::webauthn::{
    ALGORITHMS, Assertion, Attestation, Ceremony, CeremonyError, KnownCredential, Registration, decode, origin_of,
    verify_assertion, verify_registration,
};
use crate::trace::NoteStatus;

/// The kinds of transports that are kept. WebAuthn Level 3, 5.8.4.
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

const TITLE: &str = "passkey";

/// What a browser answers to a registration: base64 of either alphabet.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyRegistration<'a> {
    pub attestation: &'a str,
    pub client_data: &'a str,
    /// A JSON array of texts. Others are ignored.
    pub transports: &'a str,
}

/// What a browser answers to a challenge: base64 of either alphabet.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyAssertion<'a> {
    pub authenticator_data: &'a str,
    pub client_data: &'a str,
    pub signature: &'a str,
    pub user_handle: Option<&'a str>,
}

/// A challenge that a passkey of a user has to sign.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyChallenge<'a> {
    pub challenge: &'a str,
    /// The one passkey that counts; `None`: all of the user.
    pub factor_id: Option<&'a str>,
    /// Whether a policy demands that the user is verified.
    pub verifies_user: bool,
}

/// The passkeys and security keys of a user.
pub fn passkeys(user: &User) -> impl Iterator<Item = &Factor> {
    user.factors.iter().filter(|factor| factor.factor_type == FactorType::WebAuthn && factor.is_active())
}

/// What a browser needs to use a passkey. Okta: `challengeData`. `verifies_user`: whether a policy demands that the user is verified.
#[must_use]
pub fn challenge_data(org: &Tables, urls: &Urls, challenge: &str, verifies_user: bool) -> Value {
    let mut extensions = json!({});
    // Browsers refuse the extension for other schemes.
    if let Some(origin) = origin_of(&urls.issuer_base).filter(|origin| origin.starts_with("https:")) {
        extensions["appid"] = origin.into();
    }
    let verification = if verifies_user { UserVerification::Required } else { user_verification(org) };
    json!({ "challenge": challenge, "userVerification": verification.name(), "extensions": extensions })
}

/// What a browser needs to register a passkey for a factor. Okta: `activationData`.
#[must_use]
pub fn activation_data(org: &Tables, urls: &Urls, user: &User, factor: &Factor) -> Value {
    let parameters = ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm }));
    let excluded: Vec<Value> = passkeys(user).map(descriptor).collect();
    let name = format!("{} {}", user.profile.first_name, user.profile.last_name);
    json!({
        "rp": { "name": org.identity().name },
        "user": { "displayName": name.trim(), "name": user.profile.login, "id": user.id },
        "pubKeyCredParams": parameters,
        "challenge": factor.challenge,
        "attestation": "direct",
        "authenticatorSelection": {
            "userVerification": user_verification(org).name(), "requireResidentKey": false, "residentKey": "preferred",
        },
        "u2fParams": { "appid": origin_of(&urls.issuer_base) },
        "excludeCredentials": excluded,
        "extensions": { "credProps": true },
    })
}

/// A passkey as browsers name it. WebAuthn 5.8.3.
#[must_use]
pub fn descriptor(factor: &Factor) -> Value {
    let mut shown = json!({ "type": "public-key", "id": factor.profile.credential_id });
    let transports = factor.credential.as_ref().map(|credential| &credential.transports);
    if let Some(transports) = transports.filter(|transports| !transports.is_empty()) {
        shown["transports"] = json!(transports);
    }
    shown
}

/// Completes the registration of a passkey.
///
/// # Errors
/// The answer is not valid.
pub fn register(
    org: &Tables,
    urls: &Urls,
    factor: &Factor,
    answer: PasskeyRegistration<'_>,
    moment: &mut Moment<'_>,
) -> Result<(Proof, Factor), SignInProblem> {
    let verify = || {
        let client_data = decode("clientData", answer.client_data)?;
        let attestation_object = decode("attestation", answer.attestation)?;
        let registration = Registration { client_data: &client_data, attestation_object: &attestation_object };
        let is_known = |id: &str| {
            let mut known = org.users().flat_map(|user| &user.factors);
            known.any(|factor| factor.profile.credential_id.as_deref() == Some(id))
        };
        let origins = origins(org, urls);
        verify_registration(
            ceremony(org, &origins, factor.challenge.as_deref().unwrap_or_default(), false),
            registration,
            is_known,
        )
    };
    let credential = verify().map_err(|error| refused(&error))?;
    let attested = match &credential.attestation {
        Attestation::None => "without attestation".to_owned(),
        Attestation::SelfSigned => "with an attestation by its own key".to_owned(),
        Attestation::Certified => "with an attestation by a certificate, whose issuer is not verified".to_owned(),
        Attestation::Unread(format) => format!("with an attestation of the format {format}, which is not verified"),
    };
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{} is registered {attested}", credential.id));
    let transports: Vec<String> = serde_json::from_str(answer.transports).unwrap_or_default();
    let now = timestamp(moment.now);
    let mut factor = factor.clone();
    factor.status = FactorStatus::Active;
    factor.created.get_or_insert_with(|| now.clone());
    factor.last_updated = Some(now);
    factor.challenge = None;
    factor.profile.credential_id = Some(credential.id);
    // Okta: from the metadata of the model, which is not known here.
    factor.profile.authenticator_name = Some(SignInMethod::WebAuthn.row().display_name.to_owned());
    factor.credential = Some(Box::new(PublicKeyCredential {
        public_key: credential.key,
        sign_count: credential.sign_count,
        aaguid: Some(credential.aaguid),
        transports: transports.into_iter().filter(|known| TRANSPORTS.contains(&known.as_str())).collect(),
    }));
    let proof = Proof { user_verified: credential.user_verified, ..Proof::by(SignInMethod::WebAuthn, moment.now) };
    Ok((proof, factor))
}

/// Checks the answer of one of the passkeys of a user. Returns the passkey with its new count.
///
/// # Errors
/// The answer is not valid.
pub fn assert_passkey(
    org: &Tables,
    urls: &Urls,
    user: &User,
    challenge: PasskeyChallenge<'_>,
    answer: PasskeyAssertion<'_>,
    moment: &mut Moment<'_>,
) -> Result<(Proof, Factor), SignInProblem> {
    let offered = passkeys(user).filter(|factor| challenge.factor_id.is_none_or(|id| id == factor.id));
    let (known, credentials): (Vec<&Factor>, Vec<KnownCredential<'_>>) = offered
        .filter_map(|factor| {
            let credential = factor.credential.as_deref()?;
            Some((factor, KnownCredential { key: &credential.public_key, sign_count: credential.sign_count }))
        })
        .unzip();
    let verify = || {
        let client_data = decode("clientData", answer.client_data)?;
        let authenticator_data = decode("authenticatorData", answer.authenticator_data)?;
        let signature = decode("signatureData", answer.signature)?;
        let handle = answer.user_handle.filter(|handle| !handle.is_empty());
        let handle = handle.map(|handle| decode("userHandle", handle)).transpose()?;
        let assertion = Assertion {
            client_data: &client_data,
            authenticator_data: &authenticator_data,
            signature: &signature,
            user_handle: handle.as_deref(),
        };
        let origins = origins(org, urls);
        let ceremony = ceremony(org, &origins, challenge.challenge, challenge.verifies_user);
        verify_assertion(ceremony, assertion, &credentials, &handle_of(user))
    };
    let verified = verify().map_err(|error| refused(&error))?;
    let mut factor = known[verified.credential].clone();
    if let Some(credential) = &mut factor.credential {
        credential.sign_count = verified.sign_count;
    }
    let by = if verified.user_verified { "a verified user" } else { "a user who is present" };
    let id = factor.profile.credential_id.as_deref().unwrap_or_default();
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{id} has signed the challenge for {by}"));
    let proof = Proof { user_verified: verified.user_verified, ..Proof::by(SignInMethod::WebAuthn, moment.now) };
    Ok((proof, factor))
}

/// The user handle of a user. Okta: clients read the id of the user as base64url.
fn handle_of(user: &User) -> Vec<u8> {
    decode("userHandle", &user.id).unwrap_or_default()
}

/// The origins of the pages that may run a ceremony: those of the org, and those that may read its answers.
fn origins(org: &Tables, urls: &Urls) -> Vec<String> {
    let own = [&urls.issuer_base, &urls.endpoint_base].into_iter().filter_map(|base| origin_of(base));
    let trusted = org.trusted_origins().map(|trusted| trusted.origin.clone());
    own.chain(trusted.filter(|origin| org.trusts_origin(origin))).collect()
}

fn ceremony<'a>(org: &Tables, origins: &'a [String], challenge: &'a str, verifies_user: bool) -> Ceremony<'a> {
    let requires_user_verification = verifies_user || user_verification(org) == UserVerification::Required;
    Ceremony { origins, challenge, requires_user_verification }
}

fn refused(error: &CeremonyError) -> SignInProblem {
    SignInProblem::new(SignInProblemKind::RefusedPasskey, error.to_string())
}
