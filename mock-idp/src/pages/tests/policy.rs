//! The policy of each page, and the answers a browser gave to it.

use crate::pages::view::{PageView, SignInView};

use super::super::{asset, assets, content_security_policy};
use super::views;

const LOOPBACK: &str = "http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*";

fn form_action(redirect: &str) -> String {
    let policy = content_security_policy(&PageView::SignIn(views::identifier()), Some(redirect));
    policy.rsplit_once("form-action ").unwrap().1.to_owned()
}

#[test]
fn the_whole_policy() {
    let policy = content_security_policy(&PageView::Consent(views::consent()), Some("https://partner.example:8443"));
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: https://cdn.example; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self' https://partner.example:8443"
    );
}

#[test]
fn the_redirect_origin_may_be_posted_to() {
    assert_eq!(form_action("https://shop.example/callback?x=1#y"), "'self' https://shop.example");
    assert_eq!(form_action("https://shop.example:8443"), "'self' https://shop.example:8443");
    assert_eq!(form_action("http://10.0.0.7:3000/cb"), "'self' http://10.0.0.7:3000");
}

/// Chromium 156 blocks the second redirect, from the callback to the front end, unless its origin is listed too.
#[test]
fn on_loopback_the_app_may_redirect_on_to_its_front_end() {
    assert_eq!(form_action("http://localhost:8080/cb"), format!("'self' http://localhost:8080 {LOOPBACK}"));
    assert_eq!(form_action("https://127.0.0.1:8080/cb"), format!("'self' https://127.0.0.1:8080 {LOOPBACK}"));
    assert_eq!(form_action("http://app.localhost/cb"), format!("'self' http://app.localhost {LOOPBACK}"));
}

/// Chromium 156: "contains an invalid source: 'http://[::1]:9302'. It will be ignored."
#[test]
fn ipv6_literals_are_no_host_sources() {
    assert_eq!(form_action("http://[::1]:8080/cb"), format!("'self' http: {LOOPBACK}"));
    assert_eq!(form_action("https://[2001:db8::1]/cb"), "'self' https:");
}

#[test]
fn a_native_app_has_a_scheme_of_its_own() {
    assert_eq!(form_action("com.example.app:/callback"), "'self' com.example.app:");
    assert_eq!(form_action("com.example.app://callback/path"), "'self' com.example.app:");
    assert_eq!(form_action("com.okta.dev-1:/"), "'self' com.okta.dev-1:");
}

#[test]
fn nothing_in_a_redirect_uri_can_add_a_directive() {
    for hostile in [
        "https://evil.example;script-src *",
        "https://a;script-src%20*/cb",
        "https://a,b.example/",
        "https://x.example/;script-src 'unsafe-inline'",
        "x:;script-src *",
        "garbage",
        "",
    ] {
        let policy = content_security_policy(&PageView::SignIn(views::identifier()), Some(hostile));
        assert_eq!(policy.matches(';').count(), 6, "{hostile}: {policy}");
        assert!(!policy.contains("script-src *") && !policy.contains("unsafe"), "{hostile}: {policy}");
        assert!(policy.is_ascii(), "{policy}");
    }
}

#[test]
fn without_a_redirect_origin_the_page_s_own_data_tells_it() {
    let sign_in = SignInView { request: views::consent().request, ..views::identifier() };
    for (view, expected) in [
        (PageView::SignIn(sign_in), "'self' https://partner.example:8443".to_owned()),
        (PageView::Consent(views::consent()), "'self' https://partner.example:8443".to_owned()),
        (PageView::FormPost(views::form_post()), format!("'self' http://localhost:7802 {LOOPBACK}")),
        (PageView::Error(views::unknown_client()), "'self'".to_owned()),
        (PageView::SignedOut(views::signed_out(true)), "'self'".to_owned()),
        (PageView::SignedOut(views::single_sign_out()), "'self'; frame-src https://shop.example:8443".to_owned()),
    ] {
        let policy = content_security_policy(&view, None);
        assert_eq!(policy.rsplit_once("form-action ").unwrap().1, expected);
    }
}

#[test]
fn assets_are_found_by_their_hashed_name_only() {
    for (file, content_type) in [
        ("page.css", "text/css; charset=utf-8"),
        ("sign-in.js", "text/javascript; charset=utf-8"),
        ("form-post.js", "text/javascript; charset=utf-8"),
        ("signed-out.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let name = assets::public_name(file);
        let found = asset(name).unwrap();
        assert_eq!(found.content_type, content_type);
        assert_eq!(found.cache_control, "public, max-age=31536000, immutable");
        assert!(name.contains(found.etag.trim_matches('"')), "{name}");
        assert!(!found.body.is_empty(), "{name}");
    }
    for unknown in ["page.css", "page.0000000000000000.css", "../mod.rs", ""] {
        assert!(asset(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn the_stylesheet_stays_small_and_fetches_nothing() {
    let body = asset(assets::public_name("page.css")).unwrap().body;
    let css = std::str::from_utf8(&body).unwrap();
    assert!(css.len() <= 18 * 1024, "{} bytes", css.len());
    assert!(!css.contains("url(") && !css.contains("@import"));
}

#[test]
fn a_post_message_page_runs_its_one_script_and_may_be_embedded_by_the_app_alone() {
    let policy = content_security_policy(&PageView::PostMessage(views::post_message()), None);
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'self'; script-src 'nonce-0123456789abcdef0123456789abcdef'; \
         img-src 'self' data:; base-uri 'none'; frame-ancestors http://localhost:7803; form-action 'self'"
    );
}
