//! The memory of the recorded messages.

use std::collections::VecDeque;
use std::fmt;

use http::HeaderName;

use super::message::{WireBody, WireMessage};
use super::scrub::Scrubber;

/// The newest messages, one behind the other in one piece of memory. Only the first message allocates, and dropping the oldest frees nothing.
pub(super) struct MessageRing {
    bytes: VecDeque<u8>,
    /// How many bytes were dropped before the first one.
    dropped: u64,
    /// The largest number of bytes.
    bound: usize,
}

/// Where a message is.
#[derive(Debug)]
pub(super) struct StoredMessage {
    /// Its first byte, counted from the first one that was ever added.
    at: u64,
    head: usize,
    body: StoredBody,
    names: &'static [HeaderName],
    scrubber: Option<Scrubber>,
}

#[derive(Debug)]
enum StoredBody {
    Whole(usize),
    Omitted(u64),
    Unread,
}

impl MessageRing {
    pub(super) fn new(bound: usize) -> Self {
        Self { bytes: VecDeque::new(), dropped: 0, bound }
    }

    /// Adds a message. If there is no room, the beginnings of the oldest are overwritten, and they are lost.
    pub(super) fn add(&mut self, message: &WireMessage) -> StoredMessage {
        let WireMessage { names, head, body, scrubber } = message;
        let (bytes, stored) = match body {
            WireBody::Whole(bytes) => (&bytes[..], StoredBody::Whole(bytes.len())),
            WireBody::Omitted(length) => (&[][..], StoredBody::Omitted(*length)),
            WireBody::Unread => (&[][..], StoredBody::Unread),
        };
        let beyond = (self.bytes.len() + head.len() + bytes.len()).saturating_sub(self.bound);
        let lost = beyond.min(self.bytes.len());
        self.bytes.drain(..lost);
        self.dropped += lost as u64;
        let at = self.dropped + self.bytes.len() as u64;
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(self.bound);
        }
        self.bytes.extend(head);
        self.bytes.extend(bytes);
        StoredMessage { at, head: head.len(), body: stored, names, scrubber: *scrubber }
    }

    /// A message, unless it is lost.
    pub(super) fn get(&self, stored: &StoredMessage) -> Option<WireMessage> {
        let StoredMessage { at, head, ref body, names, scrubber } = *stored;
        let start = usize::try_from(at.checked_sub(self.dropped)?).ok()?;
        let body_start = start + head;
        let copy = |from, to| self.bytes.range(from..to).copied().collect::<Vec<u8>>();
        let body = match *body {
            StoredBody::Whole(length) => WireBody::Whole(copy(body_start, body_start + length).into()),
            StoredBody::Omitted(length) => WireBody::Omitted(length),
            StoredBody::Unread => WireBody::Unread,
        };
        Some(WireMessage { names, head: copy(start, body_start), body, scrubber })
    }
}

/// Without the messages, which may have secrets.
impl fmt::Debug for MessageRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MessageRing").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn message(body: &str) -> WireMessage {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let message = WireMessage::of_response(&headers, Some(Scrubber::new(&[], true)));
        message.with_body(|| WireBody::Whole(body.to_owned().into()))
    }

    #[test]
    fn messages_are_kept_until_the_bound_is_reached_the_newest_longest() {
        let mut ring = MessageRing::new(3 * message("100").size());
        let stored: Vec<_> = (100..=110).map(|number| ring.add(&message(&number.to_string()))).collect();
        let bodies: Vec<_> = stored.iter().map(|stored| Some(ring.get(stored)?.shown().body.unwrap())).collect();
        assert!(bodies[..8].iter().all(Option::is_none));
        assert_eq!(bodies[8..], [Some(108.into()), Some(109.into()), Some(110.into())]);
        let long = ring.add(&message("1000"));
        assert_eq!(ring.get(&long).unwrap().shown().body, Some(1000.into()));
        assert!(ring.get(&stored[8]).is_none() && ring.get(&stored[9]).is_none(), "half of the second is overwritten");
        assert!(ring.bytes.len() <= ring.bound);
    }

    #[test]
    fn bodies_that_are_not_recorded_stay_described() {
        let mut ring = MessageRing::new(1_000);
        for (body, shown) in [(WireBody::Omitted(70_000), "70000 bytes"), (WireBody::Unread, "not read")] {
            let message = WireMessage::of_response(&HeaderMap::new(), Some(Scrubber::new(&[], true)));
            let stored = ring.add(&message.with_body(|| body));
            assert_eq!(ring.get(&stored).unwrap().shown().body_omitted.unwrap(), shown);
        }
        let page = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
        let message = WireMessage::of_response(&page, Some(Scrubber::new(&[], true)));
        let message = message.with_body(|| WireBody::Whole("a secret page".into()));
        assert!(message.size() < 30, "its text takes no memory");
        let stored = ring.add(&message);
        assert_eq!(ring.get(&stored).unwrap().shown().body_omitted.unwrap(), "text/html, 13 bytes");
        assert!(!format!("{ring:?}").contains("97"), "no bytes are printed");
    }
}
