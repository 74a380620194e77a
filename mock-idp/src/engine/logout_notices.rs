//! Back-channel logout notices: logout tokens that are posted to clients. OIDC Back-Channel Logout 1.0, 2.5 to 2.8. The request
//! that has ended the session does not wait for the deliveries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;
use mock_idp_core::endpoint::logout::BackChannelNotice;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::LogoutToken;
use mock_idp_core::trace::Trace;

use super::{Context, OrgInstance, signing};
use crate::faults::IssuedTo;
use crate::journal::JournalEntry;
use crate::outbound::{self, OutboundError};
use crate::request_id::RequestId;

/// The pauses before further attempts. Only failures that may be temporary are tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];

/// Signs the tokens now and posts them in the background.
pub(super) async fn send(context: &Context, notices: Vec<BackChannelNotice>) -> Result<(), OAuthError> {
    for notice in notices {
        let Some(server) = context.org.server_by_id(&notice.server) else { continue };
        let contents = LogoutToken {
            issuer: &notice.issuer,
            client_id: &notice.client_id,
            user_id: &notice.user_id,
            sid: &notice.sid,
        };
        let unsigned = context.decide(&mut Trace::default(), |moment| contents.unsigned(&moment.token(), moment.now));
        let to = IssuedTo { client_id: &notice.client_id, user_id: Some(&notice.user_id) };
        let token = signing::issue_one(context, server, unsigned, to).await?;
        tokio::spawn(deliver(Arc::clone(&context.instance), notice, token));
    }
    Ok(())
}

async fn deliver(org: Arc<OrgInstance>, notice: BackChannelNotice, token: String) {
    let started = Instant::now();
    let form = format!("logout_token={token}");
    let mut result = outbound::post_form(&notice.uri, form.clone(), org.networks).await;
    for pause in PAUSES {
        if !may_be_temporary(&result) {
            break;
        }
        record(&org, &notice, &result, started);
        #[expect(clippy::disallowed_methods, reason = "there is no event to wait for: the receiver has to recover")]
        tokio::time::sleep(pause).await;
        result = outbound::post_form(&notice.uri, form.clone(), org.networks).await;
    }
    record(&org, &notice, &result, started);
}

/// Back-Channel Logout 2.8: 400 means that the client has rejected the token.
fn may_be_temporary(result: &Result<(), OutboundError>) -> bool {
    match result {
        Ok(()) => false,
        Err(OutboundError::Status(status)) => status.is_server_error(),
        Err(_) => true,
    }
}

/// A delivery is an entry of the journal like a request, under the URI that it was sent to.
fn record(org: &OrgInstance, notice: &BackChannelNotice, result: &Result<(), OutboundError>, started: Instant) {
    let status = match result {
        Ok(()) => 200,
        Err(OutboundError::Status(status)) => status.as_u16(),
        Err(_) => 0,
    };
    let user = org.org().user(&notice.user_id).map(|user| user.profile.login.clone());
    org.journal.record(JournalEntry {
        request_id: RequestId::random(),
        time: org.clock.now_millis(),
        method: Method::POST,
        path: notice.uri.split(['?', '#']).next().unwrap_or_default().to_owned(),
        status,
        ms: started.elapsed().as_secs_f64() * 1_000.0,
        client: Some(notice.client_id.clone()),
        user,
        reason: result.as_ref().err().map(|error| format!("logout token not delivered: {error}")),
        notes: Vec::new(),
        request: None,
        response: None,
        logged: None,
        flow: None,
    });
}
