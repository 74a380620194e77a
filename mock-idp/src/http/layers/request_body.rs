//! Request bodies that were not read when the response was sent.
//!
//! What is left of a body is read after the answer has been decided, so that the connection can be kept (RFC 9112 9.3). If that would
//! take too much, the answer says that the connection closes (RFC 9110 7.6.1), and a client does not send its next request on it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::http::layers::recorded_body::RecordedBody;

/// The most that is read of a body that is not needed, in bytes.
const MAX_UNREAD: u64 = 256 * 1024;

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is left of a body, once its reader has dropped it.
#[derive(Debug)]
pub(crate) struct UnreadBody {
    rest: oneshot::Receiver<Body>,
    /// RFC 9110 10.1.1: the client sends the body only when it is asked to.
    waits_for_continue: bool,
}

/// Watches the body of a request, and copies what is read of it.
pub(crate) fn watch(headers: &HeaderMap, body: Body) -> (Body, RecordedBody, UnreadBody) {
    let (sender, rest) = oneshot::channel();
    let waits_for_continue = headers.contains_key(header::EXPECT);
    let copy = RecordedBody::default();
    let watched = WatchedBody { body, copy: copy.clone(), sender: Some(sender) };
    (Body::new(watched), copy, UnreadBody { rest, waits_for_continue })
}

impl UnreadBody {
    /// Reads the rest of the body, or lets the answer say that the connection closes.
    pub(crate) async fn finish(self, response: &mut Response) {
        if !self.read().await {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// Whether the whole body has been read.
    async fn read(mut self) -> bool {
        let mut rest = match self.rest.try_recv() {
            Ok(rest) => rest,
            // Read to its end.
            Err(oneshot::error::TryRecvError::Closed) => return true,
            Err(oneshot::error::TryRecvError::Empty) => return false,
        };
        if self.waits_for_continue || rest.size_hint().lower() > MAX_UNREAD {
            return false;
        }
        let read = async {
            let mut length = 0;
            while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut rest).poll_frame(cx)).await {
                let Ok(frame) = frame else { return false };
                length += frame.data_ref().map_or(0, |data| data.len() as u64);
                if length > MAX_UNREAD {
                    return false;
                }
            }
            true
        };
        timeout(PATIENCE, read).await.unwrap_or(false)
    }
}

/// A body that hands over its rest when it is dropped before its end.
struct WatchedBody {
    body: Body,
    copy: RecordedBody,
    sender: Option<oneshot::Sender<Body>>,
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take()
            && !self.body.is_end_stream()
        {
            // The front has given the request up.
            let _ = sender.send(std::mem::take(&mut self.body));
        }
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(None) => {
                self.sender = None;
                self.copy.end();
            }
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.copy.push(data);
                }
                if self.body.is_end_stream() {
                    self.copy.end();
                }
            }
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
