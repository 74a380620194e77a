//! Telling the other clients of a session that it has ended. OIDC Front-Channel Logout 1.0, Back-Channel Logout 1.0; Okta:
//! single logout.

use crate::ledger::{Authentication, Participant};
use crate::model::App;
use crate::org::{Org, Urls};

/// What is to be told, and how.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Farewell {
    /// Addresses for the browser to load, each in a frame of its own.
    pub frames: Vec<String>,
    /// Addresses to post a logout token to.
    pub notices: Vec<Notice>,
}

/// A logout token to be posted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    pub uri: String,
    pub client_id: String,
    /// Id of the authorization server whose key signs.
    pub server: String,
    pub issuer: String,
    pub user_id: String,
    pub sid: String,
}

/// Who has to be told that a session has ended.
#[must_use]
pub fn farewell(org: &Org, urls: &Urls, ended: &Authentication, participants: &[Participant]) -> Farewell {
    let mut farewell = Farewell::default();
    let sid = ended.sid();
    for participant in participants {
        let client = org.client(&participant.client_id).filter(|client| client.status.is_active());
        let (Some(client), Some(server)) = (client, org.server_by_id(&participant.server)) else { continue };
        let issuer = urls.issuer(server);
        farewell.frames.extend(frame(client, &issuer, &sid));
        farewell.notices.extend(client.oauth().backchannel_logout_uri.clone().map(|uri| Notice {
            uri,
            client_id: participant.client_id.clone(),
            server: participant.server.clone(),
            issuer,
            user_id: ended.user_id.clone(),
            sid: sid.clone(),
        }));
    }
    farewell
}

/// Front-Channel Logout 2: `iss` and `sid` are added to whatever the address says already, when the client wants them.
fn frame(client: &App, issuer: &str, sid: &str) -> Option<String> {
    let uri = client.frontchannel_logout_uri()?;
    if !client.oauth().frontchannel_logout_session_required {
        return Some(uri.to_owned());
    }
    let mut uri = url::Url::parse(uri).ok()?;
    uri.query_pairs_mut().append_pair("iss", issuer).append_pair("sid", sid);
    Some(uri.into())
}
