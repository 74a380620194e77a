//! The sign-in form in its three steps, the picker, and the texts of each problem.
//!
//! One element has all marks of the submit control. It is an `<input type="submit">`: Okta's first generation of the
//! page (`#okta-signin-submit`) and its second (`input[type="submit"][data-type="save"]`) both use that element, and
//! suites name it in their selectors; the third generation is a `button`, but suites written for it select by attribute
//! (`[data-se="save"]`) or by role and name, which an input satisfies too.

use crate::pages::view::{
    PickerUser, RequestSummary, SignInProblem, SignInProblemKind as Kind, SignInStep, SignInView,
};
use askama::Template;

use super::about::About;
use super::chrome::{Chrome, destination};

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage<'a> {
    chrome: Chrome<'a>,
    view: &'a SignInView,
    words: StepWords,
    problem: Option<Problem<'a>>,
    about: About<'a>,
    request: Asked<'a>,
    picker: Picker<'a>,
}

impl<'a> SignInPage<'a> {
    pub(super) fn new(view: &'a SignInView) -> Self {
        let words = StepWords::of(&view.step);
        Self {
            chrome: Chrome::new(&view.frame, words.title).with_problem(view.problem.is_some()),
            view,
            words,
            problem: view.problem.as_ref().map(|problem| Problem::new(problem, view)),
            about: About::new(&view.about),
            request: Asked::new(&view.request),
            picker: Picker::new(&view.personas),
        }
    }

    fn asks_identifier(&self) -> bool {
        matches!(self.view.step, SignInStep::Identifier | SignInStep::Single)
    }

    fn asks_password(&self) -> bool {
        matches!(self.view.step, SignInStep::Password { .. } | SignInStep::Single)
    }

    /// The identifier that the password belongs to, after the first step.
    fn known_identifier(&self) -> Option<&str> {
        match &self.view.step {
            SignInStep::Password { identifier } => Some(identifier),
            SignInStep::Identifier | SignInStep::Single => None,
        }
    }

    /// A form that cannot succeed is not shown again.
    fn can_go_on(&self) -> bool {
        !matches!(self.view.problem, Some(SignInProblem { kind: Kind::CookiesBlocked | Kind::Expired, .. }))
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
            (None, SignInStep::Password { .. }) => Focus::Password,
            (None, SignInStep::Single) if !self.view.identifier.is_empty() => Focus::Password,
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

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Field {
    Identifier,
    Password,
}

#[derive(Debug)]
struct StepWords {
    title: &'static str,
    submit: &'static str,
    /// The classes that the sign-in widget puts on its main view.
    view_class: &'static str,
}

impl StepWords {
    fn of(step: &SignInStep) -> Self {
        match step {
            SignInStep::Identifier => Self { title: "Sign in", submit: "Next", view_class: "identify primary-auth" },
            SignInStep::Password { .. } => {
                Self { title: "Enter your password", submit: "Verify", view_class: "mfa-verify-password" }
            }
            SignInStep::Single => Self { title: "Sign in", submit: "Sign in", view_class: "identify primary-auth" },
        }
    }
}

/// A problem: the text for the user, and the details for the developer.
#[derive(Debug)]
struct Problem<'a> {
    title: &'static str,
    text: String,
    /// The field that can fix it.
    field: Option<Field>,
    okta_code: &'a str,
    reason: &'a str,
}

impl<'a> Problem<'a> {
    fn new(problem: &'a SignInProblem, view: &'a SignInView) -> Self {
        let credential = match view.step {
            SignInStep::Identifier => Field::Identifier,
            SignInStep::Password { .. } | SignInStep::Single => Field::Password,
        };
        let (title, text, field) = match problem.kind {
            Kind::MissingIdentifier => {
                ("Enter your username", "The username was left empty.".to_owned(), Some(Field::Identifier))
            }
            Kind::MissingPassword => {
                ("Enter your password", "The password was left empty.".to_owned(), Some(Field::Password))
            }
            Kind::AuthenticationFailed => (
                "That did not work",
                "The username or the password is not right. Check both, then try again.".to_owned(),
                Some(credential),
            ),
            Kind::LockedOut => (
                "This account is locked",
                "There were too many failed attempts. An administrator has to unlock it.".to_owned(),
                None,
            ),
            Kind::Suspended => (
                "This account is suspended",
                "An administrator has paused it. It works again once the suspension is lifted.".to_owned(),
                None,
            ),
            Kind::Deprovisioned => (
                "This account is deactivated",
                "It was deactivated, so it cannot be used to sign in. An administrator can activate it again."
                    .to_owned(),
                None,
            ),
            Kind::Staged => (
                "This account is not active yet",
                "It was created but never activated. It can sign in once it has been activated.".to_owned(),
                None,
            ),
            Kind::PasswordExpired => (
                "The password has expired",
                "The password is right, but it is too old. It has to be changed before this account can sign in."
                    .to_owned(),
                None,
            ),
            Kind::CookiesBlocked => (
                "The browser did not keep the cookie",
                "Signing in needs one cookie from this address, and it did not come back. Allow cookies here, or open \
                 the mock as localhost or by its https address, then start again."
                    .to_owned(),
                None,
            ),
            Kind::Expired => (
                "This sign-in is out of date",
                "It waited too long or was already used, perhaps in another tab. Start again.".to_owned(),
                None,
            ),
        };
        // Only fields of this step can be marked.
        let field = field.filter(|field| match field {
            Field::Identifier => !matches!(view.step, SignInStep::Password { .. }),
            Field::Password => !matches!(view.step, SignInStep::Identifier),
        });
        Self { title, text, field, okta_code: &problem.okta_code, reason: &problem.reason }
    }
}

/// The summary of the authorization request.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) summary: &'a RequestSummary,
    pub(super) destination: String,
}

impl<'a> Asked<'a> {
    pub(super) fn new(summary: &'a RequestSummary) -> Self {
        Self { summary, destination: destination(&summary.redirect_uri) }
    }
}

/// The development picker: the first rows are visible, the others are collapsed.
#[derive(Debug)]
struct Picker<'a> {
    shown: Vec<PickerRow<'a>>,
    more: Vec<PickerRow<'a>>,
}

const PERSONAS_SHOWN: usize = 12;

impl<'a> Picker<'a> {
    fn new(personas: &'a [PickerUser]) -> Self {
        // One or two further rows are not worth collapsing.
        let split = if personas.len() <= PERSONAS_SHOWN + 2 { personas.len() } else { PERSONAS_SHOWN };
        let (shown, more) = personas.split_at(split);
        Self { shown: shown.iter().map(PickerRow::new).collect(), more: more.iter().map(PickerRow::new).collect() }
    }
}

#[derive(Debug)]
struct PickerRow<'a> {
    persona: &'a PickerUser,
    /// Without "Everyone", which every user has.
    groups: Vec<&'a str>,
}

impl<'a> PickerRow<'a> {
    fn new(persona: &'a PickerUser) -> Self {
        let groups = persona.groups.iter().map(String::as_str).filter(|group| *group != "Everyone").collect();
        Self { persona, groups }
    }
}
