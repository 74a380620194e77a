//! From records to views.

use std::sync::Arc;

use mock_idp_core::ledger::{Activation, AuthorizationRequest, Purpose, Transaction};
use mock_idp_core::model::{App, RedirectPurpose, Scope, check_redirect_uri};
use mock_idp_core::org::{CompiledServer, Org, SignInForm, Urls};
use mock_idp_core::policy::password_rules::PasswordRules;
use mock_idp_core::sign_in::{Remediation, SignInProblem};
use mock_idp_core::text::clipped;
use serde_json::json;

use super::frame::Frame;
use super::sign_in::{
    AboutClient, ActivationStep, ConsentScope, ConsentView, OtherWays, ProviderLink, RedirectUriMismatch,
    RequestSummary, SignInStep, SignInView,
};

/// The sign-in page of a transaction.
#[must_use]
pub(crate) fn sign_in_page(
    org: &Org,
    server: &CompiledServer,
    Transaction { purpose, remember, .. }: &Transaction,
    options: &[Remediation],
    problem: Option<SignInProblem>,
    state_handle: &str,
    frame: Frame,
) -> SignInView {
    let settings = &org.settings().sign_in_page;
    let (step, identifier) = match (settings.form, options.first()) {
        (_, Some(Remediation::Password { identifier })) => {
            (SignInStep::Password { identifier: identifier.clone() }, Some(identifier.clone()))
        }
        (_, Some(Remediation::NewPassword { user_id, days_left })) => {
            let user = org.user(user_id);
            let identifier = user.map(|user| user.profile.login.clone()).unwrap_or_default();
            let rules = Box::new(PasswordRules::of_known(org, user));
            let days_left = *days_left;
            let known = Some(identifier.clone());
            (SignInStep::NewPassword { identifier, days_left, rules }, known)
        }
        (SignInForm::Single, Some(Remediation::Identify { identifier, .. })) => {
            (SignInStep::Single, identifier.clone())
        }
        (SignInForm::Classic, Some(Remediation::Identify { identifier, .. })) => {
            (SignInStep::Classic, identifier.clone())
        }
        (SignInForm::IdentifierFirst, Some(Remediation::Identify { identifier, .. })) => {
            (SignInStep::Identifier, identifier.clone())
        }
        (_, Some(Remediation::SignInAtProvider { .. })) => (SignInStep::Providers, None),
        _ => (SignInStep::Identifier, None),
    };
    let word = match &step {
        SignInStep::Identifier | SignInStep::Providers => "identify",
        SignInStep::Password { .. } => "challenge",
        SignInStep::NewPassword { .. } => "new-password",
        SignInStep::Single | SignInStep::Classic => "sign-in",
    };
    let prefix = frame.path_prefix.clone();
    let offered = |option: &Remediation, page: &str| {
        options.contains(option).then(|| format!("{prefix}/signin/{page}?stateHandle={state_handle}"))
    };
    SignInView {
        action: format!("{prefix}/signin/{word}"),
        pick_action: format!("{prefix}/signin/pick"),
        other_ways: Box::new(OtherWays {
            forgot_password: offered(&Remediation::ResetPassword, "forgot-password"),
            register: offered(&Remediation::Register, "register"),
            unlock: offered(&Remediation::Unlock, "unlock"),
            providers: provider_links(options, &prefix, state_handle),
        }),
        restart_href: format!("{prefix}/signin/restart?stateHandle={state_handle}"),
        state_handle: state_handle.to_owned(),
        identifier: identifier.unwrap_or_default(),
        keep_me_signed_in: *remember,
        problem,
        about: match purpose {
            Purpose::Authorize(request) if server.behavior.shows_client_at_sign_in() => {
                about(org.client(&request.client_id))
            }
            _ => AboutClient::default(),
        },
        request: match purpose {
            Purpose::Authorize(request) => request_summary(org, server, request),
            Purpose::Interact(interaction) => request_summary(org, server, &interaction.request),
            Purpose::Activate(activation) => activation_summary(org, server, activation),
            Purpose::Authn { .. } | Purpose::Home { .. } => RequestSummary::default(),
        },
        autofill: None,
        personas: if settings.picker { Arc::clone(org.picker_users()) } else { Arc::default() },
        step,
        frame,
    }
}

fn provider_links(options: &[Remediation], prefix: &str, state_handle: &str) -> Vec<ProviderLink> {
    let link = |option: &Remediation| match option {
        Remediation::SignInAtProvider { id, name, kind } => Some(ProviderLink {
            name: name.clone(),
            kind: kind.clone(),
            href: format!("{prefix}/sso/idps/{id}?stateToken={state_handle}"),
        }),
        _ => None,
    };
    options.iter().filter_map(link).collect()
}

/// The consent page of a transaction.
#[must_use]
pub(crate) fn consent_page(
    org: &Org,
    server: &CompiledServer,
    request: &AuthorizationRequest,
    user_id: &str,
    scopes: &[Scope],
    state_handle: &str,
    frame: Frame,
) -> ConsentView {
    let client = org.client(&request.client_id);
    ConsentView {
        action: format!("{}/signin/consent", frame.path_prefix),
        state_handle: state_handle.to_owned(),
        client_label: label(client, &request.client_id),
        user_login: org.user(user_id).map(|user| user.profile.login.clone()).unwrap_or_default(),
        about: about(client),
        scopes: scopes.iter().map(consent_scope).collect(),
        request: request_summary(org, server, request),
        frame,
    }
}

/// The step in which the user confirms a device.
#[must_use]
pub(crate) fn activation_step(
    org: &Org,
    activation: &Activation,
    user_id: &str,
    scopes: &[Scope],
    state_handle: &str,
    frame: &Frame,
) -> ActivationStep {
    ActivationStep::Confirm {
        action: format!("{}/signin/consent", frame.path_prefix),
        state_handle: state_handle.to_owned(),
        client_label: label(org.client(&activation.client_id), &activation.client_id),
        user_login: org.user(user_id).map(|user| user.profile.login.clone()).unwrap_or_default(),
        user_code: activation.user_code.clone(),
        // That the user is signed in is said by the page itself.
        scopes: scopes.iter().filter(|scope| scope.name != "openid").map(consent_scope).collect(),
    }
}

fn consent_scope(scope: &Scope) -> ConsentScope {
    ConsentScope {
        name: scope.name.clone(),
        display_name: scope.title().to_owned(),
        description: scope.description.clone().unwrap_or_default(),
        optional: scope.optional,
    }
}

/// What a device requests. It is not redirected to.
fn activation_summary(org: &Org, server: &CompiledServer, activation: &Activation) -> RequestSummary {
    RequestSummary {
        client_label: label(org.client(&activation.client_id), &activation.client_id),
        client_id: activation.client_id.clone(),
        server_name: server_name(server),
        scopes: activation.scopes.as_slice().to_vec(),
        redirect_uri: String::new(),
        response_type: String::new(),
        response_mode: String::new(),
        prompt: None,
        pkce: false,
        nonce: false,
        warnings: Vec::new(),
    }
}

fn server_name(server: &CompiledServer) -> Option<String> {
    (!server.is_org()).then(|| server.name.clone())
}

/// What the client requests, with warnings about insecure choices.
#[must_use]
pub(super) fn request_summary(org: &Org, server: &CompiledServer, request: &AuthorizationRequest) -> RequestSummary {
    let prompts = [(request.prompt_none, "none"), (request.prompt_login, "login"), (request.prompt_consent, "consent")];
    let prompt: Vec<&str> = prompts.into_iter().filter_map(|(requested, prompt)| requested.then_some(prompt)).collect();
    let response_type: Vec<&str> = request.response_type.words().collect();
    let mut warnings = Vec::new();
    if request.response_type.code && request.code_challenge.is_none() {
        warnings.push("No PKCE: an attacker who intercepts the code can redeem it.".to_owned());
    }
    if request.response_type.front_channel_token() {
        warnings.push("Tokens travel through the browser: prefer the authorization code flow.".to_owned());
    }
    if plain_http_elsewhere(request.target.redirect_uri()) {
        warnings.push("The redirect URI is plain http on another machine.".to_owned());
    }
    RequestSummary {
        client_label: label(org.client(&request.client_id), &request.client_id),
        client_id: request.client_id.clone(),
        server_name: server_name(server),
        scopes: request.scopes.as_slice().to_vec(),
        redirect_uri: request.target.redirect_uri().to_owned(),
        response_type: response_type.join(" "),
        response_mode: request.target.mode().name().to_owned(),
        prompt: (!prompt.is_empty()).then(|| prompt.join(" ")),
        pkce: request.code_challenge.is_some(),
        nonce: request.nonce.is_some(),
        warnings,
    }
}

/// Longest part of a redirect URI that is compared and shown, in characters.
const MAX_COMPARED: usize = 512;

/// Largest number of registered redirect URIs that are compared and shown.
const MAX_REGISTERED: usize = 100;

/// The received redirect URI, and the registered ones, the nearest first.
#[must_use]
pub(crate) fn redirect_uri_help(client: &App, received: &str, urls: &Urls) -> RedirectUriMismatch {
    let acceptable = received.len() <= MAX_COMPARED
        && check_redirect_uri(received, RedirectPurpose::SignIn { wildcard: false }).is_ok();
    let command = acceptable.then(|| {
        let body = json!({ "client": client.client_id(), "redirect_uri": received }).to_string();
        // JSON can write the quote that would end the shell's string.
        format!("curl --json '{}' {}/_mock/redirect-uris", body.replace('\'', "\\u0027"), urls.endpoint_base)
    });
    let received = clipped(received, MAX_COMPARED);
    let registered = client.oauth().redirect_uris.iter().take(MAX_REGISTERED).map(|uri| clipped(uri, MAX_COMPARED));
    let mut registered: Vec<_> = registered.map(|uri| (strsim::jaro(&uri, &received), uri)).collect();
    registered.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let registered = registered.into_iter().map(|(_, uri)| uri).collect();
    RedirectUriMismatch { client_label: client.label.clone(), received, registered, command }
}

fn about(client: Option<&App>) -> AboutClient {
    client.map(App::oauth).map_or_else(AboutClient::default, |oauth| AboutClient {
        logo_uri: oauth.logo_uri.clone(),
        client_uri: oauth.client_uri.clone(),
        policy_uri: oauth.policy_uri.clone(),
        tos_uri: oauth.tos_uri.clone(),
    })
}

fn label(client: Option<&App>, client_id: &str) -> String {
    client.map_or_else(|| client_id.to_owned(), |client| client.label.clone())
}

fn plain_http_elsewhere(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|uri| {
        uri.scheme() == "http"
            && !matches!(uri.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
            && !uri.host_str().is_some_and(|host| host.ends_with(".localhost"))
    })
}
