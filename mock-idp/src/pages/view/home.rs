//! What the page of a user shows.

use serde::Serialize;

use super::frame::Frame;

/// The page of the user who is signed in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HomeView {
    pub frame: Frame,
    pub display_name: String,
    pub login: String,
    pub email: String,
    pub factors: Vec<HomeFactor>,
    pub apps: Vec<HomeApp>,
    pub sessions: Vec<HomeSession>,
    pub consents: Vec<HomeConsent>,
    pub sign_out_href: String,
}

/// What the user signs in with besides the password.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HomeFactor {
    pub name: String,
    /// The masked address or number, or the name of a passkey.
    pub detail: Option<String>,
}

/// An app that is assigned to the user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HomeApp {
    pub label: String,
    /// Where signing in to it begins.
    pub href: Option<String>,
}

/// A session of the user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HomeSession {
    pub began: String,
    pub used: String,
    /// Whether it is that of the browser which shows the page.
    pub is_current: bool,
}

/// What the user has allowed a client.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HomeConsent {
    pub client: String,
    pub scope: String,
}
