//! Pages of recoveries, and of links in emails.

use mock_idp_core::ledger::OpenedLink;

use super::frame;
use crate::pages::view::{
    MagicLinkView, PageView, ProfileField, RecoveryPageStep, RecoveryView, SignInProblem, SignInProblemKind,
};

/// The page of a link in an email, for each of its results.
pub(crate) fn magic_links() -> Vec<(String, PageView)> {
    [
        ("magic_link_verified", OpenedLink::Verified),
        ("magic_link_code", OpenedLink::Code("123456".to_owned())),
        ("magic_link_expired", OpenedLink::Expired),
        ("magic_link_replaced", OpenedLink::Replaced),
    ]
    .map(|(name, opened)| (name.to_owned(), PageView::MagicLink(MagicLinkView::new(opened, frame()))))
    .to_vec()
}

/// Each step of a recovery, and one with a problem.
pub(crate) fn recoveries() -> Vec<(String, PageView)> {
    let identifier = || "recover@example.test".to_owned();
    let steps = [
        ("recovery_identify", RecoveryPageStep::Identify { is_unlock: false, identifier: String::new() }, None),
        ("recovery_unlock", RecoveryPageStep::Identify { is_unlock: true, identifier: identifier() }, None),
        (
            "recovery_code_wrong",
            RecoveryPageStep::Code { identifier: identifier(), resend_action: "/signin/resend".to_owned() },
            Some(SignInProblem::new(SignInProblemKind::WrongCode, "the code is not the one that was sent")),
        ),
        ("recovery_question", RecoveryPageStep::Question { question: "What is your <b>pet</b>?".to_owned() }, None),
        ("recovery_confirm", RecoveryPageStep::Confirm { identifier: identifier() }, None),
        (
            "recovery_password",
            RecoveryPageStep::Password { identifier: identifier(), is_activation: false, rules: Box::default() },
            None,
        ),
        (
            "recovery_activation",
            RecoveryPageStep::Password { identifier: identifier(), is_activation: true, rules: Box::default() },
            None,
        ),
        (
            "registration_profile",
            RecoveryPageStep::Profile {
                fields: vec![ProfileField {
                    name: "email".to_owned(),
                    label: "Primary email".to_owned(),
                    required: true,
                    refused: true,
                }],
                is_update: false,
            },
            Some(SignInProblem::new(SignInProblemKind::NotUnique, "another user has this address")),
        ),
        (
            "profile_update",
            RecoveryPageStep::Profile {
                fields: vec![ProfileField {
                    name: "department".to_owned(),
                    label: "Department".to_owned(),
                    required: true,
                    refused: false,
                }],
                is_update: true,
            },
            None,
        ),
        ("recovery_unlocked", RecoveryPageStep::Unlocked { identifier: identifier() }, None),
    ];
    let page = |step, problem| {
        PageView::Recovery(RecoveryView {
            frame: frame(),
            step,
            action: "/signin/challenge".to_owned(),
            state_handle: "02.id.state~c.example".to_owned(),
            problem,
            restart_href: "/signin/restart?stateHandle=02.id.state".to_owned(),
            inbox_href: Some("/_mock/console/inbox".to_owned()),
        })
    };
    steps.into_iter().map(|(name, step, problem)| (name.to_owned(), page(step, problem))).collect()
}
