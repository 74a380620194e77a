//! The next step of an authorization request: sessions, prompts, max_age, assignment, consent.

use mock_idp_core::endpoint::authorization::{Step, begin, decide, redeem_interclient_token};
use mock_idp_core::ledger::{
    Authentication, AuthorizationRequest, Consent, CurrentUser, InterclientGrant, InterclientGrantState, SignedIn,
};
use mock_idp_core::model::{ConsentMethod, ScopeConsent, UserStatus};
use mock_idp_core::org::{Org, Urls};
use mock_idp_core::protocol::{Parameters, Scopes};

use crate::market::{NOW, ask_at, changed, market};

const WEB: &str = "0oamarketweb000005d7";
const PARTNER: &str = "0oamarketpartner05d7";

fn request(org: &Org, client: &str, scope: &str, extra: &[(&str, &str)]) -> AuthorizationRequest {
    let base = [
        ("client_id", client),
        ("redirect_uri", "http://localhost:7803/callback"),
        ("response_type", "code"),
        ("state", "s"),
        ("scope", scope),
    ];
    let parameters: Parameters = base.iter().chain(extra).copied().collect();
    let urls = Urls::at("http://localhost");
    begin(org, org.server("default").unwrap(), &urls, &parameters, None).unwrap()
}

fn signed_in(login: &str, org: &Org, ago: i64, now: bool) -> CurrentUser {
    let SignedIn { user_id, auth_time, amr, proofs, .. } =
        SignedIn::by_password(&org.user_by_identifier(login).unwrap().id, NOW - ago);
    let authentication = Authentication { user_id, auth_time, amr, proofs, idp: None, session_id: "idx".into() };
    if now { CurrentUser::SignedIn(authentication) } else { CurrentUser::HasSession(authentication) }
}

/// The step as text; an error as its id, consent as its scopes.
fn next(org: &Org, request: &AuthorizationRequest, known: Option<&CurrentUser>, allowed: &str) -> String {
    let consent = Consent { scopes: Scopes::parse(allowed), created: 0 };
    let server = org.server("default").unwrap();
    match ask_at(NOW, |moment| decide(org, server, request, known, &consent, moment)).0 {
        Step::SignIn => "sign in".to_owned(),
        Step::Consent(scopes) => {
            let names: Vec<_> = scopes.iter().map(|scope| scope.name.as_str()).collect();
            format!("consent {}", names.join(" "))
        }
        Step::SignInAtProvider(provider) => format!("sign in at {provider}"),
        Step::Prove(_) => "prove more".to_owned(),
        Step::Respond(_) => "respond".to_owned(),
        Step::Fail(error) => error.id.row().id.to_owned(),
    }
}

#[test]
fn a_session_is_used_unless_prompt_or_max_age_requires_a_new_sign_in() {
    let org = market();
    for (extra, ago, fresh, expected) in [
        (&[][..], 100, false, "respond"),
        (&[("prompt", "login")], 100, false, "sign in"),
        (&[("prompt", "login")], 0, true, "respond"),
        (&[("max_age", "100")], 100, false, "respond"),
        (&[("max_age", "99")], 100, false, "sign in"),
        (&[("max_age", "99"), ("prompt", "none")], 100, false, "app_sign_on_required"),
        (&[("max_age", "0")], 0, true, "respond"),
        (&[("prompt", "none")], 100, false, "respond"),
    ] {
        let request = request(&org, WEB, "openid", extra);
        let known = signed_in("buyer", &org, ago, fresh);
        assert_eq!(next(&org, &request, Some(&known), ""), expected, "{extra:?} {ago} {fresh}");
    }
    assert_eq!(next(&org, &request(&org, WEB, "openid", &[]), None, ""), "sign in");
    assert_eq!(next(&org, &request(&org, WEB, "openid", &[("prompt", "none")]), None, ""), "login_required");
}

#[test]
fn the_session_of_a_suspended_user_is_ignored() {
    let org = changed(|document| document.users[1].status = UserStatus::Suspended);
    let known = signed_in("buyer", &org, 10, false);
    assert_eq!(next(&org, &request(&org, WEB, "openid", &[]), Some(&known), ""), "sign in");
}

#[test]
fn the_assignment_is_checked_before_the_policy() {
    let org = market();
    let known = signed_in("unassigned", &org, 0, true);
    assert_eq!(next(&org, &request(&org, WEB, "openid orders:update", &[]), Some(&known), ""), "user_not_assigned");
    let known = signed_in("denied", &org, 0, true);
    assert_eq!(next(&org, &request(&org, WEB, "openid", &[]), Some(&known), ""), "no_matching_policy");
}

#[test]
fn consent_is_required_as_in_oktas_table() {
    let trusted = changed(|document| {
        let partner = document.apps.iter_mut().find(|app| app.id == PARTNER).unwrap();
        partner.settings.oauth_client.consent_method = ConsentMethod::Trusted;
    });
    let flexible = changed(|document| {
        let scopes = &mut document.authorization_servers[0].scopes;
        scopes.iter_mut().find(|scope| scope.name == "orders:read:user").unwrap().consent = ScopeConsent::Flexible;
    });
    let required = market();
    let scope = "openid orders:read:user";
    let consent = "consent orders:read:user";
    for (org, extra, allowed, expected) in [
        (&required, &[][..], "", consent),
        (&required, &[], "orders:read:user", "respond"),
        (&required, &[("prompt", "consent")], "orders:read:user", consent),
        (&required, &[("prompt", "none")], "", "consent_required"),
        (&required, &[("prompt", "none")], "orders:read:user", "respond"),
        (&flexible, &[], "", consent),
        (&trusted, &[], "", "respond"),
        (&trusted, &[("prompt", "none")], "", "respond"),
        (&trusted, &[("prompt", "consent")], "", consent),
    ] {
        let request = request(org, PARTNER, scope, extra);
        let known = signed_in("buyer", org, 10, false);
        assert_eq!(next(org, &request, Some(&known), allowed), expected, "{extra:?} {allowed}");
    }
    let implicit = request(&required, PARTNER, "openid profile", &[("prompt", "consent")]);
    let known = signed_in("buyer", &required, 10, false);
    assert_eq!(next(&required, &implicit, Some(&known), ""), "respond");
}

#[test]
fn an_interclient_token_of_an_app_that_is_no_longer_trusted_is_rejected() {
    let second = "0oamarketsecond005d7";
    let waiting = || InterclientGrant {
        client_id: "0oamarketdevsso005d7".into(),
        access_token: "AT.1".into(),
        state: InterclientGrantState::Issued(SignedIn::by_password("00ubuyer0000000005d7", NOW)),
    };
    let ask = |org: &Org, record: &mut InterclientGrant, revoked| {
        let request = request(org, second, "openid", &[]);
        redeem_interclient_token(org, &request, record, revoked)
            .map(|proof| proof.user_id)
            .map_err(|error| error.id.row().id)
    };
    let mut record = waiting();
    assert_eq!(ask(&market(), &mut record, true), Err("one_time_sso_token_revoked"));
    assert_eq!(ask(&market(), &mut record, false).as_deref(), Ok("00ubuyer0000000005d7"));
    assert_eq!(ask(&market(), &mut record, false), Err("one_time_sso_token_replayed"));
    let without = changed(|org| org.apps.iter_mut().for_each(|app| app.interclient_allowed_apps.clear()));
    assert_eq!(ask(&without, &mut waiting(), false), Err("interclient_relationship_not_configured"));
    let switched_off = changed(|org| {
        let courier = org.apps.iter_mut().find(|app| app.id == "0oamarketdevsso005d7").unwrap();
        courier.status = mock_idp_core::model::Status::Inactive;
    });
    assert_eq!(ask(&switched_off, &mut waiting(), false), Err("interclient_relationship_not_configured"));
}
