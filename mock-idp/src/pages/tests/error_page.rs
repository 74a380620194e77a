//! The error page and its comparison of redirect URIs.

use crate::pages::view::{ErrorView, Frame, PageView, RedirectUriMismatch, redirect_uri_help};
use mock_idp_core::org::{Org, Urls};
use proptest::prelude::*;

use super::super::uri_difference::{differing_parts, mark};
use super::{all, document, one, text, views};

#[test]
fn shows_status_code_and_description_as_okta_does() {
    let page = document(&PageView::Error(views::unknown_client()));
    let main = "main[data-se='error-page']";
    assert_eq!(text(one(&page, &format!("{main} h1"))), "400 Bad Request");
    assert_eq!(text(one(&page, &format!("{main} [data-se='error-code']"))), "invalid_client");
    assert_eq!(
        text(one(&page, &format!("{main} [data-se='error-description']"))),
        "Invalid value for 'client_id' parameter."
    );
    assert_eq!(text(one(&page, "[data-se='error-reason']")), "no client has the id 0oanobody");
    assert_eq!(all(&page, "[data-se='redirect-uris'], form").len(), 0);
}

#[test]
fn leads_to_the_journal_of_its_own_org() {
    let view = ErrorView {
        frame: Frame { path_prefix: "/_org/shop".to_owned(), ..views::frame() },
        ..views::unknown_client()
    };
    let page = document(&PageView::Error(view));
    assert_eq!(
        one(&page, "a[data-se='journal-link']").attr("href"),
        Some("/_org/shop/_mock/requests/0123456789abcdef0123456789abcdef")
    );
}

#[test]
fn marks_where_the_redirect_uris_differ() {
    let page = document(&PageView::Error(views::unregistered_redirect()));
    assert_eq!(text(one(&page, "[data-se='received-uri']")), "http://localhost:3000/authorization-code/callback/");
    let rows: Vec<_> = all(&page, "[data-se='registered-uri']").into_iter().map(text).collect();
    assert_eq!(
        rows,
        [
            "http://localhost:7802/authorization-code/callback differs in: port, trailing slash",
            "http://127.0.0.1:7802/authorization-code/callback differs in: host, port, trailing slash",
            "https://market.example/signin-oidc differs in: scheme, host, port, path",
        ]
    );
    assert_eq!(all(&page, "[data-se='received-uri'] mark").into_iter().map(text).collect::<Vec<_>>(), ["3000", "/"]);
    let pre: Vec<_> = all(&page, "pre").into_iter().map(text).collect();
    assert!(pre[0].starts_with("curl --json '{") && pre[0].ends_with("/_mock/redirect-uris"), "{pre:?}");
    assert!(pre[1].contains("- \"http://localhost:3000/authorization-code/callback/\""));
}

#[test]
fn the_nearest_stay_in_sight_when_there_are_many() {
    let view = views::unregistered_redirect();
    let mut uris = view.redirect_uris.clone().unwrap();
    uris.registered.extend((1..=6).map(|number| format!("http://localhost:{number}000/cb")));
    let page = document(&PageView::Error(ErrorView { redirect_uris: Some(uris), ..view }));
    assert_eq!(all(&page, "[data-se='registered-uri']").len(), 9);
    assert_eq!(all(&page, "details [data-se='registered-uri']").len(), 4);
    assert_eq!(text(one(&page, "details summary")), "4 more");
}

#[test]
fn says_when_nothing_was_received_or_nothing_is_registered() {
    let empty = RedirectUriMismatch {
        client_label: "Bare".to_owned(),
        received: String::new(),
        registered: Vec::new(),
        command: None,
    };
    let page = document(&PageView::Error(ErrorView { redirect_uris: Some(empty), ..views::unregistered_redirect() }));
    assert_eq!(text(one(&page, "[data-se='received-uri']")), "None: the request has no redirect_uri.");
    assert_eq!(all(&page, "[data-se='registered-uri'], pre, mark").len(), 0);
}

#[test]
fn marks_whole_words() {
    // The marked words in brackets.
    let marked = |uri: &str, other: &str| {
        mark(uri, other)
            .iter()
            .map(|piece| if piece.different { format!("[{}]", piece.text) } else { piece.text.to_owned() })
            .collect::<String>()
    };
    let base = "http://localhost:3000/callback";
    assert_eq!(marked(base, "http://localhost:3001/callback"), "http://localhost:[3000]/callback");
    assert_eq!(marked("http://localhost:3000/callback/", base), "http://localhost:3000/callback[/]");
    assert_eq!(marked(base, "http://localhost:3000/callback/"), base);
    assert_eq!(marked("https://localhost:3000/callback", base), "[https]://localhost:3000/callback");
    assert_eq!(marked(base, "http://localhost:3000/callback2"), "http://localhost:3000/[callback]");
    assert_eq!(marked("http://127.0.0.1:3000/callback/", base), "http://[127.0.0.1]:3000/callback[/]");
    assert_eq!(marked("http://localhost/cb?ä=1", "http://localhost/cb?ö=1"), "http://localhost/cb?[ä]=1");
    assert_eq!(marked(base, base), base);
    assert_eq!(marked(base, ""), format!("[{base}]"));
    assert_eq!(marked("", base), "");
}

#[test]
fn names_what_differs() {
    let base = "http://localhost:3000/callback";
    for (received, expected) in [
        ("https://localhost:3000/callback", vec!["scheme"]),
        ("http://127.0.0.1:3000/callback", vec!["host"]),
        ("http://localhost:3001/callback", vec!["port"]),
        ("http://localhost/callback", vec!["port"]),
        ("http://localhost:3000/callback/", vec!["trailing slash"]),
        ("http://localhost:3000/Callback", vec!["upper and lower case in the path"]),
        ("http://localhost:3000/cb?a=1#f", vec!["path", "query", "fragment"]),
        ("HTTP://localhost:3000/callback", vec!["spelling"]),
        ("localhost", vec!["not an absolute URI"]),
        (base, vec![]),
    ] {
        assert_eq!(differing_parts(received, base), expected, "{received}");
    }
}

proptest! {
    #[test]
    fn the_pieces_are_the_uri(ours in "[a-z0-9:/é.?]{0,24}", theirs in "[a-z0-9:/é.?]{0,24}") {
        let pieces = mark(&ours, &theirs);
        prop_assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), ours.clone());
        prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
        // Unmarked parts are in the other URI, in the same order.
        let mut rest = theirs.as_str();
        for piece in pieces.iter().filter(|piece| !piece.different) {
            let at = rest.find(piece.text);
            prop_assert!(at.is_some(), "{:?} not in {:?}", piece, rest);
            rest = &rest[at.unwrap() + piece.text.len()..];
        }
    }
}

#[test]
fn long_redirect_uris_are_compared_and_shown_in_part() {
    let org = Org::parse(crate::BUILT_IN_ORG).unwrap();
    let mut app = org.client("0oamarketweb000005d7").unwrap().clone();
    let long = format!("http://localhost/{}", "a/".repeat(30_000));
    app.settings.oauth_client.redirect_uris.extend((0..2_000).map(|number| format!("{long}{number}")));
    let help = redirect_uri_help(&app, &long.replace('a', "b"), &Urls::at("http://localhost"));
    assert_eq!((help.received.chars().count(), help.registered.len()), (513, 100));
    assert!(help.received.ends_with('…'));
    let page = document(&PageView::Error(ErrorView { redirect_uris: Some(help), ..views::unregistered_redirect() }));
    assert_eq!(text(one(&page, "details summary")), "95 more");
    assert_eq!(all(&page, "details mark").len(), 0);
    assert_eq!(all(&page, "pre").len(), 0);
}
