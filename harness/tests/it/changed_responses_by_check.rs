//! Flaws for all checks that no other file tests, each with the check that must fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::changed_responses::detects;

/// A sign-in form.
const SIGN_IN: &str = "<form method=post><input name=identifier><input type=password name=p></form>";

/// A form that asks for consent.
const CONSENT: &str = "<form method=post><button name=consent value=allow>Allow</button>\
                       <button name=consent value=deny>Deny</button></form>";

detects! {
    access_token_in_four_parts: "code.web.custom", "access-token.readable",
        |response| response.body = response.body.replace("\"access_token\":\"", "\"access_token\":\"x.");
    access_token_with_a_type: "code.web.custom", "access-token.header",
        |response| response.rehead_access(|header| drop(header.insert("typ".into(), json!("JWT"))));
    access_token_for_another_client: "code.web.custom", "access-token.cid",
        |response| response.reclaim_access(|claims| drop(claims.insert("cid".into(), json!("other"))));
    access_token_that_lives_longer: "code.web.custom", "access-token.lifetime",
        |response| response.reclaim_access(|claims| drop(claims.insert("iat".into(), json!(1))));
    access_token_of_another_version: "code.web.custom", "access-token.ver",
        |response| response.reclaim_access(|claims| drop(claims.insert("ver".into(), json!("1"))));
    access_token_with_another_id: "code.web.custom", "access-token.jti",
        |response| response.reclaim_access(|claims| drop(claims.insert("jti".into(), json!("AT.short"))));
    access_token_with_another_sub: "code.web.custom", "access-token.sub",
        |response| response.reclaim_access(|claims| drop(claims.insert("sub".into(), json!("other"))));
    access_token_with_another_user_id: "code.web.custom", "access-token.uid",
        |response| response.reclaim_access(|claims| drop(claims.insert("uid".into(), json!("00uother"))));
    org_access_token_with_a_published_key: "code.web.org", "access-token.opaque",
        |response| {
            response.body = response.body.replacen("\"kid\":\"", "\"kid\":\"known\",\"was\":\"", 1);
            response.rehead_access(|header| drop(header.insert("kid".into(), json!("known"))));
        };
    org_access_token_of_another_type: "code.web.org", "access-token.org-header",
        |response| response.rehead_access(|header| drop(header.insert("typ".into(), json!("JWT"))));
    org_access_token_with_another_aud: "code.web.org", "access-token.org-aud",
        |response| response.reclaim_access(|claims| drop(claims.insert("aud".into(), json!("elsewhere"))));

    scopes_refused_with_another_error: "scopes.buyer.web.update", "scope.refused",
        |response| response.relocate(|location| location.replace("access_denied", "server_error"));
    scopes_refused_elsewhere: "scopes.buyer.web.update", "scope.refused-where",
        |response| response.relocate(|location| location.replace("/callback", "/elsewhere"));
    scopes_for_another_time: "scopes.admin.web.all", "scope.lifetime",
        |response| response.reclaim_access(|claims| drop(claims.insert("iat".into(), json!(1))));

    response_at_another_path: "code.web.custom", "callback.arrives",
        |response| response.relocate(|location| location.replace("/callback", "/elsewhere"));
    response_without_a_code: "code.web.custom", "callback.code",
        |response| response.relocate(|location| location.replace("code=", "kode="));
    response_with_an_unrequested_id_token: "hybrid.code-token.oidcc-server", "callback.id-token",
        |response| response.relocate(|location| format!("{location}&id_token=t"));
    error_at_another_path: "prompt.none.no-session", "refusal.redirected",
        |response| response.relocate(|location| location.replace("/callback", "/elsewhere"));
    refusal_with_another_error: "prompt.none.no-session", "refusal.error",
        |response| response.relocate(|location| location.replace("login_required", "server_error"));
    refusal_with_a_code: "prompt.none.no-session", "refusal.no-code",
        |response| response.relocate(|location| format!("{location}&code=c"));
    refusal_with_a_quotation_mark: "prompt.none.no-session", "refusal.characters",
        |response| response.relocate(|location| location.replace("description=", "description=%22"));
    prompt_login_ignored: "prompt.login", "prompt.sign-in",
        |response| if response.body.contains("<dt>Prompt</dt><dd><code>login</code>") { response.issue_a_code() };
    session_not_used: "prompt.max-age.within", "prompt.silent",
        |response| if response.at("/authorize") && response.carries("code=") { response.show(SIGN_IN) };
    consent_not_asked: "consent.allow", "consent.asked",
        |response| if response.body.contains("data-se=\"consent\"") { response.issue_a_code() };
    consent_asked_for_without_need: "consent.implicit-scope", "consent.not-asked",
        |response| if response.carries("code=") { response.show(CONSENT) };
    sign_in_refused_without_an_alert: "users.wrong-password", "sign-in.refused",
        |response| response.body = response.body.replace("role=\"alert\"", "").replace("callout", "").replace("infobox", "");

    second_factor_not_in_amr: "second-factor.question", "id-token.amr-factors",
        |response| response.reclaim(|claims| drop(claims.insert("amr".into(), json!(["pwd"]))));
    acr_of_one_factor: "second-factor.acr", "id-token.acr-met",
        |response| response.reclaim(|claims| drop(claims.insert("acr".into(), json!("urn:okta:loa:1fa:any"))));
    no_enrollment_of_a_second_factor: "second-factor.enrollment", "sign-in.asks",
        |response| if response.body.contains("authenticator-enroll-list") { response.show(SIGN_IN) };

    discovery_as_a_page: "discovery.custom.oauth", "discovery.status",
        |response| if response.at("authorization-server") { response.show("{}") };
    discovery_without_a_required_member: "discovery.custom.oauth", "discovery.required",
        |response| response.body = response.body.replace("\"response_types_supported\"", "\"response_types\"");
    discovery_without_rs256: "discovery.custom.openid", "discovery.rs256",
        |response| response.body = response.body.replace("signing_alg_values_supported\":[\"RS256\"]", "signing_alg_values_supported\":[]");
    discovery_without_openid: "discovery.custom.openid", "discovery.openid",
        |response| if response.at("configuration") { response.body = response.body.replace("\"openid\"", "\"open\"") };
    another_error_for_an_unknown_server: "discovery.unknown-server", "discovery.unknown-server",
        |response| response.body = response.body.replace("E0000007", "E0000001");
    another_error_for_an_unknown_client: "discovery.unknown-client", "discovery.unknown-client",
        |response| response.body = response.body.replace("invalid_client", "invalid_request");
    two_documents_for_one_server: "discovery.custom.insertion", "discovery.same",
        |response| if response.at("/oauth-authorization-server/oauth2/default") { response.body.push(' ') };

    token_that_may_be_stored: "headers.token", "headers.not-stored",
        |response| drop(response.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public")));
    preflight_with_a_body: "cors.preflight", "cors.preflight",
        |response| response.status = StatusCode::OK;
    preflight_without_post: "cors.preflight", "cors.method",
        |response| drop(response.headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET")));

    hook_that_no_rule_names: "hooks.patch", "hook.called",
        |response| if response.body.starts_with('[') { response.body = "[]".to_owned(); };
    token_without_the_claim_of_the_hook: "hooks.patch", "hook.patched",
        |response| response.reclaim_access(|claims| drop(claims.remove("harness_level")));
    claim_of_a_hook_with_a_refused_command: "hooks.all-or-nothing", "hook.all-or-nothing",
        |response| response.reclaim_access(|claims| drop(claims.insert("harness_level".into(), json!("gold"))));
    error_without_the_text_of_the_hook: "hooks.error", "hook.error",
        |response| response.body = response.body.replace("allows no token", "allows a token");
    claim_of_a_hook_that_failed: "hooks.unavailable", "hook.unavailable",
        |response| response.reclaim_access(|claims| drop(claims.insert("harness_level".into(), json!("gold"))));

    id_token_missing: "code.web.custom", "id-token.present",
        |response| response.body = response.body.replace("\"id_token\":", "\"it\":");
    id_token_in_four_parts: "code.web.custom", "id-token.readable",
        |response| response.body = response.body.replace("\"id_token\":\"", "\"id_token\":\"x.");
    id_token_that_lives_longer: "code.web.custom", "id-token.lifetime",
        |response| response.reclaim(|claims| drop(claims.insert("iat".into(), json!(1))));
    unrequested_nonce: "basic.oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "id-token.no-nonce",
        |response| response.reclaim(|claims| drop(claims.insert("nonce".into(), json!("n"))));
    auth_time_changes_without_a_sign_in: "basic.oidcc-refresh-token", "id-token.same-auth-time",
        |response| response.reclaim(|claims| { let iat = claims["iat"].clone(); claims.insert("auth_time".into(), iat); });
    auth_time_unchanged_after_a_sign_in: "prompt.login", "id-token.newer-auth-time",
        |response| response.reclaim(|claims| drop(claims.insert("auth_time".into(), json!(1_790_000_000))));
    at_hash_without_an_access_token: "response.implicit.id-token", "id-token.no-at-hash",
        |response| response.reclaim(|claims| drop(claims.insert("at_hash".into(), json!("h"))));
    id_token_of_another_version: "code.web.custom", "id-token.ver",
        |response| response.reclaim(|claims| drop(claims.insert("ver".into(), json!("1"))));
    id_token_with_another_id: "code.web.custom", "id-token.jti",
        |response| response.reclaim(|claims| drop(claims.insert("jti".into(), json!("ID.short"))));
    id_token_with_a_type: "code.web.custom", "id-token.header",
        |response| response.rehead(|header| drop(header.insert("typ".into(), json!("JWT"))));
    thin_id_token_with_more_claims: "code.web.custom", "id-token.thin",
        |response| response.reclaim(|claims| drop(claims.insert("given_name".into(), json!("Ben"))));
    fat_id_token_with_fewer_claims: "response.implicit.id-token", "id-token.fat",
        |response| response.reclaim(|claims| drop(claims.remove("family_name")));

    id_jag_with_token_type_bearer: "cross-app.agent", "id-jag.answer",
        |response| response.body = response.body.replace("\"N_A\"", "\"Bearer\"");
    id_jag_of_another_type: "cross-app.agent", "id-jag.header",
        |response| response.rehead_access(|header| if header["typ"] == "oauth-id-jag+jwt" { header.insert("typ".into(), json!("JWT")); });
    id_jag_with_an_invalid_signature: "cross-app.agent", "id-jag.signature",
        |response| response.reclaim_access(|claims| drop(claims.insert("email".into(), json!("other@example.test"))));
    id_jag_with_another_sub: "cross-app.agent", "id-jag.claims",
        |response| response.reclaim_access(|claims| drop(claims.insert("sub".into(), json!("00uother"))));
    id_jag_without_an_actor: "cross-app.agent", "id-jag.act",
        |response| response.reclaim_access(|claims| drop(claims.remove("act")));
    id_jag_that_lives_longer: "cross-app.agent", "id-jag.lifetime",
        |response| response.reclaim_access(|claims| drop(claims.insert("iat".into(), json!(1))));
    id_jag_redeemed_for_another_user: "cross-app.agent", "id-jag.redeemed",
        |response| if response.at("/default/v1/token") {
            response.reclaim_access(|claims| drop(claims.insert("uid".into(), json!("00uother"))));
        };

    id_token_only_signed: "encryption.rsa-oaep-256", "encryption.compact",
        |response| response.body = response.body.replace("\"id_token\":\"", "\"id_token\":\"a.b.c\",\"was\":\"");
    id_token_encrypted_by_another_algorithm: "encryption.rsa-oaep-256", "encryption.alg",
        |response| response.rehead(|header| drop(header.insert("alg".into(), json!("RSA-OAEP"))));
    content_encrypted_by_another_algorithm: "encryption.rsa-oaep-256", "encryption.enc",
        |response| response.rehead(|header| drop(header.insert("enc".into(), json!("A128GCM"))));
    encrypted_id_token_without_cty: "encryption.rsa-oaep-256", "encryption.cty",
        |response| response.rehead(|header| drop(header.remove("cty")));
    id_token_for_another_key: "encryption.rsa-oaep-256", "encryption.kid",
        |response| response.rehead(|header| drop(header.insert("kid".into(), json!("other"))));
    encrypted_id_token_with_a_changed_header: "encryption.rsa-oaep-384", "encryption.opens",
        |response| response.rehead(|header| drop(header.insert("typ".into(), json!("JWT"))));
    id_token_given_twice: "encryption.refresh", "encryption.fresh",
        |response| if response.at("/v1/token") { response.succeed("AGAIN") };

    interclient_token_with_token_type_bearer: "interclient.hand-over", "interclient.answer",
        |response| response.body = response.body.replace("\"N_A\"", "\"Bearer\"");

    introspection_that_fails: "introspect.access-token", "introspection.status",
        |response| if response.at("/introspect") { response.status = StatusCode::INTERNAL_SERVER_ERROR };
    valid_token_introspected_as_inactive: "introspect.access-token", "introspection.active",
        |response| if response.at("/introspect") { response.succeed("{\"active\":false}") };
    introspection_without_a_member: "introspect.access-token", "introspection.members",
        |response| if response.at("/introspect") { response.body = response.body.replace("\"jti\"", "\"id\"") };
    introspection_of_another_scope: "introspect.access-token", "introspection.scope",
        |response| if response.at("/introspect") { response.body = response.body.replace("openid", "open") };
    introspection_of_another_client: "introspect.access-token", "introspection.client",
        |response| if response.at("/introspect") { response.body = response.body.replace("0oamarketweb", "0oaother") };
    introspection_of_another_user: "introspect.access-token", "introspection.username",
        |response| if response.at("/introspect") { response.body = response.body.replace("buyer@", "admin@") };
    introspection_of_another_type: "introspect.access-token", "introspection.type",
        |response| if response.at("/introspect") { response.body = response.body.replace("Bearer", "DPoP") };
    revocation_refused: "revoke.refresh-token", "revocation.status",
        |response| if response.at("/revoke") { response.status = StatusCode::BAD_REQUEST };
    revocation_of_too_much: "revoke.access-token", "revocation.no-cascade",
        |response| if response.at("/introspect") { response.succeed("{\"active\":false}") };

    no_keys: "keys.custom", "keys.not-empty",
        |response| if response.at("/keys") { response.body = "{\"keys\":[]}".to_owned() };
    keys_for_encryption: "keys.custom", "keys.usable",
        |response| if response.at("/keys") { response.body = response.body.replace("\"sig\"", "\"enc\"") };

    signed_out_and_not_led_back: "logout.redirect", "logout.led-back",
        |response| if response.at("/logout") { response.show("<main data-se=signed-out></main>") };
    signed_out_with_another_state: "logout.redirect", "logout.state",
        |response| if response.at("/logout") { response.relocate(|location| location.replace("state=", "state=x")) };
    session_that_outlives_signing_out: "logout.redirect", "logout.session-over",
        |response| response.relocate(|location| location.replace("error=login_required", "code=c"));
    forged_hint_trusted: "logout.forged-hint", "logout.not-led-back",
        |response| if response.at("/logout") { response.redirect_to("http://localhost:7803/signed-out?state=s") };
    forged_hint_that_ends_the_session: "logout.forged-hint", "logout.session-alive",
        |response| if response.at("/authorize") { response.relocate(|location| location.replace("code=", "kode=")) };

    token_of_another_type: "service.basic", "token.type",
        |response| response.body = response.body.replace("\"Bearer\"", "\"MAC\"");
    token_that_has_ended_already: "service.basic", "token.expires-in",
        |response| response.body = response.body.replace("\"expires_in\":", "\"expires_in\":-");
    refresh_token_left_out: "refresh.static.custom", "token.refresh-issued",
        |response| response.body = response.body.replace("\"refresh_token\":", "\"kept_token\":");
    refresh_token_for_a_machine: "service.basic", "token.refresh-not-issued",
        |response| response.body = response.body.replacen('{', "{\"refresh_token\":\"r\",", 1);
    static_token_that_rotates: "refresh.static.custom", "refresh.not-rotated",
        |response| if response.refreshes() {
            response.body = response.body.replacen('{', "{\"refresh_token\":\"another\",", 1);
        };
    refresh_without_a_new_access_token: "refresh.static.custom", "refresh.new-access-token",
        |response| if response.at("/v1/token") { response.succeed("AGAIN") };
    grace_period_ignored: "refresh.leeway", "refresh.leeway",
        |response| {
            static REFRESHES: AtomicUsize = AtomicUsize::new(0);
            if response.refreshes() && REFRESHES.fetch_add(1, Ordering::Relaxed) == 1 {
                response.status = StatusCode::BAD_REQUEST;
            }
        };
    refusal_as_a_page: "token.missing-code", "token-error.json",
        |response| drop(response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html")));
    refusal_in_another_envelope: "token.unknown-client", "token-error.envelope",
        |response| response.body = response.body.replace("errorCode", "error");

    userinfo_that_fails: "userinfo.get.custom", "userinfo.status",
        |response| if response.at("/userinfo") { response.status = StatusCode::INTERNAL_SERVER_ERROR };
    userinfo_as_a_page: "userinfo.get.custom", "userinfo.json",
        |response| if response.at("/userinfo") { let body = response.body.clone(); response.show(&body) };
    userinfo_of_another_type: "userinfo.get.custom", "userinfo.types",
        |response| if response.at("/userinfo") { response.body = response.body.replace("\"email_verified\":true", "\"email_verified\":\"true\"") };
    challenge_for_another_reason: "userinfo.bad-token", "bearer.error",
        |response| drop(response.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"other\"")));
    volatile_claim_of_another_form: "matrix.market-demo.buyer@example.test.default.authorization_code.openid", "claims.volatile",
        |response| response.reclaim(|claims| drop(claims.insert("jti".into(), json!("other"))));
}
