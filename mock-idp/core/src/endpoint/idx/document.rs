//! A document: the state of a transaction, and what can be done next.

use serde_json::{Map, Value, json};

use super::authenticators;
use super::form::{self, Form};
use super::message::IdxError;
use super::proofs;
use super::recovery;
use super::registration;
use super::state_handle::{RESULT_LIFETIME, provider_request_uri};
use crate::ledger::{Purpose, Recovery, RecoveryStep, Registration, Stage, Transaction};
use crate::model::{AuthMethod, Scope, SignInMethod, User};
use crate::moment::timestamp;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::password_rules::PasswordRules;
use crate::sign_in::{RecoveryOption, Remediation, autofill_challenge, challenge_data};

const VERSION: &str = "1.0.0";

/// A transaction whose documents are asked for.
#[derive(Clone, Copy, Debug)]
pub struct IdxTransaction<'a> {
    pub org: &'a Org,
    pub server: &'a CompiledServer,
    pub urls: &'a Urls,
    pub state_handle: &'a str,
    pub transaction: &'a Transaction,
}

/// The document for a handle that is unknown, used or too old.
#[must_use]
pub fn expired() -> Value {
    failed(&IdxError::SessionExpired)
}

/// The document of an error without a transaction.
#[must_use]
pub fn failed(error: &IdxError) -> Value {
    json!({ "version": VERSION, "messages": error.messages() })
}

impl<'a> IdxTransaction<'a> {
    /// What can be done next, and why the last answer was rejected.
    #[must_use]
    pub fn document(self, options: &[Remediation], error: Option<&IdxError>) -> Value {
        let mut document = self.head(self.transaction.expires);
        if let Some(Remediation::Recovery(RecoveryOption::Unlocked { .. })) = options.first() {
            document.insert("messages".to_owned(), recovery::unlocked());
            document.extend(self.user().map(|user| ("user".to_owned(), object(user))));
            document.insert("cancel".to_owned(), self.cancel());
            self.add_app(&mut document);
            return Value::Object(document);
        }
        let forms = error.is_none_or(|error| !error.is_terminal());
        if forms {
            let mut about_field = error.filter(|error| error.is_about_field()).map(IdxError::messages);
            let forms: Vec<Value> =
                options.iter().filter_map(|option| self.form(option, error, about_field.take())).collect();
            document.insert("remediation".to_owned(), json!({ "type": "array", "value": forms }));
        }
        if let Some(error) = error.filter(|error| !error.is_about_field()) {
            document.insert("messages".to_owned(), error.messages());
        } else if let Some(Remediation::NewPassword { days_left: Some(_), .. }) = options.first() {
            document.insert("messages".to_owned(), expires_soon(&self.org.identity().name));
        }
        if error == Some(&IdxError::ProviderFailed) {
            document.insert("cancel".to_owned(), self.cancel());
            self.add_app(&mut document);
        }
        if forms {
            self.add_authenticators(&mut document, options);
            if let Some(Remediation::CompleteProfile { .. }) = options.first() {
                let texts = json!({ "label": "Sign in", "buttonLabel": "Submit" });
                document.insert("uiDisplay".to_owned(), object(texts));
            }
            if options.contains(&Remediation::AutofillPasskey) {
                let data = challenge_data(self.org, self.urls, &autofill_challenge(self.state_handle), false);
                let challenge = object(json!({ "challengeData": data }));
                document.insert("webauthnAutofillUIChallenge".to_owned(), challenge);
            }
            self.add_recover_action(&mut document, options);
            document.extend(self.user().map(|user| ("user".to_owned(), object(user))));
            document.insert("cancel".to_owned(), self.cancel());
            self.add_app(&mut document);
        }
        Value::Object(document)
    }

    /// The end of a sign-in on the org's own pages: the browser goes on to `href`.
    #[must_use]
    pub fn success_redirect(self, href: &str) -> Value {
        self.redirect("success", "success-redirect", href)
    }

    /// The end of a sign-in that the client performs itself and the user has refused: the client gets the error at `href`.
    #[must_use]
    pub fn failure_redirect(self, href: &str) -> Value {
        self.redirect("failure", "failure-redirect", href)
    }

    /// The end of a sign-in that the client performs itself: an interaction code.
    #[must_use]
    pub fn with_interaction_code(self, code: &str, user_id: &str, now: i64) -> Value {
        let mut document = self.head(now + RESULT_LIFETIME);
        let user = self.org.user(user_id).map(|user| ("user".to_owned(), object(described(user))));
        document.extend(user);
        self.add_app(&mut document);
        let client_id = self.transaction.purpose.client_id().unwrap_or_default();
        let client = self.org.client(client_id);
        let mut fields = vec![
            json!({ "name": "grant_type", "required": true, "value": "interaction_code" }),
            json!({ "name": "interaction_code", "required": true, "value": code }),
            json!({ "name": "client_id", "required": true, "value": client_id }),
        ];
        if client.is_some_and(|client| client.auth_method() != AuthMethod::None) {
            fields.push(json!({ "name": "client_secret", "required": true }));
        }
        fields.push(json!({ "name": "code_verifier", "required": true }));
        document.insert(
            "successWithInteractionCode".to_owned(),
            json!({
                "rel": ["create-form"],
                "name": "issue",
                "href": format!("{}/v1/token", self.urls.endpoints(self.server)),
                "method": "POST",
                "value": fields,
                "accepts": "application/x-www-form-urlencoded",
            }),
        );
        Value::Object(document)
    }

    fn redirect(self, member: &str, name: &str, href: &str) -> Value {
        let mut document = self.head(self.transaction.expires);
        document.extend(self.user().map(|user| ("user".to_owned(), object(user))));
        self.add_app(&mut document);
        document.insert(member.to_owned(), json!({ "name": name, "href": href }));
        Value::Object(document)
    }

    /// The members that every document begins with.
    fn head(self, expires: i64) -> Map<String, Value> {
        let mut document = Map::new();
        document.insert("version".to_owned(), VERSION.into());
        document.insert("stateHandle".to_owned(), self.state_handle.into());
        document.insert("expiresAt".to_owned(), timestamp(expires).into());
        document.insert("intent".to_owned(), "LOGIN".into());
        document
    }

    fn form(self, option: &Remediation, error: Option<&IdxError>, about_field: Option<Value>) -> Option<Value> {
        let (name, endpoint, relates_to, fields) = match option {
            Remediation::Identify { identifier, with_password } => {
                let mut fields = vec![form::identifier(identifier.as_deref())];
                fields.extend(with_password.then(|| form::password("Password", None)));
                fields.push(form::remember_me(self.transaction.remember));
                ("identify", "identify", None, fields)
            }
            Remediation::Password { .. } => {
                let relates_to = Some("$.currentAuthenticatorEnrollment");
                let fields = vec![form::password("Password", None)];
                ("challenge-authenticator", "challenge/answer", relates_to, fields)
            }
            Remediation::NewPassword { days_left, .. } => {
                let fields = vec![form::password("New password", about_field)];
                let name = match days_left {
                    Some(_) => "reenroll-authenticator-warning",
                    None => "reenroll-authenticator",
                };
                (name, "challenge/answer", Some("$.currentAuthenticator"), fields)
            }
            Remediation::Consent { scopes, .. } if is_granular(scopes) => {
                ("granular-consent", "consent", None, form::granular_consent(scopes))
            }
            Remediation::Consent { .. } => ("consent", "consent", None, vec![form::consent()]),
            Remediation::KeepMeSignedIn { .. } => {
                ("keep-me-signed-in", "keep-me-signed-in", None, vec![form::keep_me_signed_in()])
            }
            Remediation::Recovery(option) => recovery::form_of(self.org, option, about_field)?,
            Remediation::Registration(option) => registration::form_of(option, error, about_field),
            Remediation::CompleteProfile { attributes, .. } => registration::update_form(attributes, error),
            Remediation::Register => ("select-enroll-profile", "enroll", None, Vec::new()),
            Remediation::SelectIdentify => ("select-identify", "identify/select", None, Vec::new()),
            Remediation::Unlock => ("unlock-account", "unlock-account", None, Vec::new()),
            Remediation::AutofillPasskey => {
                let fields = form::credentials(form::passkey(&[
                    ("authenticatorData", "Authenticator Data", true),
                    ("clientData", "Client Data", true),
                    ("signatureData", "Signature Data", true),
                    ("userHandle", "User Handle", false),
                ]));
                let name = "challenge-webauthn-autofillui-authenticator";
                (name, "challenge/answer/webauthn-autofillui", Some("webauthnAutofillUIChallenge"), vec![fields])
            }
            Remediation::SignInAtProvider { id, name, kind } => return Some(self.provider_form(id, name, kind)),
            // It is an action of the password.
            Remediation::ResetPassword => return None,
            _ => proofs::form_of(self.org, self.known_user()?, option, about_field)?,
        };
        let form = Form { name, relates_to, href: self.href(endpoint), fields, state_handle: self.state_handle };
        let mut form = form.into_value();
        if let (Remediation::Consent { scopes, .. }, Some(form)) = (option, form.as_object_mut())
            && !is_granular(scopes)
        {
            form.insert("scopes".to_owned(), form::scopes(scopes));
        }
        if matches!(name, "challenge-poll" | "enroll-poll") {
            form["refresh"] = form::POLL_INTERVAL.into();
        }
        Some(form)
    }

    /// Where the browser goes to sign in at an external identity provider.
    fn provider_form(self, id: &str, name: &str, kind: &str) -> Value {
        json!({
            "name": "redirect-idp",
            "type": kind,
            "idp": { "id": id, "name": name },
            "href": self.provider_href(id),
            "method": "GET",
        })
    }

    // Okta: clients that ask the user themselves get the authorization endpoint, with the provider in the `request_uri`.
    fn provider_href(self, id: &str) -> String {
        let Purpose::Interact(_) = &self.transaction.purpose else {
            return format!("{}/sso/idps/{id}?stateToken={}", self.urls.endpoint_base, self.state_handle);
        };
        let client_id = self.transaction.purpose.client_id().unwrap_or_default();
        let name = provider_request_uri(self.state_handle, id);
        format!("{}/v1/authorize?client_id={client_id}&request_uri={name}", self.urls.endpoints(self.server))
    }

    /// The form of something that can be done without an answer.
    fn action(self, name: &'static str, endpoint: &str) -> Value {
        let href = self.href(endpoint);
        Form { name, relates_to: None, href, fields: Vec::new(), state_handle: self.state_handle }.into_value()
    }

    /// The action by which the user sets a new password without the old one. Okta: of the password, where it is asked for.
    fn add_recover_action(self, document: &mut Map<String, Value>, options: &[Remediation]) {
        if !options.contains(&Remediation::ResetPassword) {
            return;
        }
        for name in ["currentAuthenticator", "currentAuthenticatorEnrollment"] {
            if let Some(current) = document.get_mut(name) {
                current["value"]["recover"] = self.action("recover", "recover");
            }
        }
    }

    fn cancel(self) -> Value {
        self.action("cancel", "cancel")
    }

    fn href(self, endpoint: &str) -> String {
        format!("{}/idp/idx/{endpoint}", self.urls.endpoint_base)
    }

    fn add_authenticators(self, document: &mut Map<String, Value>, options: &[Remediation]) {
        if let (Stage::MoreProofs(_), Some(user)) = (&self.transaction.stage, self.known_user()) {
            let action = |name: &'static str, endpoint: &str| self.action(name, endpoint);
            return proofs::add_authenticators(self.org, self.urls, user, options, action, document);
        }
        match options.first() {
            Some(Remediation::Identify { with_password: true, .. }) => {
                document.insert(
                    "currentAuthenticator".to_owned(),
                    object(authenticators::authenticator(self.org, SignInMethod::Password)),
                );
            }
            Some(Remediation::Password { identifier }) => {
                let enrollment = authenticators::password_enrollment(self.org, identifier);
                let list = |value: Value| json!({ "type": "array", "value": [value] });
                document.insert("currentAuthenticatorEnrollment".to_owned(), object(enrollment.clone()));
                document.insert(
                    "authenticators".to_owned(),
                    list(authenticators::authenticator(self.org, SignInMethod::Password)),
                );
                document.insert("authenticatorEnrollments".to_owned(), list(enrollment));
            }
            Some(Remediation::NewPassword { user_id, days_left }) => {
                let user = self.org.user(user_id);
                let login = user.map_or(user_id.as_str(), |user| user.profile.login.as_str());
                let rules = PasswordRules::of_known(self.org, user);
                let list = |value: Value| json!({ "type": "array", "value": [value] });
                let mut current = authenticators::password_with_settings(self.org, &rules);
                if let Some(days) = days_left {
                    current["settings"]["daysToExpiry"] = (*days).into();
                }
                document.insert("currentAuthenticator".to_owned(), object(current.clone()));
                document.insert(
                    "authenticators".to_owned(),
                    list(authenticators::authenticator(self.org, SignInMethod::Password)),
                );
                let enrollment = authenticators::password_enrollment(self.org, login);
                document.insert("authenticatorEnrollments".to_owned(), list(enrollment));
                if days_left.is_none() {
                    document.insert("recoveryAuthenticator".to_owned(), object(current));
                }
            }
            Some(Remediation::Recovery(option)) => {
                let action = |name: &'static str, endpoint: &str| self.action(name, endpoint);
                recovery::add_authenticators(self.org, option, action, document);
            }
            Some(Remediation::Registration(option)) => {
                let action = |name: &'static str, endpoint: &str| self.action(name, endpoint);
                registration::add_authenticators(self.org, option, action, document);
            }
            _ => {}
        }
    }

    /// The user. Before a password has been checked, it is only what was typed: whether there is such a user does not show.
    fn user(self) -> Option<Value> {
        match &self.transaction.stage {
            Stage::Challenge { identifier } => Some(json!({ "identifier": identifier })),
            Stage::Recovery(Recovery { step: RecoveryStep::Code { identifier, .. }, .. }) => {
                Some(json!({ "identifier": identifier }))
            }
            _ => self.known_user().map(described),
        }
    }

    /// The user who has proved something.
    fn known_user(self) -> Option<&'a User> {
        let user_id = match &self.transaction.stage {
            Stage::Identify | Stage::Challenge { .. } | Stage::ProviderFailed => return None,
            Stage::Recovery(recovery) => match (&recovery.step, recovery.step.user_id()) {
                (RecoveryStep::Code { .. }, _) | (_, None) => return None,
                (_, Some(user_id)) => user_id,
            },
            Stage::Registration(Registration::Profile) => return None,
            Stage::Registration(Registration::Password { user } | Registration::Code { user, .. }) => {
                return Some(user);
            }
            Stage::NewPassword { user_id } => user_id,
            Stage::MoreProofs(partial) => &partial.user_id,
            Stage::PasswordWarning(warning) => &warning.partial.user_id,
            Stage::SignedIn(proof) | Stage::ProfileUpdate(proof) | Stage::KeepMeSignedIn(proof) => &proof.user_id,
            Stage::Consent { user } | Stage::Decided { user, .. } => &user.authentication().user_id,
        };
        self.org.user(user_id)
    }

    fn add_app(self, document: &mut Map<String, Value>) {
        let client_id = match &self.transaction.purpose {
            Purpose::Home { .. } => {
                let app = json!({ "name": "okta_enduser", "label": "Okta Dashboard", "id": "DEFAULT_APP" });
                document.insert("app".to_owned(), object(app));
                return;
            }
            purpose => purpose.client_id().unwrap_or_default(),
        };
        let client = self.org.client(client_id);
        let label = client.map_or(client_id, |client| client.label.as_str());
        let mut app = json!({ "name": "oidc_client", "label": label, "id": client_id });
        let about = client.map(|client| client.oauth());
        if let (Some(app), Some(about), Stage::Consent { .. }) = (app.as_object_mut(), about, &self.transaction.stage) {
            let links = [
                ("termsOfService", &about.tos_uri, "terms-of-service"),
                ("privacyPolicy", &about.policy_uri, "privacy-policy"),
            ];
            for (name, uri, relation) in links {
                app.extend(uri.as_ref().map(|uri| (name.to_owned(), json!({ "rel": [relation], "href": uri }))));
            }
            let logo = |uri| json!({ "rel": ["icon"], "href": uri, "alt": "Logo for the app" });
            app.extend(about.logo_uri.as_ref().map(|uri| ("logo".to_owned(), logo(uri))));
            app.extend(about.client_uri.as_ref().map(|uri| ("clientUri".to_owned(), json!({ "href": uri }))));
        }
        document.insert("app".to_owned(), object(app));
        if let Some(request) = self.transaction.purpose.request() {
            let mut shown = Map::new();
            shown.insert("max_age".to_owned(), request.max_age.unwrap_or(-1).into());
            shown.insert("scope".to_owned(), request.scopes.join().into());
            shown
                .insert("response_type".to_owned(), request.response_type.words().collect::<Vec<_>>().join(" ").into());
            shown.insert("redirect_uri".to_owned(), request.target.redirect_uri().into());
            shown.extend(request.target.state().map(|state| ("state".to_owned(), state.into())));
            if let Some(challenge) = &request.code_challenge {
                shown.insert("code_challenge_method".to_owned(), "S256".into());
                shown.insert("code_challenge".to_owned(), challenge.as_str().into());
            }
            shown.insert("response_mode".to_owned(), request.target.mode().name().into());
            let issuer =
                json!({ "id": self.server.id, "name": self.server.name, "uri": self.urls.issuer(self.server) });
            let authentication = json!({ "protocol": "OAUTH2.0", "issuer": issuer, "request": shown });
            document.insert("authentication".to_owned(), object(authentication));
        }
    }
}

/// The message of a password that expires soon.
fn expires_soon(org: &str) -> Value {
    let text = format!(
        "When your password expires, you will have to change your password before you can login to your {org} account."
    );
    let message = json!({
        "message": text, "i18n": { "key": "idx.password.expiring.message", "params": [org] }, "class": "INFO",
    });
    json!({ "type": "array", "value": [message] })
}

fn is_granular(scopes: &[Scope]) -> bool {
    scopes.iter().any(|scope| scope.optional)
}

fn object(value: Value) -> Value {
    json!({ "type": "object", "value": value })
}

fn described(user: &User) -> Value {
    let profile = &user.profile;
    json!({
        "id": user.id,
        "identifier": profile.login,
        "profile": {
            "firstName": profile.first_name,
            "lastName": profile.last_name,
            "timeZone": profile.text("timezone").unwrap_or("America/Los_Angeles"),
            "locale": profile.text("locale").unwrap_or("en_US"),
        },
    })
}
