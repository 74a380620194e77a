//! What the journal gets of a request and its answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{Method, Request};
use parking_lot::Mutex;

use crate::journal::{MAX_BODY, Scrubber, SecretParameters, WireBody, WireMessage};
use crate::routing::{Access, Matched, Route};

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct RecordedRequest {
    head: WireMessage,
    body: Option<RecordedBody>,
    /// `None`: it is not known which parameters are secrets.
    scrubber: Option<Scrubber>,
}

impl RecordedRequest {
    /// `body`: the copy of the body, if there is one.
    pub(crate) fn new(request: &Request<Body>, matched: &Matched, body: Option<RecordedBody>) -> Self {
        let is_public = |route: &Route| route.method == Method::GET && matches!(route.access, Access::Public);
        let scrubber = matched.route().map(|route| Scrubber::new(route.secrets, is_public(route)));
        let head = WireMessage::of_request(request.uri().query(), request.headers(), scrubber);
        Self { head, body, scrubber }
    }

    /// The request and its answer.
    pub(crate) fn answered(self, response: &mut Response) -> (WireMessage, WireMessage) {
        let further = response.extensions().get::<SecretParameters>().copied();
        let scrubber = self.scrubber.map(|scrubber| further.map_or(scrubber, |further| scrubber.hiding(further)));
        let head = WireMessage::of_response(response.headers(), scrubber);
        let answer = head.with_body(|| response_body(response));
        (self.aborted(), answer)
    }

    /// The request alone.
    pub(crate) fn aborted(self) -> WireMessage {
        match self.body {
            Some(body) => self.head.with_body(|| body.take()),
            None => self.head,
        }
    }
}

/// What is read of a body, as far as it is recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordedBody(Arc<Mutex<ReadBytes>>);

#[derive(Debug, Default)]
struct ReadBytes {
    /// The only piece so far, which is not copied: most bodies arrive in one.
    piece: Bytes,
    /// Several pieces.
    joined: BytesMut,
    length: u64,
    ended: bool,
}

impl RecordedBody {
    /// Adds what has been read.
    pub(super) fn push(&self, data: &Bytes) {
        let mut read = self.0.lock();
        let is_first = read.length == 0;
        read.length += data.len() as u64;
        if read.length > MAX_BODY as u64 {
            return;
        }
        if is_first {
            read.piece = data.clone();
            return;
        }
        let piece = std::mem::take(&mut read.piece);
        read.joined.extend_from_slice(&piece);
        read.joined.extend_from_slice(data);
    }

    /// The whole body has been read.
    pub(super) fn end(&self) {
        self.0.lock().ended = true;
    }

    fn take(self) -> WireBody {
        let mut read = self.0.lock();
        match read.length {
            _ if !read.ended => WireBody::Unread,
            length if length > MAX_BODY as u64 => WireBody::Omitted(length),
            _ if read.joined.is_empty() => WireBody::Whole(std::mem::take(&mut read.piece)),
            _ => WireBody::Whole(std::mem::take(&mut read.joined).freeze()),
        }
    }
}

/// The body of an answer, which stays in it. The handlers answer with bodies that are in memory.
fn response_body(response: &mut Response) -> WireBody {
    let body = response.body_mut();
    match body.size_hint().exact() {
        Some(0) => return WireBody::Whole(Bytes::new()),
        Some(length) if length <= MAX_BODY as u64 => {}
        Some(length) => return WireBody::Omitted(length),
        None => return WireBody::Unread,
    }
    let first = Pin::new(&mut *body).poll_frame(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Some(Ok(frame))) = first else { return WireBody::Unread };
    let Ok(data) = frame.into_data() else { return WireBody::Unread };
    if body.is_end_stream() {
        *body = Body::from(data.clone());
        return WireBody::Whole(data);
    }
    let rest = std::mem::take(body).into_data_stream();
    *body = Body::from_stream(futures_util::stream::once(std::future::ready(Ok(data))).chain(rest));
    WireBody::Unread
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn rest(response: Response) -> Bytes {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn the_body_of_an_answer_is_recorded_and_still_sent() {
        let mut response = Response::new(Body::from("{}"));
        assert!(matches!(response_body(&mut response), WireBody::Whole(bytes) if bytes == "{}"));
        assert_eq!(rest(response).await, "{}");
        let long = "x".repeat(MAX_BODY + 1);
        let mut response = Response::new(Body::from(long.clone()));
        assert!(matches!(response_body(&mut response), WireBody::Omitted(length) if length == MAX_BODY as u64 + 1));
        assert_eq!(rest(response).await, long);
        let parts = ["a", "b"].map(|part| Ok::<_, std::io::Error>(Bytes::from(part)));
        let mut response = Response::new(Body::from_stream(futures_util::stream::iter(parts)));
        assert!(matches!(response_body(&mut response), WireBody::Unread));
        assert_eq!(rest(response).await, "ab");
    }

    #[test]
    fn the_copy_of_a_body_is_whole_only_after_its_end() {
        let copy = RecordedBody::default();
        copy.push(&Bytes::from_static(b"a="));
        assert!(matches!(copy.clone().take(), WireBody::Unread));
        copy.push(&Bytes::from_static(b"b"));
        copy.push(&Bytes::from_static(b"&c"));
        copy.end();
        assert!(matches!(copy.take(), WireBody::Whole(bytes) if bytes == "a=b&c"));
        let copy = RecordedBody::default();
        copy.push(&Bytes::from_static(b"a"));
        copy.end();
        assert!(matches!(copy.take(), WireBody::Whole(bytes) if bytes == "a"));
        let copy = RecordedBody::default();
        copy.push(&vec![0; MAX_BODY].into());
        copy.push(&Bytes::from_static(b"1"));
        copy.end();
        assert!(matches!(copy.take(), WireBody::Omitted(length) if length == MAX_BODY as u64 + 1));
    }
}
