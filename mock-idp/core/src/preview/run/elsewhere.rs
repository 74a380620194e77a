//! The grants whose user decides elsewhere, while the client polls: devices (RFC 8628) and the back channel (CIBA Core).

use super::super::request::{self, ShownRequest};
use super::super::{Asks, Granted, Shown};
use super::{Ended, Walk, at_token};
use crate::endpoint::activation::{self, ActivationDecision};
use crate::endpoint::token::LoadedRecord;
use crate::endpoint::{backchannel, client_authentication, device_authorization};
use crate::ledger::{Activation, Authentication, PolledRequest, UserDecision};
use crate::moment::Moment;

impl Walk<'_> {
    /// The device asks, its user types the code and lets it in, the device redeems.
    pub(super) fn by_device(&mut self, moment: &mut Moment<'_>) -> Result<Granted, Ended> {
        let client = client_authentication::active_client(self.org, &self.question.client_id).map_err(at_token)?;
        let body = request::device(self.question);
        self.requests.push(ShownRequest::post(self.urls, self.server, client, "device/authorize", &body));
        let record = device_authorization::begin(self.org, self.server, client, &body, moment.now).map_err(at_token)?;
        let activation = Activation {
            server: record.server.clone(),
            client_id: record.client_id.clone(),
            scopes: record.scopes.clone(),
            device_code: moment.token(),
            user_code: device_authorization::user_code(moment),
        };
        let mut authentication = self.question.earlier_session();
        let authentication = loop {
            let step = activation::decide(self.org, self.server, &activation, authentication.as_ref(), moment);
            match (step, authentication) {
                (ActivationDecision::Confirm(_), Some(known)) if self.question.consent_given => break known,
                (ActivationDecision::Confirm(scopes), _) => {
                    let scopes = scopes.into_iter().map(|scope| scope.name).collect();
                    return Err(Ended::Asks(Asks::Consent { scopes }));
                }
                (ActivationDecision::SignIn, None) => authentication = Some(self.sign_in(moment)?),
                (ActivationDecision::SignIn, Some(_)) => return Err(Ended::Asks(Asks::SignIn)),
                (ActivationDecision::Fail(refusal), _) => return Err(Ended::shown(Shown::Page, &refusal)),
            }
        };
        self.redeem_polled(record, authentication, ("device_code", &activation.device_code), moment)
    }

    /// The client asks, its user says yes on a phone, the client redeems.
    pub(super) fn by_back_channel(&mut self, moment: &mut Moment<'_>) -> Result<Granted, Ended> {
        let client = client_authentication::active_client(self.org, &self.question.client_id).map_err(at_token)?;
        let body = request::back_channel(self.org, self.question);
        self.requests.push(ShownRequest::post(self.urls, self.server, client, "bc/authorize", &body));
        let begun = backchannel::begin(self.org, self.server, client, &body, None, moment).map_err(at_token)?;
        if !self.question.consent_given {
            let scopes = begun.request.scopes.iter().map(str::to_owned).collect();
            return Err(Ended::Asks(Asks::Consent { scopes }));
        }
        let amr = backchannel::AMR.map(str::to_owned).to_vec();
        let authentication = self.question.fresh_authentication(begun.request.user_id, amr, moment.now);
        self.redeem_polled(begun.polled, authentication, ("auth_req_id", &begun.request.auth_req_id), moment)
    }

    fn redeem_polled(
        &mut self,
        mut record: PolledRequest,
        authentication: Authentication,
        code: (&str, &str),
        moment: &mut Moment<'_>,
    ) -> Result<Granted, Ended> {
        record.decide(UserDecision::Allowed(authentication), moment.now);
        let body = request::redeem_polled(self.question, code);
        let (answer, _) = self.at_token_endpoint(body, LoadedRecord::Polled(&mut record), moment)?;
        Ok(Granted { token: Some(answer), ..Granted::default() })
    }
}
