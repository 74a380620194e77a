//! Okta's page for device codes.

use std::sync::Arc;

use crate::pages::view::Frame;
use mock_idp_core::endpoint::device_authorization as device;
use mock_idp_core::ledger::{Activation, CurrentUser, LedgerError, PolledRequest, Purpose, UserCode};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::OAuthError;

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser};
use super::{Context, OrgInstance, sessions, sign_in_flow};
use crate::journal::Explained;

/// The page on which a user types the code of a device.
#[derive(Clone, Debug)]
pub(crate) struct ActivationPage<'o> {
    instance: &'o Arc<OrgInstance>,
    urls: Urls,
}

impl<'o> ActivationPage<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>, urls: Urls) -> Self {
        Self { instance, urls }
    }

    /// The page, with the code that a link contained.
    pub(crate) fn show(self, user_code: Option<&str>, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        let mut request = BrowserRequest::new(self.instance, self.instance.clock.now(), cookies, frame);
        let user_code = device::normalized_user_code(user_code.unwrap_or_default());
        let page = sign_in_flow::ask_for_user_code(&mut request, user_code, None);
        request.respond(Ok(page))
    }

    /// Begins the activation of the device that shows the code.
    pub(crate) async fn submit(self, typed: &str, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        answer_browser!(self.instance, self.instance.clock.now(), cookies, frame, |request| self
            .destination(device::normalized_user_code(typed), request))
    }

    async fn destination(&self, user_code: String, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let found = self.waiting_device(&user_code, request.now).await?;
        let context = found
            .as_ref()
            .and_then(|activation| Context::of_browser(self.instance, &self.urls, &activation.server, request));
        let (Some(activation), Some(context)) = (found, context) else {
            // Okta: `idx.invalid.device.code`, whatever is wrong with the code.
            let reason = Some("no waiting device shows this code".to_owned());
            return Ok(sign_in_flow::ask_for_user_code(request, user_code, reason));
        };
        let session = sessions::authentication(self.instance, request.session(), context.now).await?;
        let user = session.map(CurrentUser::HasSession);
        sign_in_flow::proceed(&context, Purpose::Activate(activation), user, request).await
    }

    async fn waiting_device(&self, user_code: &str, now: i64) -> Result<Option<Activation>, LedgerError> {
        let ledger = self.instance.ledger.at(now);
        let Some(UserCode { device_code }) = ledger.user_codes().get(user_code).await? else { return Ok(None) };
        let record = ledger.devices().get(&device_code).await?.filter(|record| record.is_pending(now));
        Ok(record.map(|PolledRequest { server, client_id, scopes, .. }| Activation {
            server,
            client_id,
            scopes,
            device_code,
            user_code: user_code.to_owned(),
        }))
    }
}
