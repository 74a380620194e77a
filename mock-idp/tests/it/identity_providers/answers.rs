//! What the provider answers, and who comes back with it.

use serde_json::json;

use super::{BUYER, Federation, PROBLEM, journal, post};
use crate::flow::{browser, location, parameter};

#[tokio::test]
async fn the_request_to_the_provider_has_what_its_object_says() {
    let federation =
        Federation::offered(|provider| provider["protocol"]["credentials"]["client"]["pkce_required"] = json!(true))
            .await;
    let request = federation.leave().await;
    let partners = format!("{}/_org/partners/oauth2/v1/authorize?", federation.mock.url());
    assert!(request.starts_with(&partners), "{request}");
    let callback = format!("{}/oauth2/v1/authorize/callback", federation.mock.url());
    for (name, value) in [
        ("client_id", super::CLIENT),
        ("redirect_uri", &callback),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&request, name).as_deref(), Some(value), "{name}");
    }
    // The verifier that is redeemed belongs to the challenge.
    let back = federation.sign_in_there(&request, "buyer@example.test").await;
    assert_eq!(federation.id_token(&federation.arrive(&back).await).await["sub"], BUYER);
}

#[tokio::test]
async fn the_journal_does_not_show_the_state_of_the_request() {
    let federation = Federation::offered(|_| {}).await;
    let request = federation.leave().await;
    let callback = federation.sign_in_there(&request, "buyer@example.test").await;
    federation.arrive(&callback).await;
    let silent = location(&federation.authorize(&[("prompt", "none")]).await);
    let journal = journal(&federation.mock).await;
    for name in ["state", "nonce"] {
        let secret = parameter(&request, name).unwrap();
        assert!(!journal.contains(&secret), "{name} in {journal}");
    }
    assert!(journal.contains("/_org/partners/oauth2/v1/authorize?"), "the rest is shown: {journal}");
    let of_client = format!("state={}", parameter(&silent, "state").unwrap());
    assert!(journal.contains(&of_client), "and so is the state of clients: {journal}");
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_shown_on_the_page_with_its_button() {
    let federation = Federation::offered(|_| {}).await;
    let state = parameter(&federation.leave().await, "state").unwrap();
    let callback = format!(
        "{}/oauth2/v1/authorize/callback?state={state}&error=access_denied&error_description=Not+now",
        federation.mock.url()
    );
    let page = federation.arrive(&callback).await;
    assert!(page.contains("social-auth-general-idp-button"), "{page}");
    federation.assert_fails(&page, "the identity provider answered with `access_denied`: Not now").await;
}

#[tokio::test]
async fn a_wrong_id_token_signs_no_user_in() {
    let mut federation = Federation::offered(|_| {}).await;
    let faults = "/_org/partners/_mock/faults";
    for (fault, reason) in [
        ("id_token.bad-signature", "the signature is wrong"),
        ("id_token.foreign-key", "the signature is wrong"),
        ("id_token.unknown-kid", "no key"),
        ("id_token.alg-none", "the algorithm none is not accepted"),
        ("id_token.public-key-as-secret", "the signature is wrong"),
        ("id_token.wrong-issuer", "the issuer is"),
        ("id_token.wrong-audience", "it is not for the client"),
        ("id_token.second-audience", "another client is the authorized party"),
        ("id_token.wrong-nonce", "the nonce is not that of the request"),
        ("id_token.expired", "it has expired"),
        ("id_token.issued-in-future", "it was issued in the future"),
        ("id_token.wrong-subject", "the `sub` of userinfo is not that of the ID token"),
        ("id_token.missing-sub", "it has no `sub`"),
    ] {
        post(&federation.mock, faults, json!({ "name": fault, "times": 1 })).await;
        // A provider with a session would not ask again.
        federation.browser = browser();
        let page = federation.sign_in("buyer@example.test").await;
        assert!(page.contains(PROBLEM), "{fault}: {page}");
        let journal = journal(&federation.mock).await;
        assert!(journal.contains(reason), "{fault}: {reason}");
        assert_eq!(federation.links().await, [], "{fault}");
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_in_one_browser() {
    let federation = Federation::offered(|_| {}).await;
    let request = federation.leave().await;
    let callback = federation.sign_in_there(&request, "buyer@example.test").await;
    // Another browser neither signs in with it nor uses it up.
    let foreign = browser().get(&callback).send().await.unwrap();
    assert_eq!(foreign.status(), 400);
    let arrived = federation.get(&callback).await;
    assert_eq!(arrived.status(), 302);
    assert_eq!(federation.id_token(&location(&arrived)).await["sub"], BUYER);
    assert_eq!(federation.get(&callback).await.status(), 400);
}

#[tokio::test]
async fn a_provider_that_is_not_offered_is_not_visited() {
    let federation = Federation::start(|_| {}).await;
    let page = federation.authorize(&[]).await.text().await.unwrap();
    assert!(!page.contains("social-auth"), "{page}");
    let handle = crate::flow::state_handle(&page);
    let url = format!("{}/sso/idps/{}?stateToken={handle}", federation.mock.url(), federation.provider);
    assert_eq!(federation.get(&url).await.status(), 400);
}
