//! Which requests of the journal are asked for.

use http::Method;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::text::nearest;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::control::ControlError;
use crate::control::flows::flows;
use crate::engine::OrgInstance;
use crate::journal::JournalEntry;

/// The filters of a query. What is not given fits every request.
#[derive(Debug, Default)]
pub(super) struct RequestFilter {
    method: Option<Method>,
    path: Option<String>,
    client_id: Option<String>,
    login: Option<String>,
    /// The first digits of the status.
    status: Option<String>,
    flow: Option<String>,
    /// Milliseconds since 1970.
    since: Option<i64>,
    until: Option<i64>,
}

impl RequestFilter {
    /// Reads the filters of a query. Clients and users must be known to the org, so that a wrong name is an error and not an empty list.
    pub(super) fn read(org: &OrgInstance, query: &Parameters) -> Result<Self, ControlError> {
        let text = |name: &str| query.get(name).map(str::to_owned);
        let (snapshot, time) = (org.org(), |name: &str| query.get(name).map(|text| time(name, text)).transpose());
        let client_id = query.get("client").map(|name| {
            let known = snapshot.client(name).or_else(|| snapshot.apps().find(|app| app.label == name));
            let ids = || snapshot.apps().flat_map(|app| [app.client_id(), app.label.as_str()]);
            known.map(|app| app.client_id().to_owned()).ok_or_else(|| unknown("client", name, ids()))
        });
        let login = query.get("user").map(|name| {
            let known = snapshot.user(name).or_else(|| snapshot.user_by_identifier(name));
            let logins = || snapshot.users().map(|user| user.profile.login.as_str());
            known.map(|user| user.profile.login.clone()).ok_or_else(|| unknown("user", name, logins()))
        });
        Ok(Self {
            method: query.get("method").map(method).transpose()?,
            path: text("path"),
            client_id: client_id.transpose()?,
            login: login.transpose()?,
            status: query.get("status").map(status).transpose()?,
            flow: text("flow"),
            since: time("since")?,
            until: time("until")?,
        })
    }

    /// The requests that fit, the newest first. `entries` are too.
    pub(super) fn select(&self, mut entries: Vec<JournalEntry>) -> Vec<JournalEntry> {
        if let Some(flow) = &self.flow {
            entries.reverse();
            let of_flow: Vec<bool> = flows(&entries).into_iter().map(|known| known == Some(flow)).collect();
            let mut of_flow = of_flow.into_iter();
            entries.retain(|_| of_flow.next() == Some(true));
            entries.reverse();
        }
        entries.retain(|entry| self.fits(entry));
        entries
    }

    fn fits(&self, entry: &JournalEntry) -> bool {
        let is = |only: &Option<String>, is: &Option<String>| only.is_none() || only == is;
        self.method.as_ref().is_none_or(|only| *only == entry.method)
            && self.path.as_ref().is_none_or(|prefix| entry.path.starts_with(prefix.as_str()))
            && is(&self.client_id, &entry.client)
            && is(&self.login, &entry.user)
            && self.status.as_ref().is_none_or(|digits| entry.status.to_string().starts_with(digits.as_str()))
            && self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time < until)
    }
}

fn method(text: &str) -> Result<Method, ControlError> {
    Method::from_bytes(text.to_ascii_uppercase().as_bytes())
        .map_err(|_| ControlError::bad_request(format!("method: {text:?} is not a method"), "GET, POST, …"))
}

/// `404`, or a class: `4xx`.
fn status(text: &str) -> Result<String, ControlError> {
    let digits = text.trim_end_matches(['x', 'X']);
    if text.len() == 3 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits.to_owned());
    }
    Err(ControlError::bad_request(
        format!("status: {text:?} is not a status"),
        "a status such as 404, or a class such as 4xx",
    ))
}

pub(super) fn time(name: &str, text: &str) -> Result<i64, ControlError> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    let time = parsed.map_err(|error| {
        ControlError::bad_request(format!("{name}: {text:?} is not a time: {error}"), "RFC 3339: 2026-01-31T12:00:00Z")
    })?;
    Ok(i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

fn unknown<'o>(what: &str, name: &str, known: impl Iterator<Item = &'o str> + Clone) -> ControlError {
    let hint = nearest(name, known.clone()).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
    ControlError::bad_request(format!("{what}: the org has no {name:?}{hint}"), known.collect::<Vec<&str>>())
}
