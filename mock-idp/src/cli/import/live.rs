//! A live org, read page by page within its rate limits.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, LINK, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::runtime::Runtime;
use url::Url;

use super::found::FoundList;
use crate::cli::failure::Failure;
use crate::cli::output::print_error;

/// Time limit for one answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How often a request is repeated that is refused by the rate limit, or fails in the org.
const MAX_TRIES: usize = 10;
/// The longest wait for a rate limit. Okta: limits are per minute.
const MAX_WAIT: u64 = 65;

const REMAINING: &str = "x-rate-limit-remaining";
const RESET: &str = "x-rate-limit-reset";

#[derive(Debug)]
pub(super) struct Live {
    client: Client,
    base: Url,
    authorization: String,
    runtime: Runtime,
    /// How long to wait before the next request.
    pause: Option<Duration>,
}

impl Live {
    pub(super) fn new(base: &Url, token: &str) -> Result<Self, Failure> {
        if base.host_str().is_none() || !matches!(base.scheme(), "https" | "http") {
            return Err(Failure::invalid(format!("{base} is not the URL of an org")));
        }
        // Another part of the process may have installed a provider already; any will do.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("mock-idp/", env!("CARGO_PKG_VERSION")));
        // A program on this machine is not reached through a proxy of the environment.
        if matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(Failure::machine)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
        // An access token is a JWT.
        let scheme = if token.matches('.').count() == 2 { "Bearer" } else { "SSWS" };
        Ok(Self { client, base: base.clone(), authorization: format!("{scheme} {token}"), runtime, pause: None })
    }

    /// All pages of a list.
    pub(super) fn pages(&mut self, path: &str, query: &str) -> Result<FoundList, Failure> {
        let mut pages = Vec::new();
        let mut next = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let mut seen = HashSet::new();
        while seen.insert(next.clone()) {
            let (status, headers, answer) = self.get(&next)?;
            match status {
                StatusCode::OK => {}
                // Okta: E0000015 is a feature that the org does not have.
                StatusCode::UNAUTHORIZED if answer["errorCode"] == "E0000015" => return Ok(FoundList::NotLicensed),
                StatusCode::UNAUTHORIZED => {
                    return Err(Failure::invalid("the org does not accept the token (401)"));
                }
                _ => return Ok(FoundList::Refused(refusal(status, &answer))),
            }
            let following = next_page(&headers, &answer);
            pages.push(answer);
            match following {
                Some(following) => next = following,
                None => return Ok(FoundList::Pages(pages)),
            }
        }
        Err(Failure::machine(format!("{next}: the pages of the list have no end")))
    }

    fn get(&mut self, path: &str) -> Result<(StatusCode, HeaderMap, Value), Failure> {
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        for _ in 0..MAX_TRIES {
            self.wait();
            let request =
                self.client.get(&url).header(AUTHORIZATION, &self.authorization).header("accept", "application/json");
            let failed = |error: reqwest::Error| Failure::machine(format!("{url}: {}", causes(&error)));
            let (status, headers, text) = self.runtime.block_on(async {
                let response: Response = request.send().await.map_err(failed)?;
                let (status, headers) = (response.status(), response.headers().clone());
                Ok::<_, Failure>((status, headers, response.text().await.map_err(failed)?))
            })?;
            self.pause = pause(status, &headers);
            if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
                continue;
            }
            return Ok((status, headers, serde_json::from_str(&text).unwrap_or_default()));
        }
        Err(Failure::machine(format!("{url}: no answer after {MAX_TRIES} tries")))
    }

    #[expect(clippy::disallowed_methods, reason = "the rate limit of the org ends by the clock")]
    fn wait(&mut self) {
        let Some(pause) = self.pause.take().filter(|pause| !pause.is_zero()) else { return };
        print_error(&format!("waiting {} s before the next request\n", pause.as_secs()));
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
    }
}

/// How long to wait before the next request. Okta: the limit is full again at `X-Rate-Limit-Reset`, by the clock of `Date`.
fn pause(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name: &str| text(name).and_then(|value| value.trim().parse::<i64>().ok());
    if status.is_server_error() {
        return Some(Duration::from_secs(1));
    }
    let is_used_up = status == StatusCode::TOO_MANY_REQUESTS || number(REMAINING) == Some(0);
    if !is_used_up {
        return None;
    }
    let now = text(DATE.as_str()).and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    let reset = now.zip(number(RESET)).map(|(now, reset)| reset - now.unix_timestamp());
    let seconds = reset.or_else(|| number(RETRY_AFTER.as_str())).unwrap_or(1);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default().min(MAX_WAIT)))
}

/// Path and query of the next page: a `Link` header, or a link in the answer. The host is always the one that was given: the token is
/// sent to no other.
fn next_page(headers: &HeaderMap, answer: &Value) -> Option<String> {
    let in_header =
        headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let next = in_header.filter(|link| link.contains("rel=\"next\"")).find_map(|link| {
        let start = link.find('<')? + 1;
        Some(link[start..].split_once('>')?.0.to_owned())
    });
    let next = next.or_else(|| answer.pointer("/_links/next/href")?.as_str().map(str::to_owned))?;
    let url = Url::parse(&next).ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path();
    // Below the path of an org that has one.
    let start = path.find("/api/v1/").unwrap_or_default();
    Some(format!("{}{query}", &path[start..]))
}

fn refusal(status: StatusCode, answer: &Value) -> String {
    let summary = answer["errorSummary"].as_str().unwrap_or("no error in Okta's shape");
    format!("{} {summary}", status.as_u16())
}

/// An error with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_used_up_rate_limit_is_waited_for_by_the_clock_of_the_org() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let reset = ("x-rate-limit-reset", "784111800");
        let seconds = |status: u16, list: &[(&'static str, &'static str)]| {
            pause(StatusCode::from_u16(status).unwrap(), &headers(list)).map(|pause| pause.as_secs())
        };
        assert_eq!(seconds(429, &[date, reset]), Some(23));
        assert_eq!(seconds(200, &[date, reset, ("x-rate-limit-remaining", "0")]), Some(23));
        assert_eq!(seconds(200, &[date, reset, ("x-rate-limit-remaining", "1")]), None);
        assert_eq!(seconds(429, &[date, ("x-rate-limit-reset", "784111000")]), Some(0));
        assert_eq!(seconds(429, &[date, ("x-rate-limit-reset", "999999999")]), Some(65));
        assert_eq!(seconds(429, &[("retry-after", "7")]), Some(7));
        assert_eq!(seconds(503, &[]), Some(1));
    }

    #[test]
    fn the_next_page_is_read_from_the_host_that_was_given() {
        let link = ("link", "<https://evil.example/api/v1/users?after=00u1&limit=2>; rel=\"next\"");
        assert_eq!(next_page(&headers(&[link]), &Value::Null).unwrap(), "/api/v1/users?after=00u1&limit=2");
        let own = ("link", "<https://org.example/api/v1/users>; rel=\"self\"");
        assert_eq!(next_page(&headers(&[own]), &Value::Null), None);
        let answer =
            serde_json::json!({ "_links": { "next": { "href": "http://a/_org/b/api/v1/iam/roles?after=cr1" } } });
        assert_eq!(next_page(&HeaderMap::new(), &answer).unwrap(), "/api/v1/iam/roles?after=cr1");
    }
}
