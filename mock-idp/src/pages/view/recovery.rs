//! What the pages of recoveries show.

use mock_idp_core::org::Org;
use mock_idp_core::policy::password;
use mock_idp_core::sign_in::{RecoveryOption, SignInProblem};
use serde::Serialize;

use super::frame::Frame;

/// A step of a recovery.
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

/// What a page of a recovery asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum RecoveryPageStep {
    Identify {
        is_unlock: bool,
        identifier: String,
    },
    Code {
        is_unlock: bool,
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
        requirements: &'static str,
    },
    Unlocked {
        identifier: String,
    },
}

impl RecoveryView {
    /// The page of a step.
    pub(crate) fn new(
        org: &Org,
        option: &RecoveryOption,
        problem: Option<SignInProblem>,
        state_handle: &str,
        frame: Frame,
    ) -> Self {
        let login = |id: &str| org.user(id).map(|user| user.profile.login.clone()).unwrap_or_default();
        let prefix = frame.path_prefix.clone();
        let (word, step) = match option {
            RecoveryOption::Identify { is_unlock, identifier } => {
                let (is_unlock, identifier) = (*is_unlock, identifier.clone().unwrap_or_default());
                ("recovery/identify", RecoveryPageStep::Identify { is_unlock, identifier })
            }
            RecoveryOption::Code { is_unlock, identifier } => {
                let resend_action = format!("{prefix}/signin/recovery/resend");
                let (is_unlock, identifier) = (*is_unlock, identifier.clone());
                ("challenge", RecoveryPageStep::Code { is_unlock, identifier, resend_action })
            }
            RecoveryOption::Question { question, .. } => {
                ("recovery/answer", RecoveryPageStep::Question { question: question.clone() })
            }
            RecoveryOption::Confirm { user_id } => {
                ("recovery/confirm", RecoveryPageStep::Confirm { identifier: login(user_id) })
            }
            RecoveryOption::Password { user_id, is_activation } => {
                let (identifier, requirements) = (login(user_id), password::REQUIREMENTS);
                let is_activation = *is_activation;
                ("new-password", RecoveryPageStep::Password { identifier, is_activation, requirements })
            }
            RecoveryOption::Unlocked { user_id } => ("", RecoveryPageStep::Unlocked { identifier: login(user_id) }),
        };
        Self {
            action: format!("{prefix}/signin/{word}"),
            state_handle: state_handle.to_owned(),
            restart_href: format!("{prefix}/signin/restart?stateHandle={state_handle}"),
            inbox_href: org.settings().sign_in_page.picker.then(|| format!("{prefix}/_mock/console/inbox")),
            problem,
            step,
            frame,
        }
    }
}
