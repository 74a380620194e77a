//! What can be done next in a sign-in.

use super::answer::SignInFacts;
use super::consent::missing_consent;
use crate::ledger::{Purpose, Stage, Transaction};
use crate::model::Scope;
use crate::org::{CompiledServer, Org, SignInForm};

/// One thing that can be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Remediation {
    /// Say who signs in.
    Identify {
        /// The initial value: what was typed before, or the client's hint.
        identifier: Option<String>,
        /// Whether the password belongs to it.
        with_password: bool,
    },
    /// Enter the password of the user with this identifier, who may be unknown.
    Password { identifier: String },
    /// Enter a new password: that of this user has expired.
    NewPassword { user_id: String },
    /// Allow these scopes, or refuse.
    Consent { user_id: String, scopes: Vec<Scope> },
}

/// What can be done next, the first thing to offer first. Nothing, if the sign-in waits for no answer.
#[must_use]
pub fn options(org: &Org, server: &CompiledServer, transaction: &Transaction, facts: &SignInFacts) -> Vec<Remediation> {
    let with_password = org.settings().sign_in_page.form != SignInForm::IdentifierFirst;
    let purpose = &transaction.purpose;
    match &transaction.stage {
        Stage::Identify => {
            let identifier = purpose.request().and_then(|request| request.login_hint.clone());
            vec![Remediation::Identify { identifier, with_password }]
        }
        Stage::Challenge { identifier } if with_password => {
            vec![Remediation::Identify { identifier: Some(identifier.clone()), with_password }]
        }
        Stage::Challenge { identifier } => vec![Remediation::Password { identifier: identifier.clone() }],
        Stage::NewPassword { user_id } => vec![Remediation::NewPassword { user_id: user_id.clone() }],
        Stage::Consent { user } => {
            let client = purpose.client_id().and_then(|client_id| org.client(client_id));
            let scopes = match (purpose, client) {
                (Purpose::Activate(activation), _) => {
                    activation.scopes.iter().filter_map(|name| server.scope(name)).cloned().collect()
                }
                (_, Some(client)) => purpose
                    .request()
                    .map(|request| missing_consent(server, client, request, &facts.consent))
                    .unwrap_or_default(),
                (_, None) => Vec::new(),
            };
            vec![Remediation::Consent { user_id: user.authentication().user_id.clone(), scopes }]
        }
        Stage::SignedIn(_) | Stage::Decided { .. } => Vec::new(),
    }
}
