//! What the pages of recoveries and registrations show.

use mock_idp_core::org::Org;
use mock_idp_core::policy::password_rules::PasswordRules;
use mock_idp_core::policy::registration::RegistrationAttribute;
use mock_idp_core::sign_in::{RecoveryOption, RegistrationOption, Remediation, SignInProblem};
use serde::Serialize;

use super::frame::Frame;

/// A step of a recovery or a registration.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RecoveryView {
    pub frame: Frame,
    pub step: RecoveryPageStep,
    /// Where the form posts to: a path on this host.
    pub action: String,
    /// Hidden `stateHandle`.
    pub state_handle: String,
    /// Why the last attempt was refused.
    pub problem: Option<SignInProblem>,
    /// Where "Back to sign in" leads.
    pub restart_href: String,
    /// The messages of the org, where developers may see them.
    pub inbox_href: Option<String>,
}

/// What the page asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum RecoveryPageStep {
    Identify {
        is_unlock: bool,
        identifier: String,
    },
    Code {
        identifier: String,
        resend_action: String,
    },
    Question {
        question: String,
    },
    Confirm {
        identifier: String,
    },
    Password {
        identifier: String,
        is_activation: bool,
        #[serde(skip_serializing)]
        rules: Box<PasswordRules>,
    },
    Unlocked {
        identifier: String,
    },
    Profile {
        fields: Vec<ProfileField>,
        /// Whether they complete the profile of a user who exists.
        is_update: bool,
    },
}

/// An attribute of a user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProfileField {
    pub name: String,
    pub label: String,
    pub required: bool,
    /// Whether the last value was refused.
    pub refused: bool,
}

impl RecoveryView {
    /// The page of a step; `None` if it is one of a sign-in.
    pub(crate) fn of(
        org: &Org,
        option: Option<&Remediation>,
        problem: Option<&SignInProblem>,
        state_handle: &str,
        frame: &Frame,
    ) -> Option<Self> {
        let prefix = &frame.path_prefix;
        let (word, step) = match option? {
            Remediation::Recovery(option) => of_recovery(org, option, prefix),
            Remediation::Registration(option) => of_registration(org, option, problem, prefix),
            Remediation::CompleteProfile { attributes, .. } => {
                ("register", RecoveryPageStep::Profile { fields: fields(attributes, problem), is_update: true })
            }
            _ => return None,
        };
        Some(Self {
            action: format!("{prefix}/signin/{word}"),
            state_handle: state_handle.to_owned(),
            restart_href: format!("{prefix}/signin/restart?stateHandle={state_handle}"),
            inbox_href: org.settings().sign_in_page.picker.then(|| format!("{prefix}/_mock/console/inbox")),
            problem: problem.cloned(),
            step,
            frame: frame.clone(),
        })
    }
}

/// Where the form posts to, and what it asks for.
fn of_recovery(org: &Org, option: &RecoveryOption, prefix: &str) -> (&'static str, RecoveryPageStep) {
    let login = |id: &str| org.user(id).map(|user| user.profile.login.clone()).unwrap_or_default();
    match option {
        RecoveryOption::Identify { is_unlock, identifier } => {
            let (is_unlock, identifier) = (*is_unlock, identifier.clone().unwrap_or_default());
            ("recovery/identify", RecoveryPageStep::Identify { is_unlock, identifier })
        }
        RecoveryOption::Code { identifier, .. } => ("challenge", code(identifier, prefix)),
        RecoveryOption::Question { question, .. } => {
            ("recovery/answer", RecoveryPageStep::Question { question: question.clone() })
        }
        RecoveryOption::Confirm { user_id } => {
            ("recovery/confirm", RecoveryPageStep::Confirm { identifier: login(user_id) })
        }
        RecoveryOption::Password { user_id, is_activation } => {
            let (identifier, rules) = (login(user_id), Box::new(PasswordRules::of_known(org, org.user(user_id))));
            let is_activation = *is_activation;
            ("new-password", RecoveryPageStep::Password { identifier, is_activation, rules })
        }
        RecoveryOption::Unlocked { user_id } => ("", RecoveryPageStep::Unlocked { identifier: login(user_id) }),
    }
}

fn of_registration(
    org: &Org,
    option: &RegistrationOption,
    problem: Option<&SignInProblem>,
    prefix: &str,
) -> (&'static str, RecoveryPageStep) {
    match option {
        RegistrationOption::Profile { attributes } => {
            ("register", RecoveryPageStep::Profile { fields: fields(attributes, problem), is_update: false })
        }
        RegistrationOption::Password { user } => {
            let (identifier, rules) = (user.profile.login.clone(), Box::new(PasswordRules::of(org, user)));
            ("new-password", RecoveryPageStep::Password { identifier, is_activation: true, rules })
        }
        RegistrationOption::Code { email } => ("challenge", code(email, prefix)),
    }
}

fn fields(attributes: &[RegistrationAttribute], problem: Option<&SignInProblem>) -> Vec<ProfileField> {
    let refused = problem.and_then(|problem| problem.field.as_ref()).map(|field| &field.0);
    let field = |attribute: &RegistrationAttribute| ProfileField {
        name: attribute.name.clone(),
        label: attribute.label.clone(),
        required: attribute.required,
        refused: refused == Some(&attribute.name),
    };
    attributes.iter().map(field).collect()
}

fn code(identifier: &str, prefix: &str) -> RecoveryPageStep {
    let resend_action = format!("{prefix}/signin/resend");
    RecoveryPageStep::Code { identifier: identifier.to_owned(), resend_action }
}
