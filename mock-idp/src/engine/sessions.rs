//! Sign-in sessions of browsers.

use mock_idp_core::ledger::{Authentication, IssuedCredential, LedgerError, Session, SignedIn};
use mock_idp_core::model::User;
use mock_idp_core::policy;
use mock_idp_core::protocol::session_state::browser_state;
use mock_idp_core::sign_in;
use mock_idp_core::trace::NoteStatus;

use super::browser::BrowserRequest;
use super::{Context, OrgInstance, issued_tokens};

/// The authentication of a session, which this request uses: its idle time starts again.
pub(super) async fn authentication(
    instance: &OrgInstance,
    session_id: Option<&str>,
    now: i64,
) -> Result<Option<Authentication>, LedgerError> {
    let Some(session_id) = session_id else { return Ok(None) };
    let ledger = instance.ledger.at(now);
    let sessions = ledger.sessions();
    loop {
        let Some(found) = sessions.get_versioned(session_id).await? else { return Ok(None) };
        let mut session = found.value;
        let used = session.used;
        if !session.use_at(now) {
            return Ok(None);
        }
        let authentication = session.authentication(session_id);
        // Of many uses in a second, one is stored.
        if session.used == used {
            return Ok(Some(authentication));
        }
        let mut batch = ledger.batch();
        batch.replace(sessions, session_id, found.version, session);
        match batch.commit().await {
            Err(LedgerError::Conflict { .. }) => {}
            other => return other.map(|()| Some(authentication)),
        }
    }
}

/// Begins a session and ends that of the browser. A session with further proofs continues. `None`: it has ended, or the user may not
/// sign in any more.
pub(super) async fn begin(
    context: &Context,
    proof: SignedIn,
    request: &mut BrowserRequest,
) -> Result<Option<Authentication>, LedgerError> {
    let begun = begin_session(context, proof, request).await?;
    Ok(begun.map(|(session_id, session)| session.authentication(&session_id)))
}

/// The same. Returns the session with its id.
pub(super) async fn begin_session(
    context: &Context,
    proof: SignedIn,
    request: &mut BrowserRequest,
) -> Result<Option<(String, Session)>, LedgerError> {
    // The sign-in may have changed the user.
    let latest = context.on_latest_snapshot();
    let org = &latest.as_ref().unwrap_or(context).org;
    let user = org.user(&proof.user_id);
    if user.is_none_or(|user| !user.status.may_hold_tokens()) {
        request.trace.note(NoteStatus::Refused, "session", "the user may not sign in any more");
        return Ok(None);
    }
    if let Some(session_id) = &proof.session {
        // The earlier proofs belong to that session, and end with it.
        let is_own = request.session() == Some(session_id.as_str());
        let Some(session) = (if is_own { add_proofs(context, session_id, &proof, request).await? } else { None })
        else {
            return Ok(None);
        };
        // The cookie of a session that has begun is only set again for a user who wants to stay signed in.
        if let Some(user) = user.filter(|_| request.remember)
            && let Some(age) = cookie_age(context, &session, user, request)
        {
            request.session_age = Some(age);
            request.new_session = Some(session_id.clone());
        }
        return Ok(Some((session_id.clone(), session)));
    }
    // A new id at each sign-in: an id that was planted in the browser never gets a session.
    let session_id = context.decide(&mut request.trace, |moment| format!("idx{}", moment.token()));
    let limits = context.decide(&mut request.trace, |moment| {
        user.map(|user| policy::session::limits(org, (user, proof.idp.as_deref()), moment)).unwrap_or_default()
    });
    let proof = SignedIn { amr: context.instance.amr(proof.amr), ..proof };
    let session = Session::new(proof, limits, context.now);
    request.session_age = user.and_then(|user| cookie_age(context, &session, user, request));
    let (sessions, mut batch) = (context.ledger().sessions(), context.ledger().batch());
    issued_tokens::record(context, &mut batch, &session.user_id, vec![IssuedCredential::Session(session_id.clone())]);
    let expires = session.ends();
    batch.put(sessions, &session_id, session.clone(), expires);
    if let Some(earlier) = request.session() {
        batch.delete(sessions, earlier);
    }
    request.write(batch);
    request.new_state = context.server.behavior.manages_sessions().then(|| browser_state(&session_id));
    if let Some(user) = user {
        context.log(sign_in::events::began(user, &session.authentication(&session_id).sid()));
    }
    request.new_session = Some(session_id.clone());
    Ok(Some((session_id, session)))
}

/// Seconds for which the cookie of a session is kept; `None`: until the browser is closed.
fn cookie_age(context: &Context, session: &Session, user: &User, request: &mut BrowserRequest) -> Option<i64> {
    let wanted = request.remember;
    let keeps = context
        .decide(&mut request.trace, |moment| policy::session::keeps_cookie(session.limits, user, wanted, moment));
    keeps.then(|| session.ends() - context.now)
}

/// Adds further proofs to a session of the user, if it is not over.
async fn add_proofs(
    context: &Context,
    session_id: &str,
    proof: &SignedIn,
    request: &mut BrowserRequest,
) -> Result<Option<Session>, LedgerError> {
    let sessions = context.ledger().sessions();
    let Some(mut session) = sessions.get(session_id).await? else { return Ok(None) };
    if !session.use_at(context.now) || session.user_id != proof.user_id {
        return Ok(None);
    }
    session.add(proof);
    let (now, proof) = (context.now, proof.clone());
    let mut batch = context.ledger().batch();
    batch.require(sessions, session_id, move |session| session.is_active_at(now));
    batch.update(sessions, session_id, move |session| {
        _ = session.use_at(now);
        session.add(&proof);
    });
    request.write(batch);
    Ok(Some(session))
}
