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
        assert!(title.ends_with(" – Market"), "{name}: {title}");
        titles.push(title);
    }
    assert!(titles.contains(&"Problem: Enter your password – Market".to_owned()));
}

#[test]
fn nothing_is_inline_and_every_asset_exists() {
    for (name, view) in views::every_page() {
        let page = document(&view);
        assert_eq!(
            all(&page, "[style], style, script:not([src], [nonce]), [onclick], [onload], [onsubmit]").len(),
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
                if let Some(target) = element.attr(attribute) {
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
    assert_eq!(field.attr("id"), Some("okta-signin-username"));
    assert_eq!(field.attr("autocomplete"), Some("username"));
    assert_eq!(field.attr("value"), Some("ben"));
    assert_eq!(
        one(&page, "form[data-se='o-form'] input[name='stateHandle']").attr("value"),
        Some("02.id.state~c.example")
    );
    assert_eq!(one(&page, "input[type='checkbox'][name='rememberMe']").attr("checked"), None);
    assert_eq!(all(&page, "[name='credentials.passcode']").len(), 0);
    assert_eq!(all(&page, "[data-se='cancel']").len(), 0);
    assert_eq!(text(one(&page, "h1[data-se='o-form-head']")), "Sign in");
}

#[test]
fn second_step_asks_for_the_password_and_shows_whose() {
    let page = document(&PageView::SignIn(views::password()));
    let field =
        one(&page, ".siw-main-view.mfa-verify-password form[data-se='o-form'] input[name='credentials.passcode']");
    assert_eq!(field.attr("id"), Some("okta-signin-password"));
    assert_eq!(field.attr("type"), Some("password"));
    assert_eq!(field.attr("autocomplete"), Some("current-password"));
    assert_eq!(all(&page, "[name='identifier']").len(), 0);
    assert_eq!(text(one(&page, "[data-se='identifier']")), "buyer@example.test");
    assert_eq!(one(&page, "a[data-se='cancel']").attr("href"), Some(views::password().restart_href.as_str()));
}

#[test]
fn one_element_answers_to_every_submit_selector() {
    for (view, value) in [(views::identifier(), "Next"), (views::password(), "Verify"), (views::single(), "Sign in")] {
        let page = document(&PageView::SignIn(view));
        for selector in [
            "[data-type='save']",
            "[data-se='save']",
            "#okta-signin-submit",
            "input[type='submit'][data-type='save']",
            "form[data-se='o-form'] [type='submit']",
        ] {
            assert_eq!(one(&page, selector).attr("value"), Some(value), "{selector}");
        }
    }
}

#[test]
fn single_form_asks_for_both() {
    let page = document(&PageView::SignIn(views::single()));
    let form = "form[data-se='o-form']";
    for selector in ["#okta-signin-username[name='identifier']", "#okta-signin-password[name='credentials.passcode']"] {
        one(&page, &format!("{form} {selector}"));
    }
}

#[test]
fn each_refusal_is_told_in_words_with_code_and_reason_beside_it() {
    let mut seen = Vec::new();
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
        assert!(!seen.contains(&words), "{kind:?} has the same text as another: {words}");
        seen.push(words);
    }
}

#[test]
fn a_refusal_that_a_field_can_mend_is_tied_to_it() {
    for (kind, field) in [
        (SignInProblemKind::MissingIdentifier, "#okta-signin-username"),
        (SignInProblemKind::MissingPassword, "#okta-signin-password"),
        (SignInProblemKind::AuthenticationFailed, "#okta-signin-password"),
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
    };
    let page = document(&PageView::SignIn(SignInView { problem: Some(problem), ..views::password() }));
    assert_eq!(all(&page, "[aria-invalid]").len(), 0);
}

#[test]
fn a_sign_in_that_cannot_go_on_offers_a_new_start_and_no_form() {
    for kind in [SignInProblemKind::CookiesBlocked, SignInProblemKind::Expired] {
        let page = document(&PageView::SignIn(views::refused(kind)));
        assert_eq!(all(&page, "form").len(), 0, "{kind:?}");
        assert_eq!(text(one(&page, "a[data-se='cancel']")), "Start again", "{kind:?}");
        let without_restart = SignInView { restart_href: String::new(), ..views::refused(kind) };
        assert_eq!(all(&document(&PageView::SignIn(without_restart)), "a[data-se='cancel']").len(), 0, "{kind:?}");
    }
}

#[test]
fn the_picker_is_a_form_of_its_own() {
    let view = views::identifier();
    let page = document(&PageView::SignIn(view.clone()));
    let form = one(&page, "form[data-se='picker']");
    assert_eq!(form.attr("action"), Some(view.pick_action.as_str()));
    assert_eq!(all(&page, "form[data-se='picker'] input[name='stateHandle']").len(), 1);
    let buttons = all(&page, "form[data-se='picker'] button[type='submit'][name='user'][data-se='picker-user']");
    let logins: Vec<_> = buttons.iter().filter_map(|button| button.attr("value")).collect();
    assert_eq!(logins, view.personas.iter().map(|persona| persona.login.as_str()).collect::<Vec<_>>());
    let locked = text(one(&page, "button[value='locked@example.test']"));
    assert_eq!(locked, "Lou Locked locked out locked@example.test Groups: Buyers");
    assert_eq!(all(&page, "form[data-se='o-form'] button[name='user']").len(), 0);
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
    assert!(text(one(&page, "title")).starts_with("Signing in..."));
}

#[test]
fn a_device_code_is_typed_into_one_field_and_a_wrong_one_is_told() {
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
