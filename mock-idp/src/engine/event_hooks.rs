//! Event hooks: events are delivered in the background, each hook's own in their order. A hook that is slow or does not answer delays
//! no other one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;
use mock_idp_core::ledger::LoggedRequest;
use mock_idp_core::management::{ApiError, event_hooks, system_log};
use mock_idp_core::model::{DirectoryKind, HookChannel};
use mock_idp_core::moment::timestamp;
use mock_idp_core::org::EventHookVerification;
use mock_idp_core::system_log::{EventEntity, EventType, LogEvent};
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::waiting_events::{MAX_WAITING, NextEvents};
use super::{Management, OrgInstance};
use crate::journal::JournalEntry;
use crate::outbound::{HookReply, HookRequest, OutboundError};
use crate::request_id::RequestId;

/// The pause before the only further attempt.
const PAUSE: Duration = Duration::from_millis(200);

impl OrgInstance {
    /// Hands the events of a request to the event hooks that ask for them. `base` is the URL of the org.
    pub(super) fn deliver_events(self: &Arc<Self>, logged: &LoggedRequest, events: &[LogEvent], base: &str) {
        let org = self.org();
        if org.objects(DirectoryKind::EventHook).next().is_none() {
            return;
        }
        for (index, event) in events.iter().enumerate() {
            let shown = system_log::hook_event(logged, index, event);
            for hook in event_hooks::receivers(&org, event.event_type, &shown) {
                if self.waiting_events.add(&hook.id, shown.clone()) {
                    tokio::spawn(Arc::clone(self).deliver_all(hook.id.clone(), base.to_owned()));
                }
            }
        }
    }

    /// Delivers the events of a hook until none waits.
    async fn deliver_all(self: Arc<Self>, hook_id: String, base: String) {
        while let Some(NextEvents { events, dropped }) = self.waiting_events.take(&hook_id) {
            let org = self.org();
            // The hook may have been removed in the meantime.
            let Some(hook) = org.object(DirectoryKind::EventHook, &hook_id) else { continue };
            let Some(channel) = HookChannel::without_key(hook) else { continue };
            let now = self.clock.now();
            let id = self.decide_at(now, &mut Trace::default(), |moment| moment.uuid());
            let source = format!("{base}/api/v1/eventHooks/{hook_id}");
            let body = event_hooks::delivery(&source, &id, &events, &timestamp(now));
            let entity = EventEntity::new("EventHook", &hook_id, hook.name());
            if dropped > 0 {
                let reason = format!("{dropped} events were dropped: more than {MAX_WAITING} waited");
                tracing::warn!("the event hook {hook_id}: {reason}");
                self.add_own_event(LogEvent::new(EventType::EventHookDelivery).on(entity.clone()).failed(reason)).await;
            }
            self.unless_removed(self.deliver(&channel, &body, entity)).await;
        }
    }

    /// Makes one delivery. Okta: one more attempt after a status of 5xx.
    async fn deliver(self: &Arc<Self>, channel: &HookChannel, body: &Value, hook: EventEntity) {
        let mut failure = self.attempt(channel, body).await.err();
        if let Some(OutboundError::Status(status)) = &failure
            && status.is_server_error()
        {
            #[expect(
                clippy::disallowed_methods,
                reason = "there is no event to wait for: the receiver has to recover"
            )]
            tokio::time::sleep(PAUSE).await;
            failure = self.attempt(channel, body).await.err();
        }
        if let Some(failure) = failure {
            let event = LogEvent::new(EventType::EventHookDelivery).on(hook).failed(failure.to_string());
            self.add_own_event(event).await;
        }
    }

    /// An attempt is an entry of the journal like a request, under the URI that it was sent to.
    async fn attempt(&self, channel: &HookChannel, body: &Value) -> Result<(), OutboundError> {
        let started = Instant::now();
        let request = HookRequest { channel, client_assertion: None, headers: &[], body: Some(body) };
        let result = match self.event_hooks.deliver(request).await {
            Ok(HookReply { status, .. }) if status.is_success() => Ok(status),
            Ok(HookReply { status, .. }) => Err(OutboundError::Status(status)),
            Err(error) => Err(error),
        };
        let status = match &result {
            Ok(status) | Err(OutboundError::Status(status)) => status.as_u16(),
            Err(_) => 0,
        };
        self.journal.record(JournalEntry {
            request_id: RequestId::random(),
            time: self.clock.now_millis(),
            method: Method::POST,
            path: channel.shown_uri(),
            status,
            ms: started.elapsed().as_secs_f64() * 1_000.0,
            client: None,
            user: None,
            reason: result.as_ref().err().map(|error| format!("events not delivered: {error}")),
            notes: Vec::new(),
            request: None,
            response: None,
            logged: None,
            flow: None,
        });
        result.map(drop)
    }
}

impl Management {
    /// Asks the target of an event hook to return a challenge. Okta: only then are events delivered to it.
    ///
    /// # Errors
    /// There is no such hook, or its answer is not the challenge.
    pub(crate) async fn verify_event_hook(&self, id: &str) -> Result<Value, ApiError> {
        let (channel, name) = self.read(|org, _| {
            let name = org.object(DirectoryKind::EventHook, id).map(|hook| hook.name().to_owned());
            event_hooks::channel_to_verify(org, id).map(|channel| (channel, name.unwrap_or_default()))
        })?;
        let failure = match self.read(|org, _| Ok(org.settings().event_hook_verification))? {
            EventHookVerification::Challenge => self.challenge(&channel).await,
            EventHookVerification::Assumed => None,
        };
        let event = LogEvent::new(EventType::EventHookVerified).on(EventEntity::new("EventHook", id, name));
        self.log([failure.clone().into_iter().fold(event, LogEvent::failed)]);
        match failure {
            Some(reason) => Err(event_hooks::not_verified(&reason)),
            None => self.change(|change| event_hooks::set_verified(change, id)),
        }
    }

    /// Sends a challenge to the target of a hook. Returns why its answer is not the challenge.
    async fn challenge(&self, channel: &HookChannel) -> Option<String> {
        let challenge = self.decide(|moment| moment.token());
        let headers = [("x-okta-verification-challenge", challenge.as_str())];
        let answer = self.instance().event_hooks.call(HookRequest {
            channel,
            client_assertion: None,
            headers: &headers,
            body: None,
        });
        match answer.await {
            Err(error) => Some(error.to_string()),
            Ok(HookReply { status, .. }) if !status.is_success() => Some(format!("the status is {}", status.as_u16())),
            Ok(HookReply { body, .. }) => {
                let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                let returned = answer.get("verification").and_then(Value::as_str) == Some(&challenge);
                (!returned).then(|| "the answer is not {\"verification\": …} with the challenge".to_owned())
            }
        }
    }
}
