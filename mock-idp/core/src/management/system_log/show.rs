//! Events in Okta's shapes.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::ledger::LoggedRequest;
use crate::system_log::{EventEntity, EventOutcome, EventTypeRow, LogEvent};

/// An event as `/api/v1/logs` shows it. `index`: its position in the request.
#[must_use]
pub fn show(request: &LoggedRequest, index: usize, event: &LogEvent) -> Value {
    let row = event.event_type.row();
    json!({
        "actor": entity(&actor(event)),
        "client": client(request, event),
        "device": null,
        "authenticationContext": authentication_context(event),
        "displayMessage": display_message(row),
        "eventType": row.name,
        "outcome": outcome(event),
        "published": published(request),
        "securityContext": security_context(),
        "severity": severity(event),
        "debugContext": { "debugData": debug_data(request, event) },
        "legacyEventType": legacy_type(event),
        "transaction": transaction(request),
        "uuid": uuid(&request.request_id, index),
        "version": "0",
        "request": { "ipChain": ip_chain(request) },
        "target": targets(event),
    })
}

/// The same event as event hooks get it.
#[must_use]
pub fn hook_event(request: &LoggedRequest, index: usize, event: &LogEvent) -> Value {
    let row = event.event_type.row();
    let mut client = client(request, event);
    client["ipChain"] = ip_chain(request);
    json!({
        "uuid": uuid(&request.request_id, index),
        "published": published(request),
        "eventType": row.name,
        "version": "0",
        "displayMessage": display_message(row),
        "severity": severity(event),
        "client": client,
        "device": null,
        "actor": entity(&actor(event)),
        "outcome": outcome(event),
        "target": targets(event),
        "transaction": transaction(request),
        "debugContext": { "debugData": debug_data(request, event) },
        "legacyEventType": legacy_type(event),
        "authenticationContext": authentication_context(event),
        "securityContext": security_context(),
        "insertionTimestamp": null,
    })
}

fn actor(event: &LogEvent) -> EventEntity {
    event.actor.clone().unwrap_or_else(EventEntity::system)
}

fn entity(entity: &EventEntity) -> Value {
    json!({
        "id": entity.id,
        "type": entity.kind,
        "alternateId": entity.alternate_id,
        "displayName": entity.display_name,
        "detailEntry": entity.detail,
    })
}

fn targets(event: &LogEvent) -> Value {
    // Okta: null if there are none.
    if event.targets.is_empty() { Value::Null } else { event.targets.iter().map(entity).collect() }
}

fn outcome(event: &LogEvent) -> Value {
    json!({ "result": event.outcome.result(), "reason": event.outcome.reason() })
}

fn severity(event: &LogEvent) -> &'static str {
    match event.outcome {
        EventOutcome::Success | EventOutcome::Allow(_) => "INFO",
        EventOutcome::Failure(_) | EventOutcome::Deny(_) => "WARN",
    }
}

fn display_message(row: &EventTypeRow) -> Option<&'static str> {
    Some(row.display_message).filter(|message| !message.is_empty())
}

fn legacy_type(event: &LogEvent) -> Option<&'static str> {
    let [success, failure] = event.event_type.row().legacy;
    let name = if matches!(event.outcome, EventOutcome::Failure(_)) { failure } else { success };
    Some(name).filter(|name| !name.is_empty())
}

fn client(request: &LoggedRequest, event: &LogEvent) -> Value {
    let user_agent = request.user_agent.as_deref();
    let is_client = |actor: &&EventEntity| actor.kind == "PublicClientApp";
    let (browser, os) = user_agent.map_or(("UNKNOWN", "Unknown"), |text| (browser(text), operating_system(text)));
    json!({
        "userAgent": user_agent.map(|text| json!({ "rawUserAgent": text, "os": os, "browser": browser })),
        "zone": "null",
        "device": device(os),
        "id": event.actor.as_ref().filter(is_client).map(|actor| &actor.id),
        "ipAddress": Some(&request.address).filter(|address| !address.is_empty()),
        "geographicalContext": null,
    })
}

fn browser(user_agent: &str) -> &'static str {
    // Each also names those that it descends from.
    let known = [("Edg/", "EDGE"), ("Firefox/", "FIREFOX"), ("Chrome/", "CHROME"), ("Safari/", "SAFARI")];
    known.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("UNKNOWN", |(_, name)| name)
}

fn operating_system(user_agent: &str) -> &'static str {
    let known = [
        ("Windows NT 10.0", "Windows 10"),
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS (iPhone)"),
        ("iPad", "iOS (iPad)"),
        ("Mac OS X", "Mac OS X"),
        ("Linux", "Linux"),
    ];
    known.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("Unknown", |(_, name)| name)
}

fn device(os: &str) -> &'static str {
    match os {
        "Unknown" => "Unknown",
        "Android" | "iOS (iPhone)" => "Mobile",
        "iOS (iPad)" => "Tablet",
        _ => "Computer",
    }
}

fn ip_chain(request: &LoggedRequest) -> Value {
    if request.address.is_empty() {
        return json!([]);
    }
    let version = if request.address.contains(':') { "V6" } else { "V4" };
    json!([{ "ip": request.address, "geographicalContext": null, "version": version, "source": null }])
}

fn authentication_context(event: &LogEvent) -> Value {
    json!({
        "authenticationProvider": null,
        "credentialProvider": null,
        "credentialType": null,
        "issuer": null,
        "interface": null,
        "authenticationStep": 0,
        "rootSessionId": event.session,
        "externalSessionId": event.session,
    })
}

fn security_context() -> Value {
    json!({ "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null })
}

fn debug_data(request: &LoggedRequest, event: &LogEvent) -> Value {
    let mut data = Map::new();
    if request.is_request {
        data.insert("requestId".to_owned(), request.request_id.as_str().into());
        data.insert("requestUri".to_owned(), request.path.as_str().into());
        data.insert("threatSuspected".to_owned(), "false".into());
        data.insert("url".to_owned(), format!("{}?", request.path).into());
    }
    data.extend(event.debug_data.iter().map(|(name, value)| (name.to_string(), Value::from(value.as_str()))));
    Value::Object(data)
}

fn transaction(request: &LoggedRequest) -> Value {
    let mut detail = Map::new();
    if let Some(token) = &request.api_token_id {
        detail.insert("requestApiTokenId".to_owned(), token.as_str().into());
    }
    json!({ "type": if request.is_request { "WEB" } else { "JOB" }, "id": request.request_id, "detail": detail })
}

/// `2026-01-01T00:00:00.000Z`.
fn published(request: &LoggedRequest) -> String {
    let nanos = i128::from(request.published) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", time.millisecond())
}

/// The id of an event: the digits of the request's id and the number of the event, in the form of a UUID.
fn uuid(request_id: &str, index: usize) -> String {
    let number = u128::from_str_radix(request_id, 16).unwrap_or_default() ^ index as u128;
    let digits = format!("{number:032x}");
    let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    format!("{a}-{b}-{c}-{d}-{e}")
}
