//! What the commands that preview token requests start from: an org, its addresses, the time.

use std::path::Path;

use mock_idp::{MockIdp, OrgSource};
use mock_idp_core::org::{Org, Urls};

use super::failure::Failure;
use super::output::counted;

/// Waits for a future, on a runtime of its own.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
    Ok(runtime.block_on(future))
}

/// The org of a file, or the built-in one.
pub(super) fn org(path: Option<&Path>) -> Result<Org, Failure> {
    let source = path.map_or_else(|| Ok(OrgSource::built_in()), OrgSource::read)?;
    Ok(source.org()?)
}

/// The addresses of the mock.
pub(super) fn urls(base: Option<&str>) -> Urls {
    match base {
        Some(base) => Urls::at(base),
        None => Urls::at(format!("http://localhost:{}", MockIdp::DEFAULT_PORT)),
    }
}

/// The machine's time.
pub(super) fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a preview without a running mock has no org clock")]
    let now = time::OffsetDateTime::now_utc();
    now.unix_timestamp()
}

/// The error for a comparison in which the client gets no answer to any request: it would find no difference, whatever changes.
pub(super) fn without_answer<'a>(reasons: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let requests = match reasons.clone().count() {
        1 => "the only selected token request".to_owned(),
        count => format!("any of the {count} selected token requests"),
    };
    let text = format!("nothing is compared: the client gets no answer to {requests}\n{}", counted(reasons));
    Failure::invalid(text.trim_end().to_owned())
}
