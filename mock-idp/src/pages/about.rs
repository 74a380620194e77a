//! What a client has registered about itself: its logo, and links to its website, policy and terms.

use crate::pages::view::AboutClient;

use super::chrome::web_link;

#[derive(Debug)]
pub(super) struct About<'a> {
    pub(super) logo: Option<&'a str>,
    pub(super) website: Option<&'a str>,
    pub(super) policy: Option<&'a str>,
    pub(super) terms: Option<&'a str>,
}

impl<'a> About<'a> {
    pub(super) fn new(about: &'a AboutClient) -> Self {
        Self {
            logo: web_link(about.logo_uri.as_ref()),
            website: web_link(about.client_uri.as_ref()),
            policy: web_link(about.policy_uri.as_ref()),
            terms: web_link(about.tos_uri.as_ref()),
        }
    }

    pub(super) fn has_links(&self) -> bool {
        self.website.is_some() || self.policy.is_some() || self.terms.is_some()
    }
}
