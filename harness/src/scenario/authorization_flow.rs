//! The authorization request of a flow: build it, send it, judge the response.

use super::actors::Actors;
use super::stopped::Stopped;
use crate::check::authorization;
use crate::driver::User;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::Endpoint;
use crate::wire::Request;
use crate::wire::authorization::{Callback, Delivery};
use crate::wire::consent::Consent;
use crate::wire::journey::Journey;

/// Authorization requests of some actors.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthorizationFlow<'a> {
    actors: Actors<'a>,
}

impl<'a> Actors<'a> {
    /// Authorization requests of these actors.
    pub(super) const fn authorization(&self) -> AuthorizationFlow<'a> {
        AuthorizationFlow { actors: *self }
    }
}

impl<'a> AuthorizationFlow<'a> {
    /// An ordinary request.
    pub(super) fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest::of(&self.actors.context.target, self.actors.client)
    }

    /// Sends the request; the user signs in and consents.
    pub(super) async fn send(&self, request: &AuthorizationRequest) -> Result<Journey, Stopped> {
        self.send_as(request, User::consenting(self.actors.account)).await
    }

    /// Sends the request with that user in front of the browser.
    pub(super) async fn send_as(&self, request: &AuthorizationRequest, user: User<'_>) -> Result<Journey, Stopped> {
        let url = request.url(self.actors.endpoint(Endpoint::Authorization)?);
        let context = self.actors.context;
        context.default_step(|| self.description(request, user));
        context.browse(&url, &context.target.redirect_uri, user).await
    }

    /// Sends the request as a form that the browser posts; the user signs in and consents.
    pub(super) async fn send_by_post(&self, request: &AuthorizationRequest) -> Result<Journey, Stopped> {
        let endpoint = self.actors.endpoint(Endpoint::Authorization)?;
        let user = User::consenting(self.actors.account);
        let description = || format!("{}, as a posted form", self.description(request, user));
        self.actors.context.default_step(description);
        let first = Request::form(endpoint.clone(), request.params().to_vec());
        self.actors.context.browse_from(first, user).await
    }

    /// The user of these actors, who signs in and denies consent.
    pub(super) const fn denying(&self) -> User<'a> {
        User { consent: Consent::Deny, ..User::consenting(self.actors.account) }
    }

    /// What the response to a request should look like.
    pub(super) fn expected<'b>(&self, request: &'b AuthorizationRequest) -> authorization::ExpectedCallback<'b>
    where
        'a: 'b,
    {
        let delivery = match request.get("response_mode") {
            Some("fragment") => Delivery::Fragment,
            Some("form_post") => Delivery::FormPost,
            Some("query") => Delivery::Query,
            // OAuth 2.0 Multiple Response Types 5: a response with a token uses the fragment by default.
            _ if request.get("response_type").is_some_and(|kind| kind.contains("token")) => Delivery::Fragment,
            _ => Delivery::Query,
        };
        authorization::ExpectedCallback {
            issuer: &self.actors.server.issuer,
            redirect_uri: request.get("redirect_uri"),
            state: request.get("state"),
            delivery,
        }
    }

    /// Judges a successful response and returns it.
    pub(super) fn callback<'b>(
        &self,
        request: &AuthorizationRequest,
        journey: &'b Journey,
    ) -> Result<&'b Callback, Stopped> {
        self.permitted(request)?;
        let recorder = &self.actors.context.recorder;
        authorization::success(recorder, journey, self.expected(request)).ok_or(Stopped::CheckFailed)
    }

    /// Judges that the redirect URI received that error.
    pub(super) fn judge_error(&self, request: &AuthorizationRequest, journey: &Journey, error: &str, text: &str) {
        let context = self.actors.context;
        let expected = self.expected(request);
        authorization::refusal(&context.recorder, journey, expected, error, context.okta_text(text));
    }

    /// Sends a request that must be answered with that error at the redirect URI.
    pub(super) async fn expect_error(
        &self,
        request: &AuthorizationRequest,
        error: &str,
        text: &str,
    ) -> Result<(), Stopped> {
        if error != "unsupported_response_type" {
            self.permitted(request)?;
        }
        let journey = self.send(request).await?;
        self.judge_error(request, &journey, error, text);
        Ok(())
    }

    /// Skips the scenario if the client may not use the response type or the refresh tokens of the request.
    pub(super) fn permitted(&self, request: &AuthorizationRequest) -> Result<(), Stopped> {
        let client = self.actors.client;
        let offline = request.get("scope").unwrap_or_default().split(' ').any(|scope| scope == "offline_access");
        let lacking = client
            .lacks_response_type(request.get("response_type").unwrap_or_default())
            .or_else(|| client.lacks_grant_type("refresh_token").filter(|_| offline));
        lacking.map_or(Ok(()), |reason| Err(Stopped::Skipped(reason)))
    }

    /// Sends a request, judges the response and returns its code.
    pub(super) async fn code(&self, request: &AuthorizationRequest) -> Result<String, Stopped> {
        let journey = self.send(request).await?;
        let callback = self.callback(request, &journey)?;
        let code = authorization::code(&self.actors.context.recorder, callback);
        code.map(str::to_owned).ok_or(Stopped::CheckFailed)
    }

    /// The step of a report: who sends the request, and how it differs from an ordinary one.
    fn description(&self, request: &AuthorizationRequest, user: User<'_>) -> String {
        let usual = self.request();
        let mut changes = Vec::new();
        for (name, value) in request.params() {
            match usual.get(name) {
                Some(usual) if usual == value || is_random(name) => {}
                _ if is_random(name) || value.len() > 60 => changes.push(format!("with {name}")),
                _ => changes.push(format!("{name}={value}")),
            }
        }
        let left_out = usual.params().iter().filter(|(name, _)| request.get(name).is_none());
        changes.extend(left_out.map(|(name, _)| format!("without {name}")));
        let name = user.account.map_or("none", |account| account.name.word());
        let (client, server) = (self.actors.client.name, self.actors.server.kind.word());
        let request = format!("send an authorization request: {client} client, {server} server, user {name}");
        if changes.is_empty() { request } else { format!("{request}; {}", changes.join(", ")) }
    }
}

/// Whether each request has a value of its own.
fn is_random(name: &str) -> bool {
    matches!(name, "state" | "nonce" | "code_challenge")
}
