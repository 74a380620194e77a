//! Properties of paths without a route.

use super::{RateClass, Readers};

/// The paths below a prefix.
#[derive(Debug)]
pub(crate) struct Area {
    /// Whole segments, without a slash at the end.
    pub(crate) prefix: &'static str,
    pub(crate) rate: RateClass,
    pub(crate) readers: Readers,
    /// Whether the segment behind the prefix is a credential, which must not be recorded.
    pub(crate) secret_segment: bool,
    /// Whether a slash at the end of a path is ignored. Okta: by its APIs; the Python SDK sends one before each query.
    pub(crate) ignores_trailing_slash: bool,
}

/// Segments that are not a credential where one is expected.
const NO_CREDENTIALS: [&str; 3] = ["", "me", "token"];

impl Area {
    pub(crate) fn contains(&self, path: &str) -> bool {
        path.strip_prefix(self.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path as it may be recorded.
    pub(crate) fn recordable(&self, path: String) -> String {
        let rest = path.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('/'));
        let Some(rest) = rest.filter(|_| self.secret_segment) else { return path };
        let end = rest.find('/').unwrap_or(rest.len());
        if NO_CREDENTIALS.contains(&&rest[..end]) {
            return path;
        }
        format!("{}/…{}", self.prefix, &rest[end..])
    }
}
