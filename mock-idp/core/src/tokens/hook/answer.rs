//! The answer of a token inline hook. Okta: an answer that is late or not 200, or has a wrong operation, changes nothing; an error
//! object ends the request.

use serde_json::{Map, Value};

use super::patch;
use crate::protocol::{ErrorId, OAuthError};
use crate::tokens::hook_call::TokenHookCall;
use crate::tokens::kind::TokenKind;
use crate::tokens::unsigned::UnsignedTokens;
use crate::trace::{
    About, Absence, ClaimNote, ClaimSource, ClaimTarget, HookNote, HookOperation, HookResult, NoteStatus, Trace,
    shorten, shortened,
};

/// The longest text of an error, in bytes.
const MAX_ERROR: usize = 2_048;

/// The largest number of operations that notes list.
const MAX_NOTED: usize = 100;

/// What came back from a hook.
#[derive(Clone, Copy, Debug)]
pub struct HookAnswer<'a> {
    /// HTTP status.
    pub status: u16,
    pub body: &'a [u8],
}

impl TokenHookCall {
    /// Makes the changes that the answer asks for, and adds the call to the trace. An `answer` of `Err` is why there was none.
    ///
    /// # Errors
    /// The answer is an error.
    pub fn finish(
        &self,
        answer: Result<HookAnswer<'_>, String>,
        tokens: &mut UnsignedTokens,
        trace: &mut Trace,
    ) -> Result<HookResult, OAuthError> {
        let status = answer.as_ref().ok().map(|answer| answer.status);
        let mut operations = Vec::new();
        let result = answer.and_then(read).and_then(|answer| match error(&answer) {
            Some(text) => Ok(HookResult::Error(text)),
            None => {
                operations = read_operations(&answer)?;
                apply(&operations, tokens).map(|()| HookResult::Applied)
            }
        });
        let result = result.unwrap_or_else(HookResult::Unchanged);
        let verdict = match &result {
            HookResult::Applied => NoteStatus::Matched,
            HookResult::Unchanged(_) => NoteStatus::PassedOver,
            HookResult::Error(_) => NoteStatus::Refused,
        };
        let noted = operations
            .iter()
            .take(MAX_NOTED)
            .map(|operation| HookOperation { value: operation.value.as_ref().map(shortened), ..operation.clone() });
        let note = HookNote {
            hook: self.hook_id.clone(),
            name: self.name.clone(),
            uri: self.channel.shown_uri(),
            status,
            operations: noted.collect(),
            result: result.clone(),
        };
        trace.add(verdict, About::Hook(Box::new(note)));
        match result {
            HookResult::Applied => {
                self.note_claims(&operations, tokens, trace);
                Ok(HookResult::Applied)
            }
            HookResult::Unchanged(reason) => Ok(HookResult::Unchanged(reason)),
            HookResult::Error(text) => {
                let reason = format!("the inline hook \"{}\" answered with an error", self.name);
                Err(match text.is_empty() {
                    true => OAuthError::new(ErrorId::CallbackReturnedErrorWithoutDescription, reason),
                    false => OAuthError::with(ErrorId::CallbackReturnedError, text, reason),
                })
            }
        }
    }

    /// Adds the claims that the hook has changed to the trace.
    fn note_claims(&self, operations: &[HookOperation], tokens: &UnsignedTokens, trace: &mut Trace) {
        let mut noted: Vec<(ClaimTarget, &str)> = Vec::new();
        for HookOperation { token, path, .. } in operations.iter().take(MAX_NOTED) {
            let Some(claim) = path.strip_prefix("/claims/").and_then(|rest| rest.split('/').next()) else { continue };
            if noted.contains(&(*token, claim)) {
                continue;
            }
            noted.push((*token, claim));
            let name = claim.replace("~1", "/").replace("~0", "~");
            let value = payload(tokens, *token).and_then(|payload| payload.get(&name)).map(shortened);
            let verdict = if value.is_some() { NoteStatus::Added } else { NoteStatus::Absent };
            let note = ClaimNote {
                token: *token,
                name: name.into(),
                source: ClaimSource::Hook(self.name.clone()),
                steps: Vec::new(),
                value: value.ok_or(Absence::Removed),
            };
            trace.add(verdict, About::Claim(Box::new(note)));
        }
    }
}

fn payload(tokens: &UnsignedTokens, target: ClaimTarget) -> Option<&Map<String, Value>> {
    let token = match target {
        ClaimTarget::IdToken => &tokens.id_token,
        _ => &tokens.access_token,
    };
    token.as_ref().map(|token| &token.payload)
}

fn read(answer: HookAnswer<'_>) -> Result<Map<String, Value>, String> {
    if answer.status != 200 {
        return Err(format!("the answer has status {}", answer.status));
    }
    serde_json::from_slice(answer.body).map_err(|error| format!("the answer is not a JSON object: {error}"))
}

/// The text of an error object; empty if it has none.
fn error(answer: &Map<String, Value>) -> Option<String> {
    let error = answer.get("error").filter(|error| !error.is_null())?;
    let mut text = error.get("errorSummary").and_then(Value::as_str).unwrap_or_default().to_owned();
    shorten(&mut text, MAX_ERROR);
    Some(text)
}

fn read_operations(answer: &Map<String, Value>) -> Result<Vec<HookOperation>, String> {
    let mut operations = Vec::new();
    let commands = match answer.get("commands") {
        None | Some(Value::Null) => return Ok(operations),
        Some(Value::Array(commands)) => commands,
        Some(_) => return Err("`commands` is not a list".to_owned()),
    };
    for command in commands {
        let token = match command.get("type").and_then(Value::as_str) {
            Some("com.okta.identity.patch") => ClaimTarget::IdToken,
            Some("com.okta.access.patch") => ClaimTarget::AccessToken,
            Some(other) => return Err(format!("`{other}` is not a command of a token inline hook")),
            None => return Err("a command has no `type`".to_owned()),
        };
        let Some(Value::Array(patches)) = command.get("value") else {
            return Err("the `value` of a command is not a list".to_owned());
        };
        for patch in patches {
            let text = |name: &str| patch.get(name).and_then(Value::as_str).map(str::to_owned);
            let (Some(op), Some(path)) = (text("op"), text("path")) else {
                return Err("an operation has no `op` or no `path`".to_owned());
            };
            operations.push(HookOperation { token, op, path, value: patch.get("value").cloned() });
        }
    }
    Ok(operations)
}

/// Makes all changes or none.
fn apply(operations: &[HookOperation], tokens: &mut UnsignedTokens) -> Result<(), String> {
    let mut changed = (tokens.access_token.clone(), tokens.id_token.clone());
    for HookOperation { token, op, path, value } in operations {
        let (target, title) = match token {
            ClaimTarget::IdToken => (&mut changed.1, "an ID token"),
            _ => (&mut changed.0, "an access token"),
        };
        let target = target.as_mut().filter(|token| matches!(token.kind, TokenKind::AccessToken | TokenKind::IdToken));
        let target = target.ok_or_else(|| format!("it changes {title}, and the answer has none"))?;
        patch::apply(target, op, path, value.as_ref()).map_err(|reason| format!("{op} {path}: {reason}"))?;
    }
    (tokens.access_token, tokens.id_token) = changed;
    if let Some(token) = &tokens.access_token {
        tokens.expires_in = token.lifetime();
    }
    Ok(())
}
