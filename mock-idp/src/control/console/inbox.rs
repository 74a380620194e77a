//! The messages that the org would have sent.

use axum::response::Response;

use super::response::{frame, page};
use crate::control::ControlError;
use crate::control::inbox::shown;
use crate::pages::view::{ConsoleView, InboxView, MessageRow};
use crate::routing::At;

pub(in crate::control) async fn inbox(At(address): At) -> Result<Response, ControlError> {
    let org = address.org.org();
    let messages = address.org.messages(|_| true).await?.into_iter().map(|message| {
        let message = shown(&org, message);
        MessageRow {
            id: message.id,
            time: message.time,
            kind: message.kind,
            to: message.to,
            subject: message.subject,
            text: message.text,
            code: message.code,
            link: message.link,
        }
    });
    Ok(page(&ConsoleView::Inbox(Box::new(InboxView { frame: frame(&address), messages: messages.collect() }))))
}
