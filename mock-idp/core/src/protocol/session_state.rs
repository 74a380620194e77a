//! How a client notices that the session at the provider has changed. OpenID Connect Session Management 1.0.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The state of a browser that has this session, for scripts to read. It does not reveal the id of the session.
#[must_use]
pub fn browser_state(session_id: &str) -> String {
    hex(&format!("browser state {session_id}"))
}

/// Session Management 3.2: the `session_state` of a client whose page has this origin.
#[must_use]
pub fn session_state(client_id: &str, origin: &str, browser_state: &str, salt: &str) -> String {
    format!("{}.{salt}", hex(&format!("{client_id} {origin} {browser_state} {salt}")))
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
