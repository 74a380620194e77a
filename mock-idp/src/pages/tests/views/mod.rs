//! Example views.

mod approvals;
mod clients;
mod proofs;
mod recovery;
mod sign_in;

use crate::pages::view::{
    Frame, HomeApp, HomeConsent, HomeFactor, HomeSession, HomeView, KeepMeSignedInView, PageView, RequestSummary,
    ShownDecision,
};
use mock_idp_core::protocol::Language;

pub(super) use approvals::*;
pub(super) use clients::*;
pub(super) use proofs::*;
use recovery::{magic_links, recoveries};
pub(super) use sign_in::*;

pub(super) fn frame() -> Frame {
    Frame {
        org_name: "Market".to_owned(),
        path_prefix: String::new(),
        request_id: "0123456789abcdef0123456789abcdef".to_owned(),
        warnings: Vec::new(),
        language: Language::English,
    }
}

pub(super) fn request() -> RequestSummary {
    RequestSummary {
        client_label: "Market demo".to_owned(),
        client_id: "0oamarketweb000005d7".to_owned(),
        server_name: Some("default".to_owned()),
        scopes: ["openid", "profile", "products:read"].map(str::to_owned).to_vec(),
        redirect_uri: "http://localhost:7802/authorization-code/callback".to_owned(),
        response_type: "code".to_owned(),
        response_mode: "query".to_owned(),
        prompt: None,
        pkce: true,
        nonce: true,
        warnings: Vec::new(),
    }
}

pub(super) fn home() -> PageView {
    PageView::Home(HomeView {
        frame: frame(),
        display_name: "Ben Buyer".to_owned(),
        login: "buyer@example.test".to_owned(),
        email: "buyer@example.test".to_owned(),
        factors: vec![
            HomeFactor { name: "SMS".to_owned(), detail: Some("+1 XXX-XXX-1337".to_owned()) },
            HomeFactor { name: "Google Authenticator".to_owned(), detail: None },
        ],
        apps: vec![
            HomeApp { label: "Market demo".to_owned(), href: Some("http://localhost:7802/login".to_owned()) },
            HomeApp { label: "Market kiosk".to_owned(), href: None },
        ],
        sessions: vec![HomeSession {
            began: "2026-01-31T12:00:00.000Z".to_owned(),
            used: "2026-01-31T12:30:00.000Z".to_owned(),
            is_current: true,
        }],
        consents: vec![HomeConsent { client: "Market demo".to_owned(), scope: "openid products:read".to_owned() }],
        sign_out_href: "/login/signout".to_owned(),
    })
}

pub(super) fn keep_me_signed_in() -> KeepMeSignedInView {
    KeepMeSignedInView {
        frame: frame(),
        action: "/signin/keep-me-signed-in".to_owned(),
        state_handle: "02.id.state".to_owned(),
        user_login: "buyer@example.test".to_owned(),
    }
}

/// One of each page and state.
pub(super) fn every_page() -> Vec<(String, PageView)> {
    let mut pages = recoveries();
    pages.extend(magic_links());
    pages.extend(sign_ins());
    pages.extend([
        ("keep_me_signed_in".to_owned(), PageView::KeepMeSignedIn(keep_me_signed_in())),
        ("consent".to_owned(), PageView::Consent(consent())),
        ("error_redirect_uri".to_owned(), PageView::Error(unregistered_redirect())),
        ("error_unknown_client".to_owned(), PageView::Error(unknown_client())),
        ("sign_out".to_owned(), PageView::SignOut(sign_out())),
        ("signed_out".to_owned(), PageView::SignedOut(signed_out(true))),
        ("signed_out_everywhere".to_owned(), PageView::SignedOut(single_sign_out())),
        ("signed_out_no_session".to_owned(), PageView::SignedOut(signed_out(false))),
        ("home".to_owned(), home()),
        ("form_post".to_owned(), PageView::FormPost(form_post())),
        ("post_message".to_owned(), PageView::PostMessage(post_message())),
        ("check_session".to_owned(), PageView::CheckSession(check_session())),
        ("backchannel".to_owned(), backchannel(true, None)),
        ("backchannel_empty".to_owned(), backchannel(false, None)),
        ("backchannel_approved".to_owned(), backchannel(false, Some(ShownDecision::Approved))),
        ("backchannel_denied".to_owned(), backchannel(true, Some(ShownDecision::Denied))),
        ("backchannel_too_late".to_owned(), backchannel(false, Some(ShownDecision::TooLate))),
        ("device_code".to_owned(), device_code(None)),
        ("device_code_refused".to_owned(), device_code(Some("no device waits that shows this code"))),
        ("device_confirm".to_owned(), device_confirm()),
        ("device_activated".to_owned(), device_done(true)),
        ("device_not_activated".to_owned(), device_done(false)),
    ]);
    pages.extend(proof_pages());
    for (kind, ..) in ALL_PROBLEMS {
        pages.push((format!("sign_in_refused_{kind:?}"), PageView::SignIn(refused(kind))));
    }
    pages
}
