//! The request that is being answered: which one it is, where it comes from, and what happens in it.

use std::net::{IpAddr, Ipv4Addr};

use mock_idp_core::moment::RequestOrigin;
use mock_idp_core::system_log::LogEvent;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::outbound::HookReply;
use crate::request_id::RequestId;

/// One request, in its extensions.
#[derive(Debug)]
pub(crate) struct CurrentRequest {
    pub(crate) id: RequestId,
    /// The address of the client.
    pub(crate) address: IpAddr,
    /// The same for the rules, with the user agent.
    pub(crate) origin: RequestOrigin,
    /// What the token inline hook has answered, or why it has not. A request that is decided again does not call it again.
    pub(crate) hook_reply: OnceCell<Result<HookReply, String>>,
    log: Mutex<RequestLog>,
}

/// What the System Log gets from a request.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    pub(crate) events: Vec<LogEvent>,
    /// Id of the API token of the request.
    pub(crate) api_token_id: Option<String>,
}

impl CurrentRequest {
    #[must_use]
    pub(crate) fn new(id: RequestId, address: IpAddr, user_agent: Option<String>) -> Self {
        let origin = RequestOrigin { address: Some(address), user_agent };
        Self { id, address, origin, hook_reply: OnceCell::new(), log: Mutex::default() }
    }

    /// Adds events of the System Log.
    pub(crate) fn log(&self, events: impl IntoIterator<Item = LogEvent>) {
        self.log.lock().events.extend(events);
    }

    /// How many events there are.
    pub(crate) fn logged(&self) -> usize {
        self.log.lock().events.len()
    }

    /// Drops all events but the first ones: what they are about was not stored.
    pub(crate) fn keep_logged(&self, count: usize) {
        self.log.lock().events.truncate(count);
    }

    /// Notes the API token of the request.
    pub(crate) fn has_api_token(&self, id: &str) {
        self.log.lock().api_token_id = Some(id.to_owned());
    }

    /// Takes everything out.
    #[must_use]
    pub(crate) fn take_log(&self) -> RequestLog {
        std::mem::take(&mut *self.log.lock())
    }
}

/// A request that was not sent: one of a preview.
impl Default for CurrentRequest {
    fn default() -> Self {
        Self::new(RequestId::random(), Ipv4Addr::LOCALHOST.into(), None)
    }
}
