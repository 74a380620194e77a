//! Inline hooks that nothing calls.

use super::Lint;
use crate::model::{DirectoryKind, TOKEN_HOOK};
use crate::org::Org;

/// A warning for each active inline hook of a type that the mock does not call, with the index of the hook.
pub fn uncalled_inline_hooks(org: &Org) -> impl Iterator<Item = (usize, String)> {
    org.objects(DirectoryKind::InlineHook).enumerate().filter_map(|(index, hook)| {
        let is_called = hook.text("type").unwrap_or_default() == TOKEN_HOOK;
        (hook.is_active() && !is_called).then(|| {
            let name = hook.name();
            (
                index,
                format!("the inline hook `{name}` is not called: the mock calls only those of the type {TOKEN_HOOK}"),
            )
        })
    })
}

impl Lint<'_> {
    pub(super) fn inline_hooks(&mut self) {
        for (index, warning) in uncalled_inline_hooks(self.org) {
            self.warn(format!("/directory/inlineHooks/{index}/type"), warning);
        }
    }
}
