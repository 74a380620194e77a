//! The device authorization endpoint. RFC 8628.

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::device_authorization as device;
use mock_idp_core::ledger::{LedgerError, PolledRequest, UserCode};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::Context;
use super::client_authentication::authenticate_and_note;
use super::explained::explained;
use crate::journal::{Explained, Explanation, FlowPart};

/// The device authorization endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeviceAuthorizationEndpoint<'c>(&'c Context);

impl<'c> DeviceAuthorizationEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Issues the codes for a device.
    pub(crate) async fn respond(
        self,
        presented: CredentialSources<'_>,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        explained(Explanation::in_flow(FlowPart::Begins), async |trace, explanation| {
            self.issue(presented, trace, explanation).await
        })
        .await
    }

    async fn issue(
        self,
        presented: CredentialSources<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let client = authenticate_and_note(context, presented, "device/authorize", explanation).await?;
        let record = device::begin(&context.org, &context.server, client, presented.body, context.now)?;
        let (device_code, user_code) = self.store(record, trace).await?;
        Ok(device::answer(&context.urls, &device_code, &user_code))
    }

    async fn store(self, record: PolledRequest, trace: &mut Trace) -> Result<(String, String), LedgerError> {
        let context = self.0;
        let ledger = context.ledger();
        let device_code = context.decide(trace, |moment| moment.uuid());
        let user_code = loop {
            // There are 20^8 codes: it is rare that another device shows the same one now.
            let user_code = context.decide(trace, device::user_code);
            let names = UserCode { device_code: device_code.clone() };
            if ledger.user_codes().put_if_absent(&user_code, names, record.expires).await? {
                break user_code;
            }
        };
        let expires = record.expires + PolledRequest::KEPT;
        ledger.devices().put(&device_code, record, expires).await?;
        Ok((device_code, user_code))
    }
}
