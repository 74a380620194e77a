//! The way to an issuer: name, connection, certificate, discovery document, clock.

use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;

use super::report_line::{Lines, quoted};
use crate::exit::Exit;
use crate::issuer_target::{clock_ahead, discovery_address};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::wire::{Http, Obstacle, Proxies, Reply, WireError};

/// How long a connection may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The difference of clocks, in seconds, from which tokens are refused by common libraries.
const TOLERATED: i64 = 60;

/// Whether the issuer can be reached and has a discovery document.
pub(super) async fn examine(issuer: &str, ca_pem: Option<&str>, lines: &mut Lines<'_>) -> bool {
    let Some(url) = parsed(issuer, lines) else { return false };
    let host = host(&url);
    match Proxies::of_environment().variable_for(&url) {
        Some(variable) => lines.note("proxy", format!("connections to {host} use the proxy of {variable}")),
        None if !connects(&url, &host, lines).await => return false,
        None => {}
    }
    let Some(reply) = discovery(issuer, &url, ca_pem, lines).await else { return false };
    document(issuer, &reply, lines) && {
        clock(issuer, clock_ahead(&reply), lines);
        true
    }
}

fn parsed(issuer: &str, lines: &mut Lines<'_>) -> Option<Url> {
    let url =
        Url::parse(issuer).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    if url.is_none() {
        let fix = "write the issuer as https://host/path";
        lines.problem(Exit::Configuration, "issuer", format!("{issuer:?} is not a URL"), fix);
    }
    url
}

/// Host and port.
fn host(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// Whether the name has an address and a program listens there.
async fn connects(url: &Url, host: &str, lines: &mut Lines<'_>) -> bool {
    let port = url.port_or_known_default().unwrap_or_default();
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let addresses: Vec<_> = match tokio::net::lookup_host((name, port)).await {
        Ok(addresses) => addresses.collect(),
        Err(_) => return obstructed("name", &Obstacle::Name, name, lines),
    };
    lines.sound(
        "name",
        format!("{name} has the address {}", addresses.first().map_or_else(String::new, |one| one.ip().to_string())),
    );
    let obstacle = match tokio::time::timeout(TIMEOUT, TcpStream::connect(&*addresses)).await {
        Ok(Ok(_)) => {
            lines.sound("connection", format!("{host} accepts connections"));
            return true;
        }
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Obstacle::Refused,
        Ok(Err(_)) => Obstacle::NoRoute,
        Err(_) => Obstacle::Timeout,
    };
    obstructed("connection", &obstacle, host, lines)
}

fn obstructed(subject: &'static str, obstacle: &Obstacle, host: &str, lines: &mut Lines<'_>) -> bool {
    let (text, fix) = obstacle.explained(host);
    lines.problem(Exit::Unreachable, subject, text, fix);
    false
}

/// The answer to the request for the discovery document.
async fn discovery(issuer: &str, url: &Url, ca_pem: Option<&str>, lines: &mut Lines<'_>) -> Option<Reply> {
    let fetched = async {
        let http = Http::new(ca_pem, Recorder::new(Scrubber::default()))?;
        http.get(&discovery_address(issuer)?).await
    };
    match fetched.await {
        Ok(reply) => {
            if url.scheme() == "https" {
                lines.sound("certificate", format!("the certificate of {} is valid", host(url)));
            }
            Some(reply)
        }
        Err(WireError::NoResponse { obstacle, .. }) => {
            let subject = match obstacle {
                Obstacle::Name | Obstacle::Refused | Obstacle::NoRoute | Obstacle::Timeout | Obstacle::Connection => {
                    "connection"
                }
                Obstacle::Proxy => "proxy",
                _ => "certificate",
            };
            obstructed(subject, &obstacle, &host(url), lines);
            None
        }
        Err(error) => {
            lines.problem(Exit::Configuration, "ca", error.to_string(), "name a PEM file with certificates");
            None
        }
    }
}

/// Whether the answer is the discovery document of that issuer.
fn document(issuer: &str, reply: &Reply, lines: &mut Lines<'_>) -> bool {
    let address = &reply.url;
    if reply.status != 200 {
        let fix = if issuer.contains("/oauth2/") || !issuer.contains(".okta") {
            "the issuer is what the address has before /.well-known/openid-configuration; correct its path"
        } else {
            "an Okta org has its custom servers at https://host/oauth2/ID, such as /oauth2/default"
        };
        lines.problem(Exit::Configuration, "discovery", format!("{address} answers with status {}", reply.status), fix);
        return false;
    }
    let found = serde_json::from_str::<serde_json::Value>(&reply.body).ok();
    let Some(found) = found.as_ref().and_then(|document| document.get("issuer")?.as_str()) else {
        let text = format!("{address} is not a discovery document: {} {}", reply.content_type(), quoted(&reply.body));
        let fix = "correct the issuer; a proxy or a sign-in page may answer in its place";
        lines.problem(Exit::Configuration, "discovery", text, fix);
        return false;
    };
    if found.trim_end_matches('/') != issuer.trim_end_matches('/') {
        let text = format!("the discovery document of {issuer} has the issuer {found}; both must be identical");
        let fix = format!("use {found} as the issuer, or configure the issuer's public URL as {issuer}");
        lines.problem(Exit::Configuration, "discovery", text, fix);
        return false;
    }
    lines.sound("discovery", format!("{address} has the issuer {found}"));
    true
}

/// Compares the clocks.
pub(super) fn clock(issuer: &str, ahead: Option<i64>, lines: &mut Lines<'_>) {
    match ahead {
        Some(ahead) if ahead.abs() > TOLERATED => {
            let (seconds, side) = (ahead.abs(), if ahead > 0 { "ahead of" } else { "behind" });
            let text = format!(
                "the clock of {issuer} is {seconds} seconds {side} this machine's, so tokens seem expired or not valid yet"
            );
            lines.problem(Exit::Configuration, "clock", text, "synchronise both clocks (NTP)");
        }
        Some(ahead) => lines.sound("clock", format!("differs by {} seconds", ahead.abs())),
        None => lines.note("clock", "not compared: the issuer sends no Date"),
    }
}
