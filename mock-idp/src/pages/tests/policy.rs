//! The policy of each page.

use crate::pages::view::{AboutClient, PageView, PostMessageView, SignInView};

use super::super::{asset, assets, content_security_policy};
use super::views;

#[test]
fn the_whole_policy_of_a_form_that_ends_at_an_app_limits_neither_its_target_nor_the_logo() {
    assert_eq!(
        content_security_policy(&PageView::Consent(views::consent())),
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: http: https:; base-uri 'none'; \
         frame-ancestors 'none'"
    );
}

/// Chromium and WebKit check `form-action` for each redirect after the form's POST, so also for those of the app.
#[test]
fn pages_whose_forms_end_at_an_app_have_no_form_action() {
    for (name, view) in views::every_page() {
        let policy = content_security_policy(&view);
        let directive = policy.split("; ").find(|directive| directive.starts_with("form-action"));
        let expected = match view {
            PageView::SignIn(_)
            | PageView::Recovery(_)
            | PageView::Proofs(_)
            | PageView::KeepMeSignedIn(_)
            | PageView::Consent(_)
            | PageView::FormPost(_)
            | PageView::Activation(_) => None,
            PageView::Backchannel(_) | PageView::SignOut(_) => Some("form-action 'self'"),
            PageView::Home(_)
            | PageView::Error(_)
            | PageView::SignedOut(_)
            | PageView::MagicLink(_)
            | PageView::PostMessage(_)
            | PageView::CheckSession(_) => Some("form-action 'none'"),
        };
        assert_eq!(directive, expected, "{name}");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{name}: {policy}");
    }
}

#[test]
fn frames_of_clients_may_redirect_to_any_host() {
    let with = content_security_policy(&PageView::SignedOut(views::single_sign_out()));
    assert!(with.ends_with("; frame-src http: https:"), "{with}");
    let without = content_security_policy(&PageView::SignedOut(views::signed_out(true)));
    assert!(!without.contains("frame-src"), "{without}");
}

#[test]
fn an_image_of_another_host_is_allowed_for_a_logo_only() {
    let policy = |logo: &str| {
        let about = AboutClient { logo_uri: Some(logo.to_owned()), ..AboutClient::default() };
        content_security_policy(&PageView::SignIn(SignInView { about, ..views::identifier() }))
    };
    assert!(policy("https://cdn.example/logo.png").contains("img-src 'self' data: http: https:;"));
    assert!(policy("javascript:alert(1)").contains("img-src 'self' data:;"));
}

/// Chromium 156: "contains an invalid source: 'http://[::1]:9302'. It will be ignored."
#[test]
fn the_embedder_of_a_message_is_its_origin_or_scheme() {
    for (origin, expected) in [
        ("http://localhost:7803", "http://localhost:7803"),
        ("https://shop.example", "https://shop.example"),
        ("http://10.0.0.7:3000", "http://10.0.0.7:3000"),
        ("http://[::1]:8080", "http:"),
        ("com.example.app:/callback", "com.example.app:"),
        ("garbage", "'none'"),
        ("", "'none'"),
    ] {
        let view = PostMessageView { target_origin: origin.to_owned(), ..views::post_message() };
        let policy = content_security_policy(&PageView::PostMessage(view));
        assert!(policy.contains(&format!("; frame-ancestors {expected}; ")), "{origin}: {policy}");
    }
}

#[test]
fn nothing_in_an_origin_can_add_a_directive() {
    for hostile in [
        "https://evil.example;script-src *",
        "https://a;script-src%20*/cb",
        "https://a,b.example/",
        "https://x.example/;script-src 'unsafe-inline'",
        "x:;script-src *",
    ] {
        let view = PostMessageView { target_origin: hostile.to_owned(), ..views::post_message() };
        let policy = content_security_policy(&PageView::PostMessage(view));
        assert_eq!(policy.matches(';').count(), 6, "{hostile}: {policy}");
        assert!(!policy.contains("script-src *") && !policy.contains("unsafe"), "{hostile}: {policy}");
        assert!(policy.is_ascii(), "{policy}");
    }
}

#[test]
fn assets_are_found_by_their_hashed_name_only() {
    for (file, content_type) in [
        ("page.css", "text/css; charset=utf-8"),
        ("sign-in.js", "text/javascript; charset=utf-8"),
        ("copy.js", "text/javascript; charset=utf-8"),
        ("journal.js", "text/javascript; charset=utf-8"),
        ("form-post.js", "text/javascript; charset=utf-8"),
        ("signed-out.js", "text/javascript; charset=utf-8"),
        ("check-session.js", "text/javascript; charset=utf-8"),
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
    assert!(css.len() <= 20 * 1024, "{} bytes", css.len());
    assert!(!css.contains("url(") && !css.contains("@import"));
}

#[test]
fn a_post_message_page_runs_its_one_script_and_may_be_embedded_by_the_app_alone() {
    let policy = content_security_policy(&PageView::PostMessage(views::post_message()));
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'self'; script-src 'nonce-0123456789abcdef0123456789abcdef'; \
         img-src 'self' data:; base-uri 'none'; frame-ancestors http://localhost:7803; form-action 'none'"
    );
}

#[test]
fn a_check_session_page_may_be_embedded_by_any_app_and_runs_its_file_only() {
    let policy = content_security_policy(&PageView::CheckSession(views::check_session()));
    assert!(policy.contains("; script-src 'self'; "), "{policy}");
    assert!(policy.contains("; frame-ancestors http: https:; "), "{policy}");
}

#[test]
fn only_a_page_that_waits_for_the_phone_connects_to_the_mock() {
    for (name, view) in views::every_page() {
        let connects = content_security_policy(&view).ends_with("; connect-src 'self'");
        assert_eq!(connects, matches!(&*name, "proof_push_number" | "proof_enroll_app"), "{name}");
    }
}
