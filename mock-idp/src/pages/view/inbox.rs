//! What the page of messages shows.

use super::frame::Frame;

/// The messages that the org would have sent, the newest first.
#[derive(Clone, Debug)]
pub(crate) struct InboxView {
    pub frame: Frame,
    pub messages: Vec<MessageRow>,
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct MessageRow {
    pub id: String,
    pub time: String,
    pub kind: &'static str,
    pub to: String,
    pub subject: Option<String>,
    pub text: String,
    pub code: Option<String>,
    pub link: Option<String>,
}

impl MessageRow {
    pub(crate) fn title(&self) -> &str {
        self.subject.as_deref().unwrap_or(match self.kind {
            "sms" => "Text message",
            "voice" => "Call",
            _ => "Push notification",
        })
    }
}
