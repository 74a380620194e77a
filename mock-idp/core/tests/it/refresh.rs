//! Refresh tokens: rotation, grace period, reuse, idle window, and what invalidates them.

use mock_idp_core::endpoint::client_authentication::{self, CalledEndpoint};
use mock_idp_core::endpoint::token::{
    LoadedRecord, NewRefreshToken, Redeemed, RedemptionError, RevokedTokens, TokenRequest, admit, redeem,
};
use mock_idp_core::ledger::{
    Authentication, Authorization, FamilyState, RefreshTokens, ReusedRefreshToken, TokenFamily,
};
use mock_idp_core::model::{Status, TokenLifetimes, UserStatus};
use mock_idp_core::org::{Org, Urls};
use mock_idp_core::protocol::{ErrorId, Parameters, RequestedClaims, Scopes};

use crate::market::{NOW, ask_at, changed, market};

const NATIVE: &str = "0oamarketnative005d7";
const SPA: &str = "0oamarketspa000005d7";
const DAY: i64 = 24 * 3600;

fn family(client_id: &str) -> TokenFamily {
    TokenFamily {
        authorization: Authorization {
            server: "ausmarket000000005d7".into(),
            client_id: client_id.into(),
            authentication: Some(Authentication {
                user_id: "00ubuyer0000000005d7".into(),
                auth_time: NOW - 60,
                amr: vec!["pwd".into()],
                proofs: Vec::new(),
                idp: None,
                session_id: "idx".into(),
            }),
            scopes: Scopes::parse("openid offline_access products:read"),
            acr: None,
            lifetimes: TokenLifetimes {
                access_token_lifetime_minutes: 60,
                refresh_token_lifetime_minutes: 30 * 24 * 60,
                refresh_token_window_minutes: 7 * 24 * 60,
            },
            claims: RequestedClaims::default(),
            device_secret_hash: None,
            rule_id: None,
            request: None,
        },
        created: NOW,
        expires: Some(NOW + 30 * DAY),
        bound_to: None,
        state: FamilyState::Active(RefreshTokens::first("first".into(), NOW + 7 * DAY)),
    }
}

fn refresh(
    org: &Org,
    family: &mut TokenFamily,
    caller: &str,
    token: &str,
    now: i64,
) -> Result<Redeemed, RedemptionError> {
    let body: Parameters =
        [("grant_type", "refresh_token"), ("client_id", caller), ("refresh_token", token)].into_iter().collect();
    let request = TokenRequest { body, ..TokenRequest::default() };
    let unverified = client_authentication::identify(org, request.credential_sources(), "token")?;
    let urls = Urls::at("http://localhost");
    let called = CalledEndpoint { urls: &urls, server: org.org_server(), endpoint: "token" };
    let client = unverified.verify(called, None, now)?.client;
    let server = org.server("default").unwrap();
    let grant = admit(org, server, &urls, client, &request, None)?;
    let record = LoadedRecord::RefreshToken { token, family_id: "oar1", family };
    ask_at(now, |moment| redeem(&grant, record, moment)).0
}

/// The refresh token of an answer, if there is a new one.
fn new_token(redeemed: Result<Redeemed, RedemptionError>) -> Option<String> {
    let Redeemed::Tokens(redemption) = redeemed.unwrap() else { panic!("no tokens") };
    redemption.refresh_token.map(|new| {
        let NewRefreshToken::Further { family_id, token, .. } = new else { panic!("a new family") };
        assert_eq!(family_id, "oar1");
        token
    })
}

#[test]
fn a_rotated_token_is_accepted_within_the_grace_period() {
    let (org, mut family) = (market(), family(NATIVE));
    let second = new_token(refresh(&org, &mut family, NATIVE, "first", NOW)).unwrap();
    assert_ne!(second, "first");
    assert!(new_token(refresh(&org, &mut family, NATIVE, "first", NOW + 29)).is_some());
    assert!(!family.is_revoked());
    let late = refresh(&org, &mut family, NATIVE, "first", NOW + 30).unwrap_err();
    assert_eq!(late.error.id, ErrorId::InvalidRefreshToken);
    assert_eq!(late.revokes, Some(RevokedTokens { access_token: None, family: Some("oar1".into()) }));
    assert!(family.is_revoked());
    assert!(refresh(&org, &mut family, NATIVE, &second, NOW + 31).is_err());
}

#[test]
fn each_use_of_a_token_within_its_grace_period_gives_a_token_that_can_be_used() {
    let tokens = RefreshTokens::first("first".into(), NOW + DAY);
    let tokens = tokens.redeem("first", Some("second"), 30, NOW).unwrap();
    let tokens = tokens.redeem("first", Some("third"), 30, NOW + 29).unwrap();
    assert!(tokens.is_current("second") && tokens.is_current("third") && !tokens.is_current("first"));
    for token in ["second", "third"] {
        let used = tokens.clone().redeem(token, Some("fourth"), 30, NOW + 40).unwrap();
        assert!(!used.is_current(token) && used.is_current("fourth"), "{token}");
        assert_eq!(used.redeem("first", Some("fifth"), 30, NOW + 40), Err(ReusedRefreshToken), "{token}");
    }
    assert_eq!(tokens.redeem("first", Some("fourth"), 30, NOW + 30), Err(ReusedRefreshToken));
}

#[test]
fn without_a_grace_period_a_second_use_revokes_the_family() {
    let (org, mut family) = (market(), family(SPA));
    new_token(refresh(&org, &mut family, SPA, "first", NOW)).unwrap();
    assert!(refresh(&org, &mut family, SPA, "first", NOW).is_err());
    assert!(family.is_revoked());
}

#[test]
fn without_a_grace_period_a_second_use_with_an_earlier_time_revokes_the_family() {
    let (org, mut family) = (market(), family(SPA));
    new_token(refresh(&org, &mut family, SPA, "first", NOW + 1)).unwrap();
    assert!(refresh(&org, &mut family, SPA, "first", NOW).is_err());
    assert!(family.is_revoked());
}

#[test]
fn a_rotated_token_is_accepted_within_the_grace_period_with_an_earlier_time() {
    let (org, mut family) = (market(), family(NATIVE));
    new_token(refresh(&org, &mut family, NATIVE, "first", NOW + 1)).unwrap();
    assert!(new_token(refresh(&org, &mut family, NATIVE, "first", NOW)).is_some());
}

#[test]
fn each_use_extends_the_idle_window_but_not_the_lifetime() {
    let (org, mut family) = (market(), family(NATIVE));
    let mut token = "first".to_owned();
    for day in [6, 12, 18, 24, 29] {
        token = new_token(refresh(&org, &mut family, NATIVE, &token, NOW + day * DAY)).unwrap();
    }
    assert!(refresh(&org, &mut family, NATIVE, &token, NOW + 30 * DAY).is_err(), "the absolute end");

    let mut idle = self::family(NATIVE);
    assert!(refresh(&org, &mut idle, NATIVE, "first", NOW + 7 * DAY).is_err(), "the idle window");
    let mut unlimited = self::family(NATIVE);
    unlimited.expires = None;
    unlimited.state = FamilyState::Active(RefreshTokens::first("first".into(), NOW + 400 * DAY));
    assert!(refresh(&org, &mut unlimited, NATIVE, "first", NOW + 399 * DAY).is_ok());
}

#[test]
fn a_family_is_rejected_for_other_clients_and_servers() {
    let (org, mut family) = (market(), family(NATIVE));
    let error = refresh(&org, &mut family, SPA, "first", NOW).unwrap_err();
    assert_eq!((error.error.id, error.revokes), (ErrorId::InvalidRefreshToken, None));
    family.authorization.server = "00omarket000000005d7".into();
    let error = refresh(&org, &mut family, NATIVE, "first", NOW).unwrap_err();
    assert_eq!(error.error.id, ErrorId::MismatchedAuthorizationServer);
}

#[test]
fn a_family_is_rejected_after_the_user_the_assignment_or_the_server_is_removed() {
    let buyer = "00ubuyer0000000005d7";
    let suspended = changed(|document| {
        document.users.iter_mut().find(|user| user.id == buyer).unwrap().status = UserStatus::Suspended;
    });
    let unassigned = changed(|document| {
        document.apps.iter_mut().find(|app| app.id == NATIVE).unwrap().assignments.as_mut().unwrap().groups.clear();
    });
    let switched_off = changed(|document| document.authorization_servers[0].status = Status::Inactive);
    for (org, reason) in [
        (suspended, "buyer@example.test is SUSPENDED"),
        (unassigned, "buyer@example.test is no longer assigned to 0oamarketnative005d7"),
        (switched_off, "the authorization server default is inactive"),
    ] {
        let error = refresh(&org, &mut family(NATIVE), NATIVE, "first", NOW).unwrap_err().error;
        assert_eq!((error.id, error.reason.as_str()), (ErrorId::InvalidRefreshToken, reason));
    }
    let no_client = changed(|document| {
        document.apps.iter_mut().find(|app| app.id == NATIVE).unwrap().status = Status::Inactive;
    });
    let error = refresh(&no_client, &mut family(NATIVE), NATIVE, "first", NOW).unwrap_err().error;
    assert_eq!(error.id, ErrorId::InvalidClientId);
}
