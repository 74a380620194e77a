//! What the start page shows.

use mock_idp_core::org::PickerUser;

use super::frame::Frame;

/// The start page of an org.
#[derive(Clone, Debug)]
pub(crate) struct StartView {
    pub frame: Frame,
    pub issuers: Vec<IssuerRow>,
    pub users: Vec<PickerUser>,
    pub clients: Vec<ClientRow>,
    pub behavior: String,
    pub clock: String,
    pub faults: Vec<String>,
    /// Whether the sign-in page offers the users.
    pub picker: bool,
}

/// An authorization server.
#[derive(Clone, Debug)]
pub(crate) struct IssuerRow {
    pub name: String,
    pub issuer: String,
    /// The path of the discovery document on this host.
    pub discovery: String,
}

/// A client.
#[derive(Clone, Debug)]
pub(crate) struct ClientRow {
    pub label: String,
    pub client_id: String,
    pub grants: Vec<&'static str>,
    pub redirect_uris: Vec<String>,
}
