//! One handler for each form of the sign-in.

use mock_idp_core::protocol::{Parameters, Scopes};
use mock_idp_core::sign_in::Input;

use super::form::{PickerForm, SignInForm};
use crate::engine::{SignInEndpoint, SignInStep};
use crate::http::extract::Form;
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn identify(form: SignInForm, Form(fields): Form) -> Decided {
    submit(form, &fields, Input::Identifier(fields.get("identifier").unwrap_or_default())).await
}

pub(super) async fn challenge(form: SignInForm, Form(fields): Form) -> Decided {
    submit(form, &fields, Input::Password(fields.get("credentials.passcode").unwrap_or_default())).await
}

pub(super) async fn both(form: SignInForm, Form(fields): Form) -> Decided {
    // The names of both engines.
    let either = |names: [&str; 2]| names.into_iter().find_map(|name| fields.get(name)).unwrap_or_default();
    let input = Input::Both {
        identifier: either(["username", "identifier"]),
        password: either(["password", "credentials.passcode"]),
    };
    submit(form, &fields, input).await
}

pub(super) async fn pick(PickerForm(form): PickerForm, Form(fields): Form) -> Decided {
    submit(form, &fields, Input::Pick(fields.get("user").unwrap_or_default())).await
}

/// The links of the picker.
pub(super) async fn pick_by_link(PickerForm(form): PickerForm, Query(query): Query) -> Decided {
    submit(form, &query, Input::Pick(query.get("user").unwrap_or_default())).await
}

pub(super) async fn consent(form: SignInForm, Form(fields): Form) -> Decided {
    let opted: Scopes = fields.iter().filter(|(name, _)| *name == "scope").map(|(_, scope)| scope).collect();
    let allowed = fields.get("consent") == Some("allow");
    step(form, &fields, SignInStep::Consent { allowed, selected: &opted }).await
}

pub(super) async fn restart(form: SignInForm, Query(query): Query) -> Decided {
    step(form, &query, SignInStep::Restart).await
}

async fn submit(form: SignInForm, fields: &Parameters, input: Input<'_>) -> Decided {
    let remember = fields.get("rememberMe").or_else(|| fields.get("remember")).is_some();
    step(form, fields, SignInStep::Enter { input, remember }).await
}

async fn step(form: SignInForm, fields: &Parameters, step: SignInStep<'_>) -> Decided {
    let SignInForm { address, browser, names, frame } = form;
    let handle = fields.get("stateHandle").unwrap_or_default();
    page::response(
        SignInEndpoint::new(&address.org, address.urls()).respond(handle, step, browser, frame).await,
        &names,
    )
}
