//! One step of a sign-in: loads what it depends on, applies it, and commits the result.

use mock_idp_core::ledger::{
    Consent, FailedSignIns, IssuedCredential, KeepPrompts, LedgerError, MagicLink, MagicLinkState, OneTimeToken,
    OutgoingMessage, PushNotifications, Stage, Transaction, UsedCode, UserDecision,
};
use mock_idp_core::model::UserStatus;
use mock_idp_core::policy::assurance;
use mock_idp_core::sign_in::{
    self, RejectedAnswer, SentRecovery, SignInAnswer, SignInEffect, SignInFacts, SignInProblem, primary,
};
use mock_idp_core::trace::Trace;

use super::org_changes::{OrgChanges, SignedPasskey};
use super::{Context, consents, issued_tokens, magic_links, pushes, recovery_links};
use crate::ledger::{Batch, NEVER, Version, Versioned};

/// A step that has been committed.
#[derive(Debug)]
pub(super) enum CommittedStep {
    Taken(Transaction),
    /// The answer was rejected. The transaction may be at an earlier stage.
    Rejected(Transaction, SignInProblem),
    /// The device that the user has decided on did not wait any more.
    DeviceGone,
}

/// How a stored transaction is stored after its next step.
#[derive(Clone, Copy, Debug)]
pub(super) enum NextHandle<'t> {
    /// Each page has a handle of its own, which is used up.
    New,
    /// The same; it is used up by what follows from the step (`transactions::use_up_page`).
    NewAfterResponse,
    /// The transaction keeps its handle until the user has signed in; then there is this session token in its place.
    SameUntilSignedIn { session_token: &'t str },
    /// The transaction keeps its handle. The result says when it expires then.
    Same(fn(&Transaction, i64) -> i64),
    /// The handle is used up by the step. Where it is not taken, the transaction keeps its handle, and has failed at the provider.
    NewAfterProvider(fn(&Transaction, i64) -> i64),
}

/// Takes a step of the transaction with this handle. `None`: there is none, or another request has taken the step. Of several requests at
/// the same time one takes it; the others are decided on its result. A transaction that this request has loaded is not loaded again.
pub(super) async fn take(
    context: &Context,
    (handle, mut loaded): (&str, Option<Versioned<Transaction>>),
    answer: SignInAnswer<'_>,
    remember: bool,
    next: NextHandle<'_>,
    trace: &mut Trace,
) -> Result<Option<CommittedStep>, LedgerError> {
    let transactions = context.ledger().transactions();
    loop {
        let found = match loaded.take() {
            Some(loaded) => loaded,
            None => match transactions.get_versioned(handle).await? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let mut transaction = found.value;
        transaction.remember = match answer {
            // Only these forms have the option.
            SignInAnswer::Identifier(_) | SignInAnswer::Both { .. } => remember,
            _ => transaction.remember || remember,
        };
        let stage = transaction.stage.clone();
        let mut batch = context.ledger().batch();
        let mut step = Trace::default();
        let (mut result, org_changes, mut follow_up) =
            decide(context, (Some(handle), transaction), answer, &mut batch, &mut step).await?;
        follow_up.store(context, &mut batch).await?;
        match (next, &mut result) {
            (
                NextHandle::NewAfterResponse,
                CommittedStep::Taken(transaction) | CommittedStep::Rejected(transaction, _),
            ) => {
                batch.require_version(transactions, handle, found.version);
                let submitted = Transaction { submitted: true, ..transaction.clone() };
                batch.put(transactions, handle, submitted, transaction.expires);
            }
            (NextHandle::New, _)
            | (NextHandle::NewAfterProvider(_), CommittedStep::Taken(_))
            | (
                NextHandle::NewAfterResponse
                | NextHandle::Same(_)
                | NextHandle::NewAfterProvider(_)
                | NextHandle::SameUntilSignedIn { .. },
                CommittedStep::DeviceGone,
            ) => {
                batch.require_version(transactions, handle, found.version);
                batch.delete(transactions, handle);
            }
            (
                NextHandle::SameUntilSignedIn { session_token },
                CommittedStep::Taken(Transaction { stage: Stage::SignedIn(proof), .. }),
            ) => {
                batch.require_version(transactions, handle, found.version);
                batch.delete(transactions, handle);
                let expires = context.now + primary::SESSION_TOKEN_LIFETIME;
                batch.put(context.ledger().session_tokens(), session_token, proof.clone(), expires);
            }
            (NextHandle::Same(expires), CommittedStep::Taken(transaction)) => {
                transaction.expires = expires(transaction, context.now);
                batch.require_version(transactions, handle, found.version);
                batch.put(transactions, handle, transaction.clone(), transaction.expires);
            }
            (NextHandle::SameUntilSignedIn { .. }, CommittedStep::Taken(transaction)) => {
                transaction.expires = context.now + primary::STATE_TOKEN_LIFETIME;
                batch.require_version(transactions, handle, found.version);
                batch.put(transactions, handle, transaction.clone(), transaction.expires);
            }
            (NextHandle::NewAfterProvider(expires), CommittedStep::Rejected(transaction, _)) => {
                transaction.stage = Stage::ProviderFailed;
                transaction.expires = expires(transaction, context.now);
                batch.require_version(transactions, handle, found.version);
                batch.put(transactions, handle, transaction.clone(), transaction.expires);
            }
            // Okta: a failed answer neither changes the form nor extends the transaction.
            (NextHandle::Same(_) | NextHandle::SameUntilSignedIn { .. }, CommittedStep::Rejected(transaction, _)) => {
                transaction.stage = stage;
                batch.require_version(transactions, handle, found.version);
                batch.put(transactions, handle, transaction.clone(), transaction.expires);
            }
        }
        match commit(context, batch, org_changes).await {
            Err(LedgerError::Conflict { .. }) => {}
            other => {
                trace.notes.extend(step.notes);
                other?;
                context.log(step.events);
                follow_up.run(context).await?;
                return Ok(Some(result));
            }
        }
    }
}

/// Takes the first step of a transaction that is not stored.
pub(super) async fn take_first(
    context: &Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
    trace: &mut Trace,
) -> Result<CommittedStep, LedgerError> {
    loop {
        let mut batch = context.ledger().batch();
        let mut step = Trace::default();
        let (result, org_changes, mut follow_up) =
            decide(context, (None, transaction.clone()), answer, &mut batch, &mut step).await?;
        follow_up.store(context, &mut batch).await?;
        match commit(context, batch, org_changes).await {
            Err(LedgerError::Conflict { .. }) => {}
            other => {
                trace.notes.extend(step.notes);
                other?;
                context.log(step.events);
                follow_up.run(context).await?;
                return Ok(result);
            }
        }
    }
}

async fn decide<'c>(
    context: &'c Context,
    (handle, transaction): (Option<&str>, Transaction),
    answer: SignInAnswer<'_>,
    batch: &mut Batch<'c>,
    trace: &mut Trace,
) -> Result<(CommittedStep, OrgChanges, FollowUp), LedgerError> {
    let (mut facts, versions) = load(context, &transaction, answer).await?;
    facts.autofill_challenge = handle.map(sign_in::autofill_challenge);
    let Context { org, server, .. } = context;
    let client_id = transaction.purpose.client_id().map(str::to_owned);
    let browser = transaction.browser.clone();
    // Its events count if it is committed.
    let applied =
        context.decide_uncommitted(trace, |moment| sign_in::apply(org, server, transaction, answer, &facts, moment));
    let (result, effects) = match applied {
        Ok((transaction, effects)) => (CommittedStep::Taken(transaction), effects),
        Err(rejected) => {
            let RejectedAnswer { problem, transaction, effects } = *rejected;
            (CommittedStep::Rejected(transaction, problem), effects)
        }
    };
    let (mut org_changes, mut follow_up) = (OrgChanges::default(), FollowUp::default());
    let wrong = facts.token.as_ref().map_or(0, |token| token.wrong);
    for effect in effects {
        match effect {
            SignInEffect::FailedSignIns { user_id, failed } => {
                let table = context.ledger().failed_sign_ins();
                match versions.failed {
                    Some(version) => batch.replace(table, &user_id, version, failed),
                    None => batch.put_new(table, &user_id, failed, NEVER),
                }
            }
            SignInEffect::SetPassword { user_id, password } => org_changes.new_password = Some((user_id, password)),
            SignInEffect::Enroll { user_id, factor } => org_changes.enrolled.push((user_id, factor)),
            SignInEffect::CountSignature { user_id, factor_id, sign_count } => {
                org_changes.signed = Some(SignedPasskey { user_id, factor_id, sign_count });
            }
            SignInEffect::UseCode { factor_id, used } => {
                let (table, expires) = (context.ledger().used_codes(), context.now + UsedCode::LIFETIME);
                match versions.used_code {
                    Some(version) => batch.replace_until(table, &factor_id, version, used, expires),
                    None => batch.put_new(table, &factor_id, used, expires),
                }
            }
            SignInEffect::SendRecovery(sent) => {
                recovery_links::store(context, batch, &sent);
                follow_up.sent.push(sent);
            }
            SignInEffect::SendCode { key, token, message } => {
                let expires = token.expires;
                batch.put(context.ledger().one_time_tokens(), &key, token, expires);
                follow_up.messages.push(*message);
            }
            SignInEffect::SendPush(push) => pushes::store(context, batch, *push),
            SignInEffect::WithdrawPush { id } => {
                let withdraw = move |pushes: &mut PushNotifications| pushes.withdraw(&id);
                batch.update(context.ledger().pushes(), PushNotifications::KEY, withdraw);
            }
            SignInEffect::AskedToStay { user_id } => {
                if let Some(browser) = &browser {
                    let (now, expires) = (context.now, context.now + KeepPrompts::LIFETIME);
                    let add = move |prompts: &mut KeepPrompts| prompts.add(&user_id, now);
                    batch.update_or_default(context.ledger().keep_prompts(), browser, expires, add);
                }
            }
            SignInEffect::SendMessage(message) => follow_up.messages.push(*message),
            SignInEffect::SendLink(sent) => {
                follow_up.messages.push(magic_links::store(context, batch, *sent, client_id.as_deref()));
            }
            SignInEffect::ReplaceLink { key } => {
                let replace = |link: &mut MagicLink| link.state = MagicLinkState::Replaced;
                batch.update(context.ledger().magic_links(), &key, replace);
            }
            SignInEffect::CreateUser { user } => org_changes.new_user = Some(*user),
            SignInEffect::ChangeByProvider(change) => org_changes.by_provider = Some(change),
            SignInEffect::DenyRecovery { user_id } => follow_up.denied = Some(user_id),
            SignInEffect::UseToken { key } => {
                batch.require(context.ledger().one_time_tokens(), &key, |_| true);
                batch.delete(context.ledger().one_time_tokens(), &key);
            }
            SignInEffect::CountWrong { key } if wrong + 1 >= OneTimeToken::MAX_WRONG => {
                batch.delete(context.ledger().one_time_tokens(), &key);
            }
            SignInEffect::CountWrong { key } => {
                batch.update(context.ledger().one_time_tokens(), &key, |token| token.wrong += 1);
            }
            SignInEffect::Unlock { user_id } => {
                batch.delete(context.ledger().failed_sign_ins(), &user_id);
                if org.user(&user_id).is_some_and(|user| user.status == UserStatus::LockedOut) {
                    org_changes.unlocked = Some(user_id);
                }
            }
            SignInEffect::GiveConsent { user_id, scopes } => {
                let client_id = client_id.as_deref().unwrap_or_default();
                consents::add(context, batch, &server.id, client_id, &user_id, &scopes);
            }
            SignInEffect::DecideDevice { activation, decision } => {
                let devices = context.ledger().devices();
                let Some(mut found) = devices.get_versioned(&activation.device_code).await? else {
                    // Nothing is committed.
                    trace.events.clear();
                    return Ok((CommittedStep::DeviceGone, OrgChanges::default(), FollowUp::default()));
                };
                if !found.value.decide(decision.clone(), context.now) {
                    // Nothing is committed.
                    trace.events.clear();
                    return Ok((CommittedStep::DeviceGone, OrgChanges::default(), FollowUp::default()));
                }
                batch.replace(devices, &activation.device_code, found.version, found.value);
                if let UserDecision::Allowed(authentication) = &decision {
                    let device = vec![IssuedCredential::Device(activation.device_code)];
                    issued_tokens::record(context, batch, &authentication.user_id, device);
                }
            }
        }
    }
    Ok((result, org_changes, follow_up))
}

/// Commits a step with its changes of the org.
async fn commit(context: &Context, batch: Batch<'_>, changes: OrgChanges) -> Result<(), LedgerError> {
    match changes.is_empty() {
        true => batch.commit().await,
        false => context.instance.commit_with_change(batch, || changes.make(context)).await,
    }
}

/// The messages that a step sends.
#[derive(Debug, Default)]
struct FollowUp {
    sent: Vec<SentRecovery>,
    messages: Vec<OutgoingMessage>,
    /// A user whose policy does not allow a recovery.
    denied: Option<String>,
}

impl FollowUp {
    /// Lets the batch of the step store its messages. Those to a user whom the step adds to the org are left.
    async fn store<'c>(&mut self, context: &'c Context, batch: &mut Batch<'c>) -> Result<(), LedgerError> {
        let mut messages = std::mem::take(&mut self.messages);
        let org = context.instance.org();
        self.sent.retain(|sent| {
            let message = sent.message(&org, &context.urls.issuer_base);
            let is_left = message.is_none();
            messages.extend(message);
            is_left
        });
        let denied = self.denied.take();
        messages.extend(denied.and_then(|user_id| sign_in::recovery_denied(&context.org, &user_id)));
        context.instance.add_messages(batch, messages).await
    }

    /// What is left when the step has been committed.
    async fn run(self, context: &Context) -> Result<(), LedgerError> {
        context.instance.note_messages();
        for sent in &self.sent {
            recovery_links::send(context, sent).await?;
        }
        Ok(())
    }
}

/// The versions of the stored records that a step may change.
struct LoadedVersions {
    failed: Option<Version>,
    used_code: Option<Version>,
}

/// What a step depends on.
async fn load(
    context: &Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
) -> Result<(SignInFacts, LoadedVersions), LedgerError> {
    let failed = match sign_in::user_of_step(&context.org, &transaction.stage, answer, context.now) {
        Some(user) => context.ledger().failed_sign_ins().get_versioned(&user.id).await?,
        None => None,
    };
    let used_code = match sign_in::factor_of_step(&transaction.stage) {
        Some(factor_id) => context.ledger().used_codes().get_versioned(factor_id).await?,
        None => None,
    };
    let facts = SignInFacts {
        failed: failed.as_ref().map_or_else(FailedSignIns::default, |failed| failed.value),
        consent: earlier_consent(context, transaction).await?,
        token: match transaction.stage.token() {
            Some(key) => context.ledger().one_time_tokens().get(key).await?,
            None => None,
        },
        used_code: used_code.as_ref().map(|used| used.value),
        prompts: prompts(context, transaction).await?,
        urls: context.urls.clone(),
        autofill_challenge: None,
        push: match sign_in::push_of_step(&transaction.stage) {
            Some(id) => context.instance.push(id).await?,
            None => None,
        },
        link: match sign_in::link_of_step(&transaction.stage) {
            Some(key) => magic_links::find(context, key).await?,
            None => None,
        },
    };
    let versions =
        LoadedVersions { failed: failed.map(|failed| failed.version), used_code: used_code.map(|used| used.version) };
    Ok((facts, versions))
}

/// When the users of a browser were asked whether to stay signed in, if the app asks.
async fn prompts(context: &Context, transaction: &Transaction) -> Result<Option<KeepPrompts>, LedgerError> {
    let client = transaction.purpose.client_id().and_then(|client_id| context.org.client(client_id));
    let asks = client.is_some_and(|client| assurance::asks_to_stay(&context.org, client));
    match transaction.browser.as_deref().filter(|_| asks) {
        Some(browser) => context.ledger().keep_prompts().get(browser).await,
        None => Ok(None),
    }
}

/// What the user who is asked for consent has allowed the client before.
pub(super) async fn earlier_consent(context: &Context, transaction: &Transaction) -> Result<Consent, LedgerError> {
    let Stage::Consent { user } = &transaction.stage else { return Ok(Consent::default()) };
    let purpose = &transaction.purpose;
    consents::find(context, purpose.server(), purpose.client_id().unwrap_or_default(), &user.authentication().user_id)
        .await
}
