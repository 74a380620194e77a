//! Inline hooks that nothing calls.

use super::Lint;
use crate::model::{DirectoryKind, TOKEN_HOOK};

impl Lint<'_> {
    pub(super) fn inline_hooks(&mut self) {
        let org = self.org;
        for (index, hook) in org.objects(DirectoryKind::InlineHook).enumerate() {
            let kind = hook.text("type").unwrap_or_default();
            if hook.is_active() && kind != TOKEN_HOOK {
                let message = format!(
                    "the inline hook `{}` is not called: the mock calls only those of the type {TOKEN_HOOK}",
                    hook.name()
                );
                self.warn(format!("/directory/inlineHooks/{index}/type"), message);
            }
        }
    }
}
