//! Hostile data in every field is escaped.

use std::sync::Arc;

use crate::pages::view::{
    AboutClient, ActivationStep, OtherWays, PageView, ProofPageStep, RecoveryPageStep, SignInStep,
};
use serde_json::Value;

use super::{all, document, render, views};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;";

/// Each string of the page's data in turn (and there, alone) replaced by hostile text.
#[test]
fn no_field_of_any_page_can_add_an_element() {
    for (name, view) in views::every_page() {
        // The same template as others here, and many rows of the same shape.
        if name.starts_with("sign_in_refused_") && !name.ends_with("LockedOut") || name == "sign_in_many_users" {
            continue;
        }
        let clean = count(&view);
        for hostile in variations(&view) {
            assert_eq!(count(&hostile), clean, "{name}: {hostile:?}");
            let html = render(&hostile);
            assert!(!html.contains("<script>alert"), "{name}");
        }
    }
}

/// Scripts, event handlers and images, which data must not become.
fn count(view: &PageView) -> (usize, usize) {
    let page = document(view);
    (all(&page, "script").len(), all(&page, "img:not(.logo), [onerror], style, iframe").len())
}

/// The views are read-only data, so their strings are reached by rebuilding each view with one field changed.
fn variations(view: &PageView) -> Vec<PageView> {
    (0..fields(&mut view.clone()).len())
        .map(|index| {
            let mut changed = view.clone();
            HOSTILE.clone_into(fields(&mut changed)[index]);
            changed
        })
        .collect()
}

fn strings(value: &Value) -> usize {
    match value {
        Value::String(_) => 1,
        Value::Array(items) => items.iter().map(strings).sum(),
        Value::Object(entries) => entries.values().map(strings).sum(),
        _ => 0,
    }
}

fn about<'a>(about: &'a mut AboutClient, fields: &mut Vec<&'a mut String>) {
    let AboutClient { logo_uri, client_uri, policy_uri, tos_uri } = about;
    fields.extend([logo_uri, client_uri, policy_uri, tos_uri].into_iter().flatten());
}

fn fields(view: &mut PageView) -> Vec<&mut String> {
    let mut fields = Vec::new();
    match view {
        PageView::SignIn(view) => {
            frame(&mut view.frame, &mut fields);
            if let SignInStep::Password { identifier } | SignInStep::NewPassword { identifier, .. } = &mut view.step {
                fields.push(identifier);
            }
            fields.extend([
                &mut view.action,
                &mut view.state_handle,
                &mut view.identifier,
                &mut view.pick_action,
                &mut view.restart_href,
            ]);
            let OtherWays { forgot_password, register, unlock, providers } = &mut *view.other_ways;
            for provider in providers {
                fields.extend([&mut provider.name, &mut provider.kind, &mut provider.href]);
            }
            fields.extend([forgot_password, register, unlock].into_iter().flatten());
            if let Some(problem) = &mut view.problem {
                fields.extend([&mut problem.okta_code, &mut problem.reason]);
            }
            about(&mut view.about, &mut fields);
            request(&mut view.request, &mut fields);
            for persona in Arc::make_mut(&mut view.personas) {
                fields.extend([&mut persona.login, &mut persona.display_name]);
                fields.extend(&mut persona.groups);
                fields.extend(&mut persona.note);
            }
        }
        PageView::Proofs(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.state_handle, &mut view.identifier, &mut view.restart_href]);
            fields.extend(&mut view.choices_href);
            fields.extend(&mut view.skip_action);
            if let Some(problem) = &mut view.problem {
                fields.extend([&mut problem.okta_code, &mut problem.reason]);
            }
            proof(&mut view.step, &mut fields);
        }
        PageView::KeepMeSignedIn(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.action, &mut view.state_handle, &mut view.user_login]);
        }
        PageView::Consent(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.action, &mut view.state_handle, &mut view.client_label, &mut view.user_login]);
            about(&mut view.about, &mut fields);
            for scope in &mut view.scopes {
                fields.extend([&mut scope.name, &mut scope.display_name, &mut scope.description]);
            }
            request(&mut view.request, &mut fields);
        }
        PageView::Error(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.code, &mut view.description, &mut view.reason]);
            if let Some(uris) = &mut view.redirect_uris {
                fields.extend([&mut uris.client_label, &mut uris.received]);
                fields.extend(&mut uris.registered);
                fields.extend(&mut uris.command);
            }
        }
        PageView::SignOut(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.action, &mut view.confirmation]);
        }
        PageView::MagicLink(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend(&mut view.code);
        }
        PageView::SignedOut(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend(&mut view.frames);
            fields.extend(&mut view.next);
        }
        PageView::CheckSession(view) => {
            frame(&mut view.frame, &mut fields);
            fields.push(&mut view.state_cookie);
        }
        PageView::FormPost(view) => {
            frame(&mut view.frame, &mut fields);
            fields.push(&mut view.action);
            fields.extend(&mut view.user_id);
            for (name, value) in &mut view.fields {
                fields.extend([name, value]);
            }
        }
        PageView::PostMessage(view) => {
            frame(&mut view.frame, &mut fields);
            fields.push(&mut view.target_origin);
            fields.extend(view.fields.iter_mut().map(|(_, value)| value));
        }
        PageView::Backchannel(view) => {
            frame(&mut view.frame, &mut fields);
            fields.push(&mut view.action);
            for request in &mut view.requests {
                fields.extend([&mut request.id, &mut request.client_label, &mut request.user_login]);
                fields.extend(&mut request.binding_message);
                fields.extend(&mut request.scopes);
            }
        }
        PageView::Recovery(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.action, &mut view.state_handle, &mut view.restart_href]);
            fields.extend(&mut view.inbox_href);
            if let Some(problem) = &mut view.problem {
                fields.extend([&mut problem.okta_code, &mut problem.reason]);
            }
            match &mut view.step {
                RecoveryPageStep::Code { identifier, resend_action, .. } => fields.extend([identifier, resend_action]),
                RecoveryPageStep::Identify { identifier: text, .. }
                | RecoveryPageStep::Question { question: text }
                | RecoveryPageStep::Confirm { identifier: text }
                | RecoveryPageStep::Password { identifier: text, .. }
                | RecoveryPageStep::Unlocked { identifier: text } => fields.push(text),
                RecoveryPageStep::Profile { fields: attributes, .. } => {
                    for attribute in attributes {
                        fields.extend([&mut attribute.name, &mut attribute.label]);
                    }
                }
            }
        }
        PageView::Home(view) => {
            frame(&mut view.frame, &mut fields);
            fields.extend([&mut view.display_name, &mut view.login, &mut view.email, &mut view.sign_out_href]);
            for factor in &mut view.factors {
                fields.push(&mut factor.name);
                fields.extend(&mut factor.detail);
            }
            for app in &mut view.apps {
                fields.push(&mut app.label);
                fields.extend(&mut app.href);
            }
            for session in &mut view.sessions {
                fields.extend([&mut session.began, &mut session.used]);
            }
            for consent in &mut view.consents {
                fields.extend([&mut consent.client, &mut consent.scope]);
            }
        }
        PageView::Activation(view) => {
            frame(&mut view.frame, &mut fields);
            activation(&mut view.step, &mut fields);
        }
    }
    fields
}

fn proof<'a>(step: &'a mut ProofPageStep, fields: &mut Vec<&'a mut String>) {
    match step {
        ProofPageStep::Code { action, authenticator, expected, .. } => {
            fields.extend([action, authenticator]);
            fields.extend(expected);
        }
        ProofPageStep::SentCode { action, resend_action, poll_action, address, expected, .. } => {
            fields.extend(expected);
            fields.extend([action, resend_action, address]);
            fields.extend(poll_action);
        }
        ProofPageStep::Push { action, resend_action, phone_href, .. } => {
            fields.extend([action, resend_action]);
            fields.extend(phone_href);
        }
        ProofPageStep::EnrollApp { action, resend_action, image, phone_href, .. } => {
            fields.extend([action, resend_action, image]);
            fields.extend(phone_href);
        }
        ProofPageStep::Question { action, question, expected } => {
            fields.extend([action, question]);
            fields.extend(expected);
        }
        ProofPageStep::ChooseMethod { choices } | ProofPageStep::ChooseEnrollment { choices } => {
            fields.extend(choices.iter_mut().flat_map(|choice| [&mut choice.label, &mut choice.href]));
        }
        ProofPageStep::EnrollCode { action, authenticator, image, secret, expected } => {
            fields.extend([action, authenticator, image, secret]);
            fields.extend(expected);
        }
        ProofPageStep::Passkey { action, options, .. } => fields.extend([action, options]),
        ProofPageStep::EnrollQuestion { action, .. } | ProofPageStep::EnrollPhone { action, .. } => fields.push(action),
    }
}

fn activation<'a>(step: &'a mut ActivationStep, fields: &mut Vec<&'a mut String>) {
    match step {
        ActivationStep::Code { action, user_code, refused } => {
            fields.extend([action, user_code]);
            fields.extend(refused);
        }
        ActivationStep::Confirm { action, state_handle, client_label, user_login, user_code, scopes } => {
            fields.extend([action, state_handle, client_label, user_login, user_code]);
            for scope in scopes {
                fields.extend([&mut scope.name, &mut scope.display_name, &mut scope.description]);
            }
        }
        ActivationStep::Done { client_label, .. } => fields.push(client_label),
    }
}

fn frame<'a>(frame: &'a mut crate::pages::view::Frame, fields: &mut Vec<&'a mut String>) {
    fields.extend([&mut frame.org_name, &mut frame.path_prefix, &mut frame.request_id]);
    fields.extend(&mut frame.warnings);
}

fn request<'a>(request: &'a mut crate::pages::view::RequestSummary, fields: &mut Vec<&'a mut String>) {
    fields.extend([
        &mut request.client_label,
        &mut request.client_id,
        &mut request.redirect_uri,
        &mut request.response_type,
        &mut request.response_mode,
    ]);
    fields.extend(&mut request.server_name);
    fields.extend(&mut request.scopes);
    fields.extend(&mut request.prompt);
    fields.extend(&mut request.warnings);
}

/// The list above must cover all views.
#[test]
fn the_walk_reaches_every_string() {
    for (name, view) in views::every_page() {
        // Not text to show: the tags of the enums `page`, `step` and `kind`.
        let tags = match &view {
            PageView::SignIn(view) => 2 + usize::from(view.problem.is_some()),
            PageView::Recovery(view) => 2 + usize::from(view.problem.is_some()),
            PageView::Proofs(view) => 2 + usize::from(view.problem.is_some()),
            PageView::Activation(_) => 2,
            // The names of its fields are our own.
            PageView::PostMessage(view) => 1 + view.fields.len(),
            _ => 1,
        };
        let reached = fields(&mut view.clone()).len();
        assert_eq!(reached, strings(&serde_json::to_value(&view).unwrap()) - tags, "{name}");
    }
}

#[test]
fn links_of_a_client_are_web_links_or_nothing() {
    for address in ["javascript:alert(1)", "data:text/html,x", "  javascript:alert(1)", "not a link"] {
        let mut view = views::consent();
        let uri = || Some(address.to_owned());
        view.about = AboutClient { logo_uri: uri(), client_uri: uri(), policy_uri: uri(), tos_uri: uri() };
        assert_eq!(all(&document(&PageView::Consent(view)), ".links, a[target], img").len(), 0, "{address}");
    }
}
