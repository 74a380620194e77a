//! The sign-in form in its steps, the picker, and the texts of each problem.
//!
//! End-to-end suites select by the structure of Okta's pages. Classic's page (the first generation) has names and ids of its own. The
//! Identity Engine's second and third generation share most: input names, texts and `data-se` marks. They differ in the submit control,
//! `input[type=submit][data-type=save]` in the second and `button[data-se=save]` in the third. The page has both: the input is the
//! button that people see, and the only element with `type="submit"`; the button beside it is a pixel that people and screen
//! readers do not notice, but that scripts can click.

use std::borrow::Cow;

use askama::Template;

use super::about::About;
use super::chrome::{Chrome, destination};
use super::javascript;
use super::sign_in_problem::{Field, Problem};
use super::words::{SignInWords, Words};
use crate::pages::view::{
    PickerUser, ProviderLink, RequestSummary, SignInProblem, SignInProblemKind as Kind, SignInStep, SignInView,
};

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage<'a> {
    chrome: Chrome<'a>,
    view: &'a SignInView,
    words: StepWords,
    fields: Fields,
    problem: Option<Problem<'a>>,
    about: About<'a>,
    request: Asked<'a>,
    picker: Picker<'a>,
}

impl<'a> SignInPage<'a> {
    pub(super) fn new(view: &'a SignInView) -> Self {
        let words = Words::of(view.frame.language);
        // Okta: "{org} - Sign In" on every step.
        let title = (words.sign_in.title)(&view.frame.org_name);
        Self {
            chrome: Chrome::titled(&view.frame, title).with_problem(view.problem.is_some()),
            view,
            words: StepWords::of(&view.step, &words.sign_in),
            fields: Fields::of(&view.step, &words.sign_in),
            problem: view.problem.as_ref().map(|problem| Problem::new(problem, &view.step, &words.problems)),
            about: About::new(&view.about),
            request: Asked::new(&view.request, words),
            picker: Picker::new(view, &words.sign_in),
        }
    }

    fn asks_identifier(&self) -> bool {
        !matches!(self.view.step, SignInStep::Password { .. } | SignInStep::NewPassword { .. } | SignInStep::Providers)
    }

    fn asks_password(&self) -> bool {
        !matches!(self.view.step, SignInStep::Identifier | SignInStep::NewPassword { .. } | SignInStep::Providers)
    }

    /// What a new password has to be like, where the page asks for one.
    fn new_password(&self) -> Option<String> {
        match &self.view.step {
            SignInStep::NewPassword { rules, .. } => Some((self.chrome.words.sign_in.requirements)(rules)),
            _ => None,
        }
    }

    /// Where the button posts to that keeps a password that expires soon.
    fn skip_action(&self) -> Option<String> {
        match &self.view.step {
            SignInStep::NewPassword { days_left: Some(_), .. } => {
                Some(format!("{}/signin/skip", self.view.frame.path_prefix))
            }
            _ => None,
        }
    }

    /// The identifier that the password belongs to, after the first step.
    fn known_identifier(&self) -> Option<&str> {
        match &self.view.step {
            SignInStep::Password { identifier } | SignInStep::NewPassword { identifier, .. } => Some(identifier),
            SignInStep::Identifier | SignInStep::Single | SignInStep::Classic | SignInStep::Providers => None,
        }
    }

    /// A form that cannot succeed is not shown again.
    fn can_go_on(&self) -> bool {
        !matches!(self.view.problem, Some(SignInProblem { kind: Kind::CookiesBlocked, .. }))
    }

    /// Whether the page has a form besides the links to identity providers.
    fn has_form(&self) -> bool {
        self.can_go_on() && !matches!(self.view.step, SignInStep::Providers)
    }

    /// What the script needs that lets the browser offer passkeys.
    fn autofill(&self) -> Option<&str> {
        self.view.autofill.as_deref().filter(|_| self.has_form() && self.asks_identifier())
    }

    /// Okta: scripts read it from the page, where it is a JavaScript string. Here it is data, and nothing runs.
    fn state_token(&self) -> String {
        javascript::literal(&self.view.state_handle)
    }

    fn wrong(&self, field: Field) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.field == Some(field))
    }

    /// The element with the initial focus: a field, or the problem if no field can fix it.
    fn focus(&self) -> Focus {
        match (&self.problem, &self.view.step) {
            (Some(Problem { field: Some(Field::Identifier), .. }), _) => Focus::Identifier,
            (Some(Problem { field: Some(Field::Password), .. }), _) => Focus::Password,
            (Some(_), _) => Focus::Problem,
            (None, SignInStep::Password { .. } | SignInStep::NewPassword { .. }) => Focus::Password,
            (None, SignInStep::Single | SignInStep::Classic) if !self.view.identifier.is_empty() => Focus::Password,
            (None, SignInStep::Providers) => Focus::Problem,
            (None, _) => Focus::Identifier,
        }
    }

    fn focus_on(&self, place: Focus) -> &'static str {
        if self.focus() == place { " autofocus" } else { "" }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Focus {
    Identifier,
    Password,
    Problem,
}

/// The texts of a step, and the classes that Okta's page has there.
#[derive(Debug)]
struct StepWords {
    heading: Cow<'static, str>,
    submit: &'static str,
    view_class: &'static str,
    form_class: &'static str,
}

impl StepWords {
    fn of(step: &SignInStep, words: &SignInWords) -> Self {
        let step_words = |heading: &'static str, submit, view_class| Self {
            heading: heading.into(),
            submit,
            view_class,
            form_class: "o-form",
        };
        match step {
            SignInStep::Identifier | SignInStep::Providers => {
                step_words(words.heading, words.next, "siw-main-view identify primary-auth")
            }
            SignInStep::Password { .. } => {
                step_words(words.password_heading, words.verify, "siw-main-view mfa-verify-password")
            }
            SignInStep::NewPassword { days_left: Some(days), .. } => Self {
                heading: (words.expires_heading)(*days).into(),
                ..step_words("", words.change_password, "siw-main-view reenroll-authenticator-warning--okta_password")
            },
            SignInStep::NewPassword { .. } => step_words(
                words.expired_heading,
                words.change_password,
                "siw-main-view reenroll-authenticator--okta_password",
            ),
            SignInStep::Single => step_words(words.heading, words.sign_in, "siw-main-view identify primary-auth"),
            SignInStep::Classic => Self {
                form_class: "primary-auth-form o-form",
                ..step_words(words.heading, words.classic_sign_in, "primary-auth")
            },
        }
    }
}

/// Okta's names and ids of the fields.
#[derive(Debug)]
struct Fields {
    identifier: &'static str,
    identifier_id: &'static str,
    password: &'static str,
    password_id: &'static str,
    remember: &'static str,
    remember_label: &'static str,
    /// Classic's submit control has an id; the Identity Engine's generations have marks.
    submit_id: Option<&'static str>,
}

impl Fields {
    fn of(step: &SignInStep, words: &SignInWords) -> Self {
        match step {
            SignInStep::Classic => Self {
                identifier: "username",
                identifier_id: "okta-signin-username",
                password: "password",
                password_id: "okta-signin-password",
                remember: "remember",
                remember_label: words.remember_me,
                submit_id: Some("okta-signin-submit"),
            },
            // The third generation's ids are the names; those of the second are generated, and scripts do not select by them.
            SignInStep::Identifier
            | SignInStep::Password { .. }
            | SignInStep::NewPassword { .. }
            | SignInStep::Providers
            | SignInStep::Single => Self {
                identifier: "identifier",
                identifier_id: "identifier",
                password: "credentials.passcode",
                password_id: "credentials.passcode",
                remember: "rememberMe",
                remember_label: words.keep_me_signed_in,
                submit_id: None,
            },
        }
    }
}

impl ProviderLink {
    /// Okta's mark of its button: generic providers have one in common.
    fn mark(&self) -> String {
        match self.kind.as_str() {
            "APPLE" | "FACEBOOK" | "GOOGLE" | "LINKEDIN" | "MICROSOFT" => {
                format!("social-auth-{}-button", self.kind.to_lowercase())
            }
            _ => "social-auth-general-idp-button".to_owned(),
        }
    }
}

/// The summary of the authorization request.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) summary: &'a RequestSummary,
    pub(super) destination: String,
    pub(super) warning_count: String,
}

impl<'a> Asked<'a> {
    pub(super) fn new(summary: &'a RequestSummary, words: &Words) -> Self {
        let warning_count = (words.request.warnings)(summary.warnings.len());
        Self { summary, destination: destination(&summary.redirect_uri), warning_count }
    }
}

/// The development picker: the first rows are visible, the others are collapsed.
///
/// Its rows are links, so that scripts find one form with one submit control on the page.
#[derive(Debug)]
struct Picker<'a> {
    shown: Vec<PickerRow<'a>>,
    more: Vec<PickerRow<'a>>,
    more_text: String,
}

const PERSONAS_SHOWN: usize = 12;

impl<'a> Picker<'a> {
    fn new(view: &'a SignInView, words: &SignInWords) -> Self {
        let personas = view.personas.as_slice();
        // One or two further rows are not worth collapsing.
        let split = if personas.len() <= PERSONAS_SHOWN + 2 { personas.len() } else { PERSONAS_SHOWN };
        let (shown, more) = personas.split_at(split);
        let rows = |personas: &'a [PickerUser]| personas.iter().map(|persona| PickerRow::new(persona, view)).collect();
        Self { shown: rows(shown), more: rows(more), more_text: (words.more_users)(more.len()) }
    }
}

#[derive(Debug)]
struct PickerRow<'a> {
    persona: &'a PickerUser,
    href: String,
    /// Without "Everyone", which every user has.
    groups: Vec<&'a str>,
}

impl<'a> PickerRow<'a> {
    fn new(persona: &'a PickerUser, view: &SignInView) -> Self {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("stateHandle", &view.state_handle)
            .append_pair("user", &persona.login)
            .finish();
        let groups = persona.groups.iter().map(String::as_str).filter(|group| *group != "Everyone").collect();
        Self { persona, href: format!("{}?{query}", view.pick_action), groups }
    }
}
