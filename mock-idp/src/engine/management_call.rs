//! Calls of the management API: what they read, and how they change the org.

use std::sync::Arc;

use mock_idp_core::management::authorization_servers::SigningState;
use mock_idp_core::management::{ApiError, Caller, ManagementCall, ManagementChange, SentLink, system_log, users};
use mock_idp_core::model::User;
use mock_idp_core::moment::Moment;
use mock_idp_core::org::Org;
use mock_idp_core::sign_in::SentRecovery;
use mock_idp_core::system_log::{EventType, LogEvent};
use mock_idp_core::trace::Trace;

use super::global_revocation::{GlobalRevocation, Revoked};
use super::session_end::EndedSession;
use super::{Context, IssuedGrants, OrgInstance, issued_tokens, recovery_links, sessions};
use crate::ledger::{Batch, LedgerError};

/// A call whose caller may make it.
#[derive(Clone, Debug)]
pub(crate) struct Management {
    pub(super) context: Context,
    caller: Caller,
}

/// A change that has been made, with its events of the System Log.
struct Changed<T> {
    result: T,
    effects: Effects,
    events: Vec<LogEvent>,
}

/// What a change causes besides.
#[derive(Debug)]
struct Effects {
    ended_users: Vec<String>,
    signed_out_users: Vec<String>,
    links: Vec<(SentRecovery, SentLink)>,
}

impl Management {
    pub(crate) fn new(context: Context, caller: Caller) -> Self {
        if let (Some(request), Some(token)) = (&context.request, &caller.api_token_id) {
            request.has_api_token(token);
        }
        Self { context, caller }
    }

    /// A call of the user of a browser's session.
    ///
    /// # Errors
    /// There is no such session, or the ledger's store is unavailable.
    pub(crate) async fn of_session(context: &Context, session: Option<&str>) -> Result<Self, ApiError> {
        let known = sessions::authentication(&context.instance, session, context.now).await?;
        let known = known.ok_or_else(ApiError::invalid_session)?;
        let caller = Caller { user_id: Some(known.user_id), ..Caller::default() };
        Ok(Self { context: context.clone(), caller })
    }

    pub(super) fn instance(&self) -> &Arc<OrgInstance> {
        &self.context.instance
    }

    /// Runs a rule that reads the org.
    ///
    /// # Errors
    /// The rule's own.
    pub(crate) fn read<T>(
        &self,
        rule: impl FnOnce(&Org, ManagementCall<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        rule(&self.context.org, self.call())
    }

    /// Runs a rule that changes the org. Changes are made one after the other, on the latest snapshot.
    ///
    /// # Errors
    /// The rule's own, or the changed org is not valid; the org stays as it is.
    pub(crate) fn change<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let Changed { result, events, .. } = self.run(rule)?;
        self.log(events);
        Ok(result)
    }

    /// The same for a rule that may end the sessions of users and revoke their tokens, or send links to them: all of it happens with the
    /// change, or nothing.
    ///
    /// # Errors
    /// The same as [`Self::change`]; or the ledger's store is unavailable.
    pub(crate) async fn change_with_effects<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let instance = &self.context.instance;
        let storing = instance.lock_storing().await;
        let Changed { result, effects, events } = self.run(rule)?;
        let mut change = instance.changed(storing);
        let ended = loop {
            let mut batch = self.context.ledger().batch();
            let ended = self.add_effects(&mut batch, &effects).await?;
            if change.store_with(batch).await? {
                break ended;
            }
        };
        self.log(events);
        instance.note_messages();
        GlobalRevocation::new(&self.context).notify(ended).await?;
        Ok(result)
    }

    /// Adds what a change causes to a batch. Returns the sessions that end with it.
    async fn add_effects<'c>(
        &'c self,
        batch: &mut Batch<'c>,
        effects: &Effects,
    ) -> Result<Vec<EndedSession>, LedgerError> {
        let context = &self.context;
        let (revocation, mut ended) = (GlobalRevocation::new(context), Vec::new());
        for user in &effects.ended_users {
            ended.extend(revocation.add(batch, user, Revoked::SessionsAndTokens).await?);
        }
        for user in effects.signed_out_users.iter().filter(|user| !effects.ended_users.contains(user)) {
            ended.extend(revocation.add(batch, user, Revoked::Sessions).await?);
        }
        // The change may have created the user of a message.
        let (org, mut messages) = (context.instance.org(), Vec::new());
        for (sent, link) in &effects.links {
            recovery_links::store(context, batch, sent);
            if *link == SentLink::ByMail {
                messages.extend(sent.message(&org, &context.urls.issuer_base));
            }
        }
        context.instance.add_messages(batch, messages).await?;
        Ok(ended)
    }

    /// Ends the sessions of a user, and revokes the user's tokens if that is asked for.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn end_sessions(&self, user_id: &str, with_tokens: bool) -> Result<(), ApiError> {
        let revocation = GlobalRevocation::new(&self.context);
        let ended = if with_tokens { revocation.revoke(user_id).await } else { revocation.end_sessions(user_id).await };
        ended.map_err(ApiError::from)
    }

    /// The same, because an administrator asks for it. `with_devices`: the user's browsers and devices are forgotten, too.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn clear_sessions(
        &self,
        user_id: &str,
        with_tokens: bool,
        with_devices: bool,
    ) -> Result<(), ApiError> {
        if with_devices {
            issued_tokens::forget_devices(&self.context, user_id).await?;
        }
        self.end_sessions(user_id, with_tokens).await?;
        let user = self.context.org.user(user_id).map(User::event_entity);
        self.log(user.map(|user| LogEvent::new(EventType::SessionClear).on(user)));
        Ok(())
    }

    /// Unlocks a user, whether wrong passwords or the status have locked the account.
    ///
    /// # Errors
    /// There is no such user, or it is not locked; or the ledger's store is unavailable.
    pub(crate) async fn unlock(&self, name: &str) -> Result<(), ApiError> {
        let user = self.read(|org, call| users::find(org, call, name).cloned())?;
        let unlocked = self.context.instance.unlock(&user).await?;
        if !unlocked {
            return Err(users::not_locked(&user));
        }
        self.log([LogEvent::new(EventType::AccountUnlockByAdmin).on(user.event_entity())]);
        Ok(())
    }

    fn run<T>(
        &self,
        rule: impl FnOnce(&mut ManagementChange<'_, '_>) -> Result<T, ApiError>,
    ) -> Result<Changed<T>, ApiError> {
        let Context { instance, now, .. } = &self.context;
        let mut trace = Trace::default();
        let (result, effects) = instance.change(|draft| {
            instance.decide_at(*now, &mut trace, |moment| {
                let mut change = ManagementChange {
                    draft,
                    moment,
                    call: self.call(),
                    ended_users: Vec::new(),
                    signed_out_users: Vec::new(),
                    links: Vec::new(),
                };
                let result = rule(&mut change)?;
                let events = system_log::events_of(&instance.org(), change.draft);
                change.moment.trace.events.extend(events);
                let actor = self.call().actor(change.draft);
                for event in &mut change.moment.trace.events {
                    event.actor.get_or_insert_with(|| actor.clone());
                }
                let ManagementChange { ended_users, signed_out_users, links, .. } = change;
                Ok::<_, ApiError>((result, Effects { ended_users, signed_out_users, links }))
            })
        })?;
        Ok(Changed { result, effects, events: trace.events })
    }

    /// Adds events of the System Log; those without an actor are the caller's.
    pub(super) fn log(&self, events: impl IntoIterator<Item = LogEvent>) {
        let actor = self.call().actor(&self.context.org);
        self.context.log(
            events.into_iter().map(|event| LogEvent { actor: event.actor.or_else(|| Some(actor.clone())), ..event }),
        );
    }

    /// Runs a rule that needs time and randomness only.
    pub(super) fn decide<T>(&self, rule: impl FnOnce(&mut Moment<'_>) -> T) -> T {
        self.context.decide(&mut Trace::default(), rule)
    }

    /// Runs a rule that reads the latest snapshot of the org: the result of a change of this call.
    ///
    /// # Errors
    /// The rule's own.
    pub(crate) fn read_latest<T>(
        &self,
        rule: impl FnOnce(&Org, ManagementCall<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        rule(&self.context.instance.org(), self.call())
    }

    /// The state of the keys of an authorization server of the latest snapshot.
    ///
    /// # Errors
    /// There is no such server, key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn signing_state(&self, server_id: &str) -> Result<SigningState, ApiError> {
        let org = self.context.instance.org();
        let server = org.server(server_id).ok_or_else(|| ApiError::not_found(server_id, "AuthorizationServer"))?;
        let keys = self.context.instance.keys(server, self.context.now).await?;
        let kid = keys.published().first().map(|published| published.key.kid().to_owned()).unwrap_or_default();
        Ok(SigningState { kid, last_rotated: keys.last_rotated(), next_rotation: keys.next_rotation(server) })
    }

    /// The id of the key that signs ID tokens of the org authorization server.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn signing_key_id(&self) -> Result<String, ApiError> {
        let keys = self.context.keys().await?;
        Ok(keys.published().first().map(|published| published.key.kid().to_owned()).unwrap_or_default())
    }

    /// The refresh tokens and consents of users.
    pub(crate) fn issued_grants(&self) -> IssuedGrants<'_> {
        IssuedGrants::new(&self.context)
    }

    pub(super) fn call(&self) -> ManagementCall<'_> {
        ManagementCall { urls: &self.context.urls, caller: &self.caller, now: self.context.now }
    }
}
