//! The orgs of the walks.

use std::sync::LazyLock;

use mock_idp::MockIdp;
use mock_idp_core::model::{ConsentMethod, DirectoryKind, ScopeConsent, SignInMethod};
use serde_json::{Value, json};

use super::NUMBER;
use crate::factors::passkeys::authenticator::Authenticator;
use crate::factors::passkeys::{seeded, with_webauthn};
use crate::factors::{BUYER, app_policy, required};
use crate::flow::WEB;
use crate::identity_providers::Federation;
use crate::idx::EMBEDDED;
use crate::keep_signed_in;
use crate::market::{stop_clock, stopped};
use crate::org::{TestOrg, model};

/// The key of the buyer's authenticator app, and that of Okta Verify.
pub(super) const APP_KEY: &str = "JBSWY3DPEHPK3PXP";
pub(super) const VERIFY_KEY: &str = "KRSXG5DTMVRXEZLU";
pub(super) const LOCKED: &str = "00ulocked000000005d7";
const QUESTION: &str = "What is the food you least liked as a child?";

/// The passkey of the buyer, and its factor.
pub(super) static PASSKEY: LazyLock<(Authenticator, Value)> = LazyLock::new(seeded);

/// Where a walk begins.
pub(super) enum Start {
    Org(Box<TestOrg>),
    /// The market with an external identity provider.
    Federation,
}

impl Start {
    pub(super) async fn mock(&self) -> MockIdp {
        match self {
            Self::Org(org) => stopped(org).await,
            Self::Federation => {
                let mock = Federation::offered(|_| {}).await.mock;
                stop_clock(&mock).await;
                mock
            }
        }
    }
}

/// The market, where the buyer has a factor of each method.
fn with_all_factors() -> TestOrg {
    let org = with_webauthn("DISCOURAGED").user(BUYER, |user| {
        user.factors = vec![
            model(json!({ "factorType": "token:software:totp", "provider": "GOOGLE", "sharedSecret": APP_KEY })),
            model(json!({ "factorType": "token:software:totp", "provider": "OKTA", "sharedSecret": VERIFY_KEY })),
            model(json!({ "factorType": "push" })),
            model(json!({ "factorType": "sms", "profile": { "phoneNumber": NUMBER } })),
            model(json!({ "factorType": "call", "profile": { "phoneNumber": NUMBER } })),
            model(json!({
                "factorType": "question",
                "profile": { "question": "disliked_food", "answer": "Spinach", "questionText": QUESTION },
            })),
            model(PASSKEY.1.clone()),
        ];
    });
    org.edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let verify = authenticators.iter_mut().find(|object| object.text("key") == Some("okta_verify")).unwrap();
        verify.members["settings"]["channelBinding"]["required"] = json!("NEVER");
        authenticators.push(model(json!({
            "name": "Email", "type": "email", "key": "okta_email", "status": "ACTIVE", "settings": { "allowedFor": "any" },
        })));
    })
}

/// The same, where each session needs a second authenticator.
pub(super) fn second_factor() -> TestOrg {
    required(with_all_factors())
}

/// The same, where the web app and the embedded app ask for two factors again after an hour.
pub(super) fn short_lived_proofs() -> TestOrg {
    let method = json!({
        "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT1H",
        "constraints": [{ "possession": { "required": true, "deviceBound": "REQUIRED" } }],
    });
    // Notifications would be enough alone.
    let org = with_all_factors().user(BUYER, |user| {
        let kept = [Some(SignInMethod::GoogleOtp), Some(SignInMethod::WebAuthn)];
        user.factors.retain(|factor| kept.contains(&factor.method()));
    });
    app_policy(org, &method)
}

/// The market, where users have to enroll these authenticators, and can enroll the others.
pub(super) fn enrolling(required: SignInMethod, optional: &[SignInMethod]) -> TestOrg {
    let listed = |method: &SignInMethod, enroll: &str| json!({ "key": method.row().authenticator, "enroll": { "self": enroll } });
    let mut authenticators = vec![listed(&required, "REQUIRED")];
    authenticators.extend(optional.iter().map(|method| listed(method, "OPTIONAL")));
    TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": authenticators },
            "rules": [{
                "name": "At the next sign-in", "priority": 1, "status": "ACTIVE",
                "actions": { "enroll": { "self": "LOGIN" } },
            }],
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    })
}

/// The market, where the buyer's password expires in ten days.
pub(super) fn expiring() -> TestOrg {
    let org = TestOrg::market().edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.id == "00ppasswords000005d7").unwrap();
        policy.members["settings"]["password"]["age"]["maxAgeDays"] = json!(90);
        policy.members["settings"]["password"]["age"]["expireWarnDays"] = json!(14);
    });
    // 80 days before the time of these tests.
    org.user(BUYER, |user| user.password_changed = Some("2026-10-27T08:00:00.000Z".to_owned()))
}

/// The market, where the buyer and the locked user have a phone for recoveries.
pub(super) fn with_phones() -> TestOrg {
    [BUYER, LOCKED].into_iter().fold(TestOrg::market(), |org, id| {
        org.user(id, |user| {
            user.profile.others.insert("mobilePhone".to_owned(), json!(NUMBER));
        })
    })
}

/// The market, where the apps ask whether to stay signed in.
pub(super) fn asking_to_stay() -> TestOrg {
    keep_signed_in::asking(&json!({ "postAuth": "ALLOWED" }))
}

/// The market, where the apps ask for consent.
pub(super) fn asking_for_consent() -> TestOrg {
    let ask = |org: TestOrg, id| org.oauth(id, |oauth| oauth.consent_method = ConsentMethod::Required);
    let org = [WEB, EMBEDDED].into_iter().fold(TestOrg::market(), ask);
    org.scope("products:read", |scope| scope.consent = ScopeConsent::Required)
}
