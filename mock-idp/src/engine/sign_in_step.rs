//! One step of a sign-in: loads what it depends on, applies it, and commits the result.

use mock_idp_core::ledger::{
    Activation, Consent, FailedSignIns, IssuedCredential, KeepPrompts, LedgerError, MagicLink, MagicLinkState,
    OneTimeToken, OutgoingMessage, Purpose, PushNotifications, Recovery, RecoveryStep, RememberedDevice,
    SkippedEnrollments, Stage, Transaction, UsedCode, UserDecision,
};
use mock_idp_core::model::UserStatus;
use mock_idp_core::policy::{assurance, session};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::sign_in::{
    self, RejectedAnswer, SentRecovery, SignInAnswer, SignInEffect, SignInFacts, SignInProblem, primary,
};
use mock_idp_core::trace::Trace;

use super::browser::BrowserRequest;
use super::global_revocation::GlobalRevocation;
use super::org_changes::{OrgChanges, SignedPasskey};
use super::{Context, consents, issued_tokens, magic_links, pushes, recovery_links};
use crate::ledger::{Batch, NEVER, Version, Versioned};

/// What became of a step of a sign-in.
#[derive(Debug)]
pub(super) enum StepResult {
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
    /// The page stays, marked as submitted, until what follows from the step is stored (`transactions::use_up_page`).
    NewAfterResponse,
    /// The transaction keeps its handle until the user has signed in; then there is this session token in its place.
    SameUntilSignedIn { session_token: &'t str },
    /// The transaction keeps its handle. The result says when it expires then.
    Same(fn(&Transaction, i64) -> i64),
    /// The handle is used up by the step. Where it is not taken, the transaction keeps its handle, and has failed at the provider.
    NewAfterProvider(fn(&Transaction, i64) -> i64),
    /// The same, but a transaction whose step is taken stays, marked as submitted, until what follows from the step is stored.
    NewAfterProviderResponse(fn(&Transaction, i64) -> i64),
}

impl NextHandle<'_> {
    /// How the transaction is stored if its step is committed before what follows from it.
    fn before_response(self) -> Self {
        match self {
            Self::New => Self::NewAfterResponse,
            Self::NewAfterProvider(expires) => Self::NewAfterProviderResponse(expires),
            other => other,
        }
    }
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
) -> Result<Option<StepResult>, OAuthError> {
    let transactions = context.ledger().transactions();
    loop {
        let found = match loaded.take() {
            Some(loaded) => loaded,
            None => match transactions.get_versioned(handle).await? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        if found.value.submitted {
            return Ok(None);
        }
        let step = decide_stored(context, handle, found, answer, remember).await?;
        if let Some(result) = step.commit(context, handle, next, trace).await? {
            return Ok(Some(result));
        }
    }
}

/// Takes the step of a page. It is committed together with what follows from it when the request ends, unless it has to be committed
/// first: because of a change of the org, a message, or a decision of the user that is read again.
pub(super) async fn take_page(
    context: &Context,
    (handle, found): (&str, Versioned<Transaction>),
    answer: SignInAnswer<'_>,
    remember: bool,
    next: NextHandle<'_>,
    request: &mut BrowserRequest,
) -> Result<Option<StepResult>, OAuthError> {
    let mut step = decide_stored(context, handle, found, answer, remember).await?;
    if can_wait(&step.result, &step.org_changes, &step.follow_up) {
        let mut batch = step.batch;
        store_next(context, &mut batch, (handle, step.version), (next, step.stage), &mut step.result);
        request.write(batch);
        request.trace.notes.extend(step.trace.notes);
        context.log(step.trace.events);
        return Ok(Some(step.result));
    }
    let next = next.before_response();
    let result = match step.commit(context, handle, next, &mut request.trace).await? {
        Some(result) => Some(result),
        None => take(context, (handle, None), answer, remember, next, &mut request.trace).await?,
    };
    request.page = result.is_some().then(|| handle.to_owned());
    request.keep_events();
    Ok(result)
}

/// A step of a stored transaction, as it has been decided.
struct DecidedStep<'c> {
    /// The version of the transaction, and its stage before the step.
    version: Version,
    stage: Stage,
    result: StepResult,
    batch: Batch<'c>,
    org_changes: OrgChanges,
    follow_up: FollowUp,
    trace: Trace,
}

impl<'c> DecidedStep<'c> {
    /// Commits the step. `None`: another request has changed what it was decided on.
    async fn commit(
        self,
        context: &'c Context,
        handle: &str,
        next: NextHandle<'_>,
        trace: &mut Trace,
    ) -> Result<Option<StepResult>, OAuthError> {
        let Self { version, stage, mut result, mut batch, org_changes, mut follow_up, trace: step } = self;
        follow_up.end_sessions(context).await?;
        follow_up.store(context, &mut batch).await?;
        store_next(context, &mut batch, (handle, version), (next, stage), &mut result);
        match commit(context, batch, org_changes).await {
            Err(LedgerError::Conflict { .. }) => Ok(None),
            committed => {
                trace.notes.extend(step.notes);
                committed?;
                context.log(step.events);
                follow_up.run(context).await?;
                Ok(Some(result))
            }
        }
    }
}

/// Whether nothing that follows from a step needs it to be committed.
fn can_wait(result: &StepResult, org_changes: &OrgChanges, follow_up: &FollowUp) -> bool {
    let is_read_again = match result {
        StepResult::Taken(transaction) => matches!(transaction.stage, Stage::Decided { .. }),
        StepResult::Rejected(..) => false,
        StepResult::DeviceGone => true,
    };
    !is_read_again && org_changes.is_empty() && follow_up.is_empty()
}

async fn decide_stored<'c>(
    context: &'c Context,
    handle: &str,
    found: Versioned<Transaction>,
    answer: SignInAnswer<'_>,
    remember: bool,
) -> Result<DecidedStep<'c>, LedgerError> {
    let Versioned { value: transaction, version } = found;
    let stage = transaction.stage.clone();
    let transaction = with_option(transaction, answer, remember);
    let (mut batch, mut trace) = (context.ledger().batch(), Trace::default());
    let (result, org_changes, follow_up) =
        decide(context, (Some(handle), transaction), answer, &mut batch, &mut trace).await?;
    Ok(DecidedStep { version, stage, result, batch, org_changes, follow_up, trace })
}

/// A transaction with the option to stay signed in, as the request has it.
fn with_option(transaction: Transaction, answer: SignInAnswer<'_>, remember: bool) -> Transaction {
    let remember = match answer {
        // Only these forms have the option.
        SignInAnswer::Identifier(_) | SignInAnswer::Both { .. } => remember,
        // Okta: each request of a program says it anew.
        _ if matches!(transaction.purpose, Purpose::Authn { .. }) => remember,
        _ => transaction.remember || remember,
    };
    Transaction { remember, ..transaction }
}

/// Lets the batch of a step store its transaction. `stage`: the one before the step.
fn store_next<'c>(
    context: &'c Context,
    batch: &mut Batch<'c>,
    (handle, version): (&str, Version),
    (next, stage): (NextHandle<'_>, Stage),
    result: &mut StepResult,
) {
    let transactions = context.ledger().transactions();
    batch.require_version(transactions, handle, version);
    match (next, result) {
        (NextHandle::NewAfterResponse, StepResult::Taken(transaction) | StepResult::Rejected(transaction, _))
        | (NextHandle::NewAfterProviderResponse(_), StepResult::Taken(transaction)) => {
            let submitted = Transaction { submitted: true, ..transaction.clone() };
            batch.put(transactions, handle, submitted, transaction.expires);
        }
        (NextHandle::New, _)
        | (NextHandle::NewAfterProvider(_), StepResult::Taken(_))
        | (
            NextHandle::NewAfterResponse
            | NextHandle::Same(_)
            | NextHandle::NewAfterProvider(_)
            | NextHandle::NewAfterProviderResponse(_)
            | NextHandle::SameUntilSignedIn { .. },
            StepResult::DeviceGone,
        ) => {
            batch.delete(transactions, handle);
        }
        (
            NextHandle::SameUntilSignedIn { session_token },
            StepResult::Taken(Transaction { stage: Stage::SignedIn(proof), .. }),
        ) => {
            batch.delete(transactions, handle);
            let expires = context.now + primary::SESSION_TOKEN_LIFETIME;
            batch.put(context.ledger().session_tokens(), session_token, proof.clone(), expires);
        }
        // Nothing follows: an account that has been unlocked is not signed in to.
        (
            NextHandle::SameUntilSignedIn { .. },
            StepResult::Taken(Transaction {
                stage: Stage::Recovery(Recovery { step: RecoveryStep::Unlocked { .. }, .. }),
                ..
            }),
        ) => batch.delete(transactions, handle),
        (NextHandle::Same(expires), StepResult::Taken(transaction)) => {
            transaction.expires = expires(transaction, context.now);
            batch.put(transactions, handle, transaction.clone(), transaction.expires);
        }
        (NextHandle::SameUntilSignedIn { .. }, StepResult::Taken(transaction)) => {
            transaction.expires = context.now + primary::STATE_TOKEN_LIFETIME;
            batch.put(transactions, handle, transaction.clone(), transaction.expires);
        }
        (
            NextHandle::NewAfterProvider(expires) | NextHandle::NewAfterProviderResponse(expires),
            StepResult::Rejected(transaction, _),
        ) => {
            transaction.stage = Stage::ProviderFailed;
            transaction.expires = expires(transaction, context.now);
            batch.put(transactions, handle, transaction.clone(), transaction.expires);
        }
        // Okta: a failed answer neither changes the form nor extends the transaction.
        (NextHandle::Same(_) | NextHandle::SameUntilSignedIn { .. }, StepResult::Rejected(transaction, _)) => {
            transaction.stage = stage;
            batch.put(transactions, handle, transaction.clone(), transaction.expires);
        }
    }
}

/// Takes a step of a transaction that is not stored.
pub(super) async fn take_first(
    context: &Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
    trace: &mut Trace,
) -> Result<StepResult, OAuthError> {
    loop {
        let step = decide_first(context, transaction, answer).await?;
        if let Some(result) = step.commit(context, trace).await? {
            return Ok(result);
        }
    }
}

/// The same for a page that is not shown. Like that of a page, the step is committed when the request ends, unless it has to be committed
/// first.
pub(super) async fn take_without_page(
    context: &Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
    request: &mut BrowserRequest,
) -> Result<StepResult, OAuthError> {
    let step = decide_first(context, transaction, answer).await?;
    if can_wait(&step.result, &step.org_changes, &step.follow_up) {
        request.write(step.batch);
        request.trace.notes.extend(step.trace.notes);
        context.log(step.trace.events);
        return Ok(step.result);
    }
    let result = match step.commit(context, &mut request.trace).await? {
        Some(result) => result,
        None => take_first(context, transaction, answer, &mut request.trace).await?,
    };
    request.keep_events();
    Ok(result)
}

/// A step of a transaction that is not stored, as it has been decided.
struct FirstStep<'c> {
    result: StepResult,
    batch: Batch<'c>,
    org_changes: OrgChanges,
    follow_up: FollowUp,
    trace: Trace,
}

impl<'c> FirstStep<'c> {
    /// Commits the step. `None`: another request has changed what it was decided on.
    async fn commit(self, context: &'c Context, trace: &mut Trace) -> Result<Option<StepResult>, OAuthError> {
        let Self { result, mut batch, org_changes, mut follow_up, trace: step } = self;
        follow_up.end_sessions(context).await?;
        follow_up.store(context, &mut batch).await?;
        match commit(context, batch, org_changes).await {
            Err(LedgerError::Conflict { .. }) => Ok(None),
            committed => {
                trace.notes.extend(step.notes);
                committed?;
                context.log(step.events);
                follow_up.run(context).await?;
                Ok(Some(result))
            }
        }
    }
}

async fn decide_first<'c>(
    context: &'c Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
) -> Result<FirstStep<'c>, LedgerError> {
    let (mut batch, mut trace) = (context.ledger().batch(), Trace::default());
    let (result, org_changes, follow_up) =
        decide(context, (None, transaction.clone()), answer, &mut batch, &mut trace).await?;
    Ok(FirstStep { result, batch, org_changes, follow_up, trace })
}

async fn decide<'c>(
    context: &'c Context,
    (handle, transaction): (Option<&str>, Transaction),
    answer: SignInAnswer<'_>,
    batch: &mut Batch<'c>,
    trace: &mut Trace,
) -> Result<(StepResult, OrgChanges, FollowUp), LedgerError> {
    let (mut facts, versions) = load(context, &transaction, answer).await?;
    facts.autofill_challenge = handle.map(sign_in::autofill_challenge);
    let Context { org, server, .. } = context;
    let client_id = transaction.purpose.client_id().map(str::to_owned);
    let (browser, device) = (transaction.browser.clone(), transaction.device().map(str::to_owned));
    // Its events count if it is committed.
    let applied =
        context.decide_uncommitted(trace, |moment| sign_in::apply(org, server, transaction, answer, &facts, moment));
    let (result, effects) = match applied {
        Ok((transaction, effects)) => (StepResult::Taken(transaction), effects),
        Err(rejected) => {
            let RejectedAnswer { problem, transaction, effects } = *rejected;
            (StepResult::Rejected(transaction, problem), effects)
        }
    };
    let mut changes = StepChanges {
        context,
        batch,
        versions,
        wrong: facts.token.as_ref().map_or(0, |token| token.wrong),
        client_id,
        browser,
        device,
        org: OrgChanges::default(),
        follow_up: FollowUp::default(),
    };
    for effect in effects {
        if !changes.add(effect).await? {
            // Nothing is committed.
            trace.events.clear();
            return Ok((StepResult::DeviceGone, OrgChanges::default(), FollowUp::default()));
        }
    }
    Ok((result, changes.org, changes.follow_up))
}

/// What a step changes: the records of its batch, the org, and what is done afterwards.
struct StepChanges<'s, 'c> {
    context: &'c Context,
    batch: &'s mut Batch<'c>,
    versions: LoadedVersions,
    /// How many wrong codes have been entered for the token of the step.
    wrong: u8,
    client_id: Option<String>,
    browser: Option<String>,
    device: Option<String>,
    org: OrgChanges,
    follow_up: FollowUp,
}

impl StepChanges<'_, '_> {
    /// Adds an effect. Returns whether the step can be committed with it.
    async fn add(&mut self, effect: SignInEffect) -> Result<bool, LedgerError> {
        let (context, ledger) = (self.context, self.context.ledger());
        match effect {
            SignInEffect::FailedSignIns { user_id, failed } => self.count_failed(&user_id, failed),
            SignInEffect::SetPassword { user_id, password } => self.org.new_password = Some((user_id, password)),
            SignInEffect::EndSessions { user_id } => self.follow_up.ended = Some(user_id),
            SignInEffect::Enroll { user_id, factor } => self.org.enrolled.push((user_id, factor)),
            SignInEffect::CountSignature { user_id, factor_id, sign_count } => {
                self.org.signed = Some(SignedPasskey { user_id, factor_id, sign_count });
            }
            SignInEffect::CreateUser { user } => self.org.new_user = Some(*user),
            SignInEffect::CompleteProfile { user, given } => self.org.profile = Some((user.id, given)),
            SignInEffect::ChangeByProvider(change) => self.org.by_provider = Some(change),
            SignInEffect::UseCode { factor_id, used } => self.use_code(&factor_id, used),
            SignInEffect::SendRecovery(sent) => {
                recovery_links::store(context, self.batch, &sent);
                self.follow_up.sent.push(sent);
            }
            SignInEffect::DenyRecovery { user_id } => self.follow_up.denied = Some(user_id),
            SignInEffect::SendCode { key, token, message } => {
                let expires = token.expires;
                self.batch.put(ledger.one_time_tokens(), &key, token, expires);
                self.follow_up.messages.push(*message);
            }
            SignInEffect::SendMessage(message) => self.follow_up.messages.push(*message),
            SignInEffect::SendLink(sent) => {
                let message = magic_links::store(context, self.batch, *sent, self.client_id.as_deref());
                self.follow_up.messages.push(message);
            }
            SignInEffect::ReplaceLink { key } => {
                let replace = |link: &mut MagicLink| link.state = MagicLinkState::Replaced;
                self.batch.update(ledger.magic_links(), &key, replace);
            }
            SignInEffect::SendPush(push) => pushes::store(context, self.batch, *push),
            SignInEffect::WithdrawPush { id } => {
                let withdraw = move |pushes: &mut PushNotifications| pushes.withdraw(&id);
                self.batch.update(ledger.pushes(), PushNotifications::KEY, withdraw);
            }
            SignInEffect::SkipEnrollments { user_id, authenticators } => {
                let add = move |skipped: &mut SkippedEnrollments| {
                    authenticators.iter().for_each(|authenticator| skipped.add(authenticator));
                };
                self.batch.update_or_default(ledger.skipped_enrollments(), &user_id, NEVER, add);
            }
            SignInEffect::AskedToStay { user_id } => self.note_question(user_id),
            SignInEffect::RememberDevice { user_id, at } => self.remember_device(user_id, at),
            SignInEffect::UseToken { key } => {
                self.batch.require(ledger.one_time_tokens(), &key, |_| true);
                self.batch.delete(ledger.one_time_tokens(), &key);
            }
            SignInEffect::CountWrong { key } => self.count_wrong(&key),
            SignInEffect::Unlock { user_id } => self.unlock(user_id),
            SignInEffect::GiveConsent { user_id, scopes } => {
                let client_id = self.client_id.as_deref().unwrap_or_default();
                consents::add(context, self.batch, &context.server.id, client_id, &user_id, &scopes);
            }
            SignInEffect::DecideDevice { activation, decision } => {
                return self.decide_device(activation, decision).await;
            }
        }
        Ok(true)
    }

    fn count_failed(&mut self, user_id: &str, failed: FailedSignIns) {
        let table = self.context.ledger().failed_sign_ins();
        match self.versions.failed {
            Some(version) => self.batch.replace(table, user_id, version, failed),
            None => self.batch.put_new(table, user_id, failed, NEVER),
        }
    }

    fn use_code(&mut self, factor_id: &str, used: UsedCode) {
        let (table, expires) = (self.context.ledger().used_codes(), self.context.now + UsedCode::LIFETIME);
        match self.versions.used_code {
            Some(version) => self.batch.replace_until(table, factor_id, version, used, expires),
            None => self.batch.put_new(table, factor_id, used, expires),
        }
    }

    fn count_wrong(&mut self, key: &str) {
        let table = self.context.ledger().one_time_tokens();
        if self.wrong + 1 >= OneTimeToken::MAX_WRONG {
            self.batch.delete(table, key);
        } else {
            self.batch.update(table, key, |token| token.wrong += 1);
        }
    }

    fn note_question(&mut self, user_id: String) {
        let Some(browser) = &self.browser else { return };
        let (now, expires) = (self.context.now, self.context.now + KeepPrompts::LIFETIME);
        let add = move |prompts: &mut KeepPrompts| prompts.add(&user_id, now);
        self.batch.update_or_default(self.context.ledger().keep_prompts(), browser, expires, add);
    }

    fn remember_device(&mut self, user_id: String, at: i64) {
        let Some(device) = &self.device else { return };
        issued_tokens::add_device(self.context.ledger(), self.batch, &user_id, device);
        let add = move |known: &mut RememberedDevice| known.add(&user_id, at);
        let expires = self.context.now + RememberedDevice::LIFETIME;
        self.batch.update_or_default(self.context.ledger().remembered_devices(), device, expires, add);
    }

    fn unlock(&mut self, user_id: String) {
        self.batch.delete(self.context.ledger().failed_sign_ins(), &user_id);
        if self.context.org.user(&user_id).is_some_and(|user| user.status == UserStatus::LockedOut) {
            self.org.unlocked = Some(user_id);
        }
    }

    /// Returns whether the device still waits for the decision.
    async fn decide_device(&mut self, activation: Activation, decision: UserDecision) -> Result<bool, LedgerError> {
        let devices = self.context.ledger().devices();
        let Some(mut found) = devices.get_versioned(&activation.device_code).await? else { return Ok(false) };
        if !found.value.decide(decision.clone(), self.context.now) {
            return Ok(false);
        }
        self.batch.replace(devices, &activation.device_code, found.version, found.value);
        if let UserDecision::Allowed(authentication) = &decision {
            let device = vec![IssuedCredential::Device(activation.device_code)];
            issued_tokens::record(self.context, self.batch, &authentication.user_id, device);
        }
        Ok(true)
    }
}

/// Commits a step with its changes of the org.
async fn commit(context: &Context, batch: Batch<'_>, changes: OrgChanges) -> Result<(), LedgerError> {
    match changes.is_empty() {
        true => batch.commit().await,
        false => context.instance.commit_with_change(batch, || changes.make(context)).await,
    }
}

/// The messages of a step, and what is done before and after it is committed.
#[derive(Debug, Default)]
struct FollowUp {
    sent: Vec<SentRecovery>,
    messages: Vec<OutgoingMessage>,
    /// A user whose policy does not allow a recovery.
    denied: Option<String>,
    /// A user whose sessions end, before the step is committed.
    ended: Option<String>,
}

impl FollowUp {
    fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.messages.is_empty() && self.denied.is_none() && self.ended.is_none()
    }

    /// Ends the sessions of the user who wants that. If this fails, the step is not taken, and its answer can be submitted again.
    async fn end_sessions(&mut self, context: &Context) -> Result<(), OAuthError> {
        match self.ended.take() {
            Some(user_id) => GlobalRevocation::new(context).end_sessions(&user_id).await,
            None => Ok(()),
        }
    }

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
    async fn run(self, context: &Context) -> Result<(), OAuthError> {
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
        device: remembered_device(context, transaction).await?,
        origin: context.origin().cloned().unwrap_or_default(),
        skipped: skipped(context, transaction, answer).await?,
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

/// What is known of the users of a browser or a device, if a policy remembers it.
async fn remembered_device(
    context: &Context,
    transaction: &Transaction,
) -> Result<Option<RememberedDevice>, LedgerError> {
    match transaction.device().filter(|_| session::remembers_devices(&context.org)) {
        Some(device) => context.ledger().remembered_devices().get(device).await,
        None => Ok(None),
    }
}

/// The enrollments that the user of a step has left out before, if a policy limits that.
async fn skipped(
    context: &Context,
    transaction: &Transaction,
    answer: SignInAnswer<'_>,
) -> Result<SkippedEnrollments, LedgerError> {
    let user = sign_in::enrolling_user(&context.org, &transaction.stage, answer, context.now);
    match user.filter(|_| assurance::counts_skips(&context.org)) {
        Some(user) => Ok(context.ledger().skipped_enrollments().get(&user.id).await?.unwrap_or_default()),
        None => Ok(SkippedEnrollments::default()),
    }
}

/// What the user who is asked for consent has allowed the client before.
pub(super) async fn earlier_consent(context: &Context, transaction: &Transaction) -> Result<Consent, LedgerError> {
    let Stage::Consent { user } = &transaction.stage else { return Ok(Consent::default()) };
    let purpose = &transaction.purpose;
    consents::find(context, purpose.server(), purpose.client_id().unwrap_or_default(), &user.authentication().user_id)
        .await
}
