//! Logout notices: how the other clients of a session learn that it has ended. OIDC Front-Channel Logout 1.0, Back-Channel
//! Logout 1.0; Okta: single logout.

use crate::ledger::{Authentication, SessionClient};
use crate::model::App;
use crate::org::{Org, Urls};

/// The notices for one session.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogoutNotices {
    /// Front channel: URLs for the browser to load, each in its own frame.
    pub frames: Vec<String>,
    /// Back channel: logout tokens to post.
    pub back_channel: Vec<BackChannelNotice>,
}

/// A logout token to post.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BackChannelNotice {
    pub uri: String,
    pub client_id: String,
    /// Id of the authorization server whose key signs.
    pub server: String,
    pub issuer: String,
    pub user_id: String,
    pub sid: String,
}

/// The notices for a session that has ended.
#[must_use]
pub fn logout_notices(org: &Org, urls: &Urls, session: &Authentication, clients: &[SessionClient]) -> LogoutNotices {
    let mut notices = LogoutNotices::default();
    let sid = session.sid();
    for SessionClient { client_id, server } in clients {
        let client = org.client(client_id).filter(|client| client.status.is_active());
        let (Some(client), Some(server)) = (client, org.server_by_id(server)) else { continue };
        let issuer = urls.issuer(server);
        notices.frames.extend(frame(client, &issuer, &sid));
        notices.back_channel.extend(client.oauth().backchannel_logout_uri.clone().map(|uri| BackChannelNotice {
            uri,
            client_id: client_id.clone(),
            server: server.id.clone(),
            issuer,
            user_id: session.user_id.clone(),
            sid: sid.clone(),
        }));
    }
    notices
}

/// Front-Channel Logout 2: `iss` and `sid` are added to the query if the client requires them.
fn frame(client: &App, issuer: &str, sid: &str) -> Option<String> {
    let uri = client.frontchannel_logout_uri()?;
    if !client.oauth().frontchannel_logout_session_required {
        return Some(uri.to_owned());
    }
    let mut uri = url::Url::parse(uri).ok()?;
    uri.query_pairs_mut().append_pair("iss", issuer).append_pair("sid", sid);
    Some(uri.into())
}
