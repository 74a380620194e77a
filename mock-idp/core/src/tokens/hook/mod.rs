//! Token inline hooks: what a hook is sent about the tokens of an answer, and the changes that its answer asks for. The server makes
//! the call in between. Okta: `com.okta.oauth2.tokens.transform`.

mod answer;
mod assertion;
mod patch;
mod payload;
#[cfg(test)]
mod tests;

use super::spec::TokenSpec;
use crate::model::{DirectoryKind, HookChannel, TOKEN_HOOK};
use crate::moment::Moment;
use crate::trace::NoteStatus;

pub use super::hook_call::TokenHookCall;
pub use answer::HookAnswer;
pub use assertion::client_assertion;
pub use payload::CallingRequest;

/// The call of the hook that the rule names which has granted the tokens. Okta: inactive hooks are not called.
pub(super) fn of(spec: &TokenSpec<'_>, moment: &mut Moment<'_>) -> Option<Box<TokenHookCall>> {
    let rule_id = spec.origin.rule_id?;
    let rule = spec.server.policies.iter().flat_map(|policy| &policy.rules).find(|rule| rule.summary.id == rule_id)?;
    let hook_id = &rule.rule.actions.token.inline_hook.as_ref()?.id;
    let org = spec.subject.org;
    let channel = match org.object(DirectoryKind::InlineHook, hook_id) {
        None => Err("the rule names it, but the org has no such hook"),
        Some(hook) if hook.text("type") != Some(TOKEN_HOOK) => {
            Err("the rule names it, but it is not a token inline hook")
        }
        Some(hook) if !hook.is_active() => Err("it is inactive"),
        Some(hook) => {
            let channel = HookChannel::of(hook, |id| org.object(DirectoryKind::HookKey, id));
            channel.ok_or("it has no URI").map(|channel| (hook, channel))
        }
    };
    match channel {
        Ok((hook, channel)) => Some(Box::new(TokenHookCall {
            hook_id: hook.id.clone(),
            name: hook.name().to_owned(),
            channel,
            session_id: spec.subject.authentication.map(|authentication| authentication.session_id.clone()),
            data: payload::data(spec, &rule.summary),
        })),
        Err(because) => {
            moment.trace.note(NoteStatus::PassedOver, format!("inline hook {hook_id}"), because);
            None
        }
    }
}
