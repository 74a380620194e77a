//! The structure that other people's end-to-end suites rely on.

use std::sync::Arc;

use crate::pages::view::{PageView, SignInProblem, SignInProblemKind, SignInStep, SignInView};

use super::super::asset;
use super::{all, document, one, text, views};

#[test]
fn every_page_has_one_heading_a_language_a_title_and_the_label() {
    let mut titles = Vec::new();
    for (name, view) in views::every_page() {
        let page = document(&view);
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        assert_eq!(all(&page, "main").len(), 1, "{name}");
        assert_eq!(one(&page, "html").attr("lang"), Some("en"), "{name}");
        assert_eq!(text(one(&page, "[data-se='mock-label']")), "Local mock – not Okta", "{name}");
        let title = text(one(&page, "title"));
        let of_okta = ["Market - Sign In", "Signing in..."].into_iter().any(|whole| title.ends_with(whole));
        assert!(of_okta || title.ends_with(" – Market"), "{name}: {title}");
        titles.push(title);
    }
    for whole in ["Market - Sign In", "Problem: Market - Sign In", "Signing in..."] {
        assert!(titles.iter().any(|title| title == whole), "{whole}");
    }
}

#[test]
fn nothing_is_inline_and_every_asset_exists() {
    for (name, view) in views::every_page() {
        let page = document(&view);
        assert_eq!(
            all(
                &page,
                "[style], style, script:not([src], [nonce], [type='text/plain']), [onclick], [onload], [onsubmit]"
            )
            .len(),
            0,
            "{name}"
        );
        for link in all(&page, "link[href], script[src]") {
            let address = link.attr("href").or(link.attr("src")).unwrap();
            let (_, file) = address.split_once("/_mock/assets/").unwrap();
            assert!(asset(file).is_some(), "{name}: {address}");
        }
    }
}

#[test]
fn labels_ids_and_descriptions_hold_together() {
    for (name, view) in views::every_page() {
        let page = document(&view);
        let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        for (position, id) in ids.iter().enumerate() {
            assert!(!ids[..position].contains(id), "{name}: id {id} twice");
        }
        for element in all(&page, "[for], [aria-describedby], [aria-labelledby], [aria-controls]") {
            for attribute in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
                for target in element.attr(attribute).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(&target), "{name}: {attribute}={target}");
                }
            }
        }
        assert!(all(&page, "[autofocus]").len() <= 1, "{name}");
    }
}

#[test]
fn first_step_asks_for_the_identifier_alone() {
    let page = document(&PageView::SignIn(SignInView { identifier: "ben".to_owned(), ..views::identifier() }));
    let form =
        one(&page, "#signin-container #okta-sign-in .auth-content .siw-main-view.primary-auth form[data-se='o-form']");
    assert_eq!(form.attr("method"), Some("post"));
    assert_eq!(form.attr("action"), Some("/oauth2/default/v1/authorize/sign-in"));
    let field = one(&page, "form[data-se='o-form'] input[name='identifier']");
    assert_eq!(field.attr("id"), Some("identifier"));
    assert_eq!(field.attr("autocomplete"), Some("username"));
    assert_eq!(field.attr("value"), Some("ben"));
    assert_eq!(
        one(&page, "form[data-se='o-form'] input[name='stateHandle']").attr("value"),
        Some("02.id.state~c.example")
    );
    assert_eq!(one(&page, "input[type='checkbox'][name='rememberMe']").attr("checked"), None);
    assert_eq!(all(&page, "[name='credentials.passcode']").len(), 0);
    assert_eq!(all(&page, "[data-se='cancel']").len(), 0);
    assert_eq!(text(one(&page, "h1[data-se='o-form-head']")), "Sign In");
}

#[test]
fn second_step_asks_for_the_password_and_shows_whose() {
    let page = document(&PageView::SignIn(views::password()));
    let field =
        one(&page, ".siw-main-view.mfa-verify-password form[data-se='o-form'] input[name='credentials.passcode']");
    assert_eq!(field.attr("id"), Some("credentials.passcode"));
    assert_eq!(field.attr("type"), Some("password"));
    assert_eq!(field.attr("autocomplete"), Some("current-password"));
    assert_eq!(all(&page, "[name='identifier']").len(), 0);
    assert_eq!(text(one(&page, "[data-se='identifier']")), "buyer@example.test");
    assert_eq!(one(&page, "a[data-se='cancel']").attr("href"), Some(views::password().restart_href.as_str()));
}

/// What scripts of other people select by, on a page with the picker.
#[test]
fn each_selector_of_a_submit_control_finds_one_element() {
    let engine = [
        "form",
        "[type='submit']",
        "input[type='submit']",
        "input[type='submit'][data-type='save']",
        ".o-form-button-bar input[type='submit']",
        ".button-primary",
        "input[class='button button-primary']",
        "[data-type='save']",
        "[data-se='save']",
        "button[data-se='save']",
    ];
    let classic = ["form", "[type='submit']", "input[type='submit']", "#okta-signin-submit", ".button-primary"];
    for (view, value, selectors) in [
        (views::identifier(), "Next", &engine[..]),
        (views::password(), "Verify", &engine),
        (views::single(), "Sign in", &engine),
        (views::classic(), "Sign In", &classic),
    ] {
        let page = document(&PageView::SignIn(view));
        for selector in selectors {
            one(&page, selector);
        }
        assert_eq!(one(&page, "[type='submit']").attr("value"), Some(value));
        // Screen readers and keyboard users find one button.
        assert_eq!(all(&page, "button:not([aria-hidden='true'], [hidden])").len(), 0);
        assert_eq!(all(&page, "button[aria-hidden='true']:not([tabindex='-1'])").len(), 0);
    }
}

#[test]
fn each_selector_of_a_field_finds_one_element() {
    let identifier = [
        "input[name='identifier']",
        "input#identifier",
        "#okta-sign-in input[name='identifier']",
        ".o-form-input-name-identifier input",
        "[data-se='o-form-input-identifier'] input",
        "input[data-se='identifier']",
        "input[autocomplete='username']",
        "input[type='text']",
        "[data-se-for-name='rememberMe'] input[name='rememberMe']",
    ];
    let password = [
        "input[name='credentials.passcode']",
        "#credentials\\.passcode",
        "input[type='password']",
        ".o-form-input-name-credentials\\.passcode input",
        "[data-se='o-form-input-credentials.passcode'] input",
        "input[data-se='credentials.passcode']",
    ];
    let classic = [
        "#okta-signin-username[name='username']",
        "#okta-signin-password[name='password']",
        ".primary-auth form",
        "input[name='remember']",
    ];
    let both = [&identifier[..], &password].concat();
    for (view, selectors) in [
        (views::identifier(), &identifier[..]),
        (views::password(), &password),
        (views::single(), &both),
        (views::classic(), &classic),
    ] {
        let page = document(&PageView::SignIn(view));
        for selector in selectors {
            one(&page, selector);
        }
    }
}

/// Scripts replace `\x2D` by a hyphen.
#[test]
fn the_state_token_is_in_the_page_as_scripts_read_it() {
    let view = SignInView { state_handle: "02.id.a-b_c".to_owned(), ..views::identifier() };
    let html = super::render(&PageView::SignIn(view));
    assert!(html.contains(r"var stateToken = '02.id.a\x2Db_c';"), "{html}");
}

#[test]
fn each_refusal_has_a_text_with_code_and_reason_beside_it() {
    for (kind, code, reason) in views::ALL_PROBLEMS {
        let page = document(&PageView::SignIn(views::refused(kind)));
        let callout = one(
            &page,
            ".o-form-error-container .okta-form-infobox-error.infobox-error[data-se='callout'][role='alert']",
        );
        assert_eq!(text(one(&page, "details [data-se='okta-code']")), code, "{kind:?}");
        assert_eq!(text(one(&page, "details [data-se='problem-reason']")), reason, "{kind:?}");
        let words = text(callout);
        assert!(!words.contains(reason) && !words.contains(code), "{kind:?}: {words}");
    }
}

#[test]
fn a_refusal_that_a_field_can_mend_is_tied_to_it() {
    for (kind, field) in [
        (SignInProblemKind::MissingIdentifier, "#identifier"),
        (SignInProblemKind::MissingPassword, "#credentials\\.passcode"),
        (SignInProblemKind::IncorrectPassword, "#credentials\\.passcode"),
        (SignInProblemKind::AuthenticationFailed, "#credentials\\.passcode"),
    ] {
        let page = document(&PageView::SignIn(views::refused(kind)));
        let field = one(&page, field);
        assert_eq!(field.attr("aria-invalid"), Some("true"), "{kind:?}");
        assert_eq!(field.attr("aria-describedby"), Some("problem-text"), "{kind:?}");
        assert!(field.attr("autofocus").is_some(), "{kind:?}");
    }
    let page = document(&PageView::SignIn(views::refused(SignInProblemKind::LockedOut)));
    assert_eq!(all(&page, "[aria-invalid]").len(), 0);
    assert!(one(&page, "[data-se='callout']").attr("autofocus").is_some());
}

#[test]
fn a_problem_of_a_field_that_is_not_shown_points_at_none() {
    let problem = SignInProblem {
        kind: SignInProblemKind::MissingIdentifier,
        okta_code: "E0000001".to_owned(),
        reason: "identifier was empty".to_owned(),
        field: None,
        requirements: None,
    };
    let page = document(&PageView::SignIn(SignInView { problem: Some(problem), ..views::password() }));
    assert_eq!(all(&page, "[aria-invalid]").len(), 0);
}

/// Okta: one text for all that may not sign in. What it hides is said beside it.
#[test]
fn a_user_who_may_not_sign_in_gets_oktas_text_and_no_password_field() {
    for (kind, note) in [
        (SignInProblemKind::LockedOut, "The account is locked"),
        (SignInProblemKind::Suspended, "The account is suspended"),
        (SignInProblemKind::Deprovisioned, "The account is deactivated"),
        (SignInProblemKind::Staged, "The account has not been activated yet"),
    ] {
        let page = document(&PageView::SignIn(views::refused(kind)));
        assert_eq!(text(one(&page, "[data-se='callout']")), "Unable to sign in", "{kind:?}");
        assert!(text(one(&page, "[data-se='problem-note']")).starts_with(note), "{kind:?}");
        assert_eq!(all(&page, "[type='password']").len(), 0, "{kind:?}");
    }
    let problem = SignInProblem {
        kind: SignInProblemKind::LockedOut,
        okta_code: "E0000069".to_owned(),
        reason: "locked".to_owned(),
        field: None,
        requirements: None,
    };
    let page = document(&PageView::SignIn(SignInView { problem: Some(problem), ..views::identifier() }));
    assert_eq!(
        text(one(&page, "[data-se='callout']")),
        "Your account is locked because of too many authentication attempts."
    );
}

#[test]
fn a_sign_in_that_cannot_go_on_offers_a_new_start_and_no_form_picker_or_help() {
    let kind = SignInProblemKind::CookiesBlocked;
    let page = document(&PageView::SignIn(views::refused(kind)));
    assert_eq!(all(&page, "form, [data-se='picker'], [data-se='help']").len(), 0);
    assert_eq!(text(one(&page, "a[data-se='cancel']")), "Start again");
    let without_restart = SignInView { restart_href: String::new(), ..views::refused(kind) };
    assert_eq!(all(&document(&PageView::SignIn(without_restart)), "a[data-se='cancel']").len(), 0);
}

#[test]
fn the_picker_is_a_list_of_links() {
    let mut view = views::identifier();
    Arc::make_mut(&mut view.personas)[0].login = "a&b +ü@x".to_owned();
    let page = document(&PageView::SignIn(view.clone()));
    let links = all(&page, "nav[data-se='picker'] a[data-se='picker-user']");
    assert_eq!(links.len(), view.personas.len());
    let href = links[0].attr("href").unwrap();
    let url = url::Url::parse("http://x").unwrap().join(href).unwrap();
    assert_eq!(url.path(), view.pick_action);
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected = [("stateHandle", view.state_handle.as_str()), ("user", "a&b +ü@x")];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(text(links[3]), "Lou Locked locked out locked@example.test Groups: Buyers");
}

#[test]
fn a_long_picker_folds_its_end() {
    let (_, crowded) = views::every_page().into_iter().find(|(name, _)| name == "sign_in_many_users").unwrap();
    let page = document(&crowded);
    assert_eq!(all(&page, "[data-se='picker-user']").len(), 32);
    assert_eq!(all(&page, "details[data-se='picker-more'] [data-se='picker-user']").len(), 20);
    assert_eq!(text(one(&page, "[data-se='picker-more'] summary")), "20 more users");
}

#[test]
fn no_personas_no_picker() {
    let page = document(&PageView::SignIn(SignInView { personas: Arc::default(), ..views::identifier() }));
    assert_eq!(all(&page, "[data-se='picker'], [data-se='picker-user']").len(), 0);
}

#[test]
fn consent_asks_with_two_buttons_and_boxes_for_what_is_optional() {
    let page = document(&PageView::Consent(views::consent()));
    let form = one(&page, "form[data-se='consent']");
    assert_eq!(form.attr("action"), Some("/oauth2/default/v1/authorize/consent"));
    assert_eq!(text(one(&page, "form[data-se='consent'] button[name='consent'][value='allow']")), "Allow");
    assert_eq!(text(one(&page, "form[data-se='consent'] button[name='consent'][value='deny']")), "Don’t allow");
    one(&page, "form[data-se='consent'] input[name='stateHandle']");
    let boxes = all(&page, "input[type='checkbox'][name='scope'][checked]");
    let names: Vec<_> = boxes.iter().filter_map(|element| element.attr("value")).collect();
    assert_eq!(names, ["phone", "warehouse:write"]);
    let required: Vec<_> = all(&page, "[data-se='scope'] .scope-title").into_iter().map(text).collect();
    assert_eq!(required, ["Know who you are", "Read your orders"]);
    let optional: Vec<_> = all(&page, "[data-se='optional-scope'] .scope-title").into_iter().map(text).collect();
    assert_eq!(optional, ["Read your phone number", "warehouse:write"]);
}

#[test]
fn form_post_keeps_the_shape_that_scrapers_read() {
    let html = super::render(&PageView::FormPost(views::form_post()));
    assert!(html.contains(r#"<input type="hidden" name="code" value="tGzv3JOkF0XG5Qx2TlKWIA_-~."/>"#));
    assert!(html.find("name=\"code\"") < html.find("name=\"state\""));
    assert!(html.contains("userId: '00ubuyer0000000005d7'"), "{html}");
    let page = document(&PageView::FormPost(views::form_post()));
    assert_eq!(one(&page, "form#answer").attr("action"), Some("http://localhost:7802/authorization-code/callback"));
    assert_eq!(one(&page, "input[name='state']").attr("value"), Some("a b&c=\"d\"<e>"));
    assert!(text(one(&page, "main")).starts_with("Returning to the app The answer goes to localhost:7802."));
    let without_script = html.split_once("<noscript>").unwrap().1.split_once("</noscript>").unwrap().0;
    assert!(without_script.contains(r#"type="submit" value="Continue""#));
}

#[test]
fn password_managers_find_the_username_and_the_form_does_not_send_it() {
    let page = document(&PageView::SignIn(views::sign_in(SignInStep::Password { identifier: "é@x".to_owned() })));
    let hidden = one(&page, "input[autocomplete='username'][hidden]");
    assert_eq!((hidden.attr("value"), hidden.attr("name")), (Some("é@x"), None));
}

/// Okta: the values are single-quoted, and other characters are `\xNN`.
#[test]
fn a_post_message_is_one_script_with_escaped_values_for_one_origin() {
    let view = PageView::PostMessage(views::post_message());
    let html = super::render(&view);
    let page = document(&view);
    let script = one(&page, "script");
    assert_eq!(script.attr("nonce"), Some("0123456789abcdef0123456789abcdef"));
    assert!(html.contains(r"data.code = 'tGzv3JOkF0XG5Qx2TlKWIA_\x2D\x7E.';"), "{html}");
    let state = r"data.state = 'a\x20b\x26c\x3D\x22d\x22\x3Ce\x3E\u2028\xE9\x27\x5C';";
    assert!(html.contains(state), "{html}");
    assert!(html.contains(r"postMessage(data, 'http\x3A\x2F\x2Flocalhost\x3A7803')"), "{html}");
    assert_eq!(text(one(&page, "title")), "Signing in...");
}

#[test]
fn a_device_code_is_typed_into_one_field_and_a_wrong_one_is_reported() {
    let page = document(&views::device_code(None));
    let field = one(&page, "form[data-se='o-form'][method='post'][action='/activate'] input[name='userCode']");
    assert_eq!(field.attr("aria-invalid"), None);
    assert_eq!(one(&page, "input[type='submit'][data-type='save'][data-se='save']").attr("value"), Some("Next"));
    let page = document(&views::device_code(Some("no device waits that shows this code")));
    assert_eq!(text(one(&page, "[data-se='callout'][role='alert']")), "Invalid code. Try again.");
    assert_eq!(text(one(&page, "[data-se='okta-code']")), "idx.invalid.device.code");
    assert_eq!(one(&page, "input[name='userCode']").attr("aria-describedby"), Some("problem-text"));
    let page = document(&views::device_confirm());
    assert_eq!(text(one(&page, "[data-se='user-code']")), "BCDFGHJK");
    assert_eq!(all(&page, "form[data-se='consent'] button[name='consent']").len(), 2);
}
