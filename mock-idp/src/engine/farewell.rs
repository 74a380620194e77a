//! Delivers logout tokens. OIDC Back-Channel Logout 1.0, 2.5 to 2.8: nobody waits for slow receivers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;
use mock_idp_core::endpoint::logout::BackChannelNotice;
use mock_idp_core::tokens::{LogoutToken, TokenKind, issue};
use mock_idp_core::trace::Trace;

use super::{Context, OrgInstance};
use crate::journal::Entry;
use crate::outbound::{self, OutboundError};
use crate::request_id::RequestId;

/// What is waited before each further attempt. Only a failure that may pass is tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];

impl Context {
    /// Signs the tokens now and posts them beside whatever comes next.
    pub(super) async fn notify(&self, notices: Vec<BackChannelNotice>) {
        for notice in notices {
            let Some(server) = self.org.server_by_id(&notice.server) else { continue };
            let Ok(held) = self.instance.keys(server).await else { continue };
            let contents = LogoutToken {
                issuer: &notice.issuer,
                client_id: &notice.client_id,
                user_id: &notice.user_id,
                sid: &notice.sid,
            };
            let mut trace = Trace::default();
            let unsigned = self.instance.ask(&mut trace, |moment| contents.unsigned(&moment.token(), moment.now));
            let kinds = std::iter::once(TokenKind::LogoutToken);
            let faults = self.instance.faults.take_token_faults(&notice.client_id, kinds);
            if let Ok(token) = issue(unsigned, &held.keys, &faults) {
                tokio::spawn(deliver(Arc::clone(&self.instance), notice, token));
            }
        }
    }
}

async fn deliver(org: Arc<OrgInstance>, notice: BackChannelNotice, token: String) {
    let started = Instant::now();
    let form = format!("logout_token={token}");
    let mut outcome = outbound::post_form(&notice.uri, form.clone()).await;
    for pause in PAUSES {
        if !may_pass(&outcome) {
            break;
        }
        record(&org, &notice, &outcome, started);
        #[expect(clippy::disallowed_methods, reason = "there is no event to wait for: the other end has to recover")]
        tokio::time::sleep(pause).await;
        outcome = outbound::post_form(&notice.uri, form.clone()).await;
    }
    record(&org, &notice, &outcome, started);
}

/// Back-Channel Logout 2.8: 400 says that the token was refused; it will not be better later.
fn may_pass(outcome: &Result<(), OutboundError>) -> bool {
    match outcome {
        Ok(()) => false,
        Err(OutboundError::Status(status)) => status.is_server_error(),
        Err(_) => true,
    }
}

/// A delivery stands in the journal like a request, under the address that it went to.
fn record(org: &OrgInstance, notice: &BackChannelNotice, outcome: &Result<(), OutboundError>, started: Instant) {
    let status = match outcome {
        Ok(()) => 200,
        Err(OutboundError::Status(status)) => status.as_u16(),
        Err(_) => 0,
    };
    let user = org.org().user(&notice.user_id).map(|user| user.profile.login.clone());
    org.journal.record(Entry {
        request_id: RequestId::random(),
        time: org.clock.now_millis(),
        method: Method::POST,
        path: notice.uri.split(['?', '#']).next().unwrap_or_default().to_owned(),
        status,
        ms: started.elapsed().as_secs_f64() * 1_000.0,
        client: Some(notice.client_id.clone()),
        user,
        reason: outcome.as_ref().err().map(|error| format!("logout token not delivered: {error}")),
        notes: Vec::new(),
    });
}
