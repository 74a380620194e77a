use serde_json::{Value, json};

use super::{LogOrder, LogQuery, show};
use crate::ledger::{LoggedRequest, PackedEvents};
use crate::management::{Caller, ManagementCall};
use crate::org::Urls;
use crate::protocol::Parameters;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600_000;

fn user(id: &str) -> EventEntity {
    EventEntity::new("User", id, "Ada Lovelace").also_known_as("ada@example.test")
}

/// A sign-in of each of these users, and a failure.
fn request(minute: i64, users: &[&str]) -> LoggedRequest {
    let start = |id: &&str| LogEvent::new(EventType::SessionStart).by(user(id));
    let mut events: Vec<LogEvent> = users.iter().map(start).collect();
    events.push(LogEvent::new(EventType::SessionStart).by(user("unknown")).failed("INVALID_CREDENTIALS"));
    LoggedRequest {
        published: NOW + minute * 60_000,
        request_id: "0123456789abcdef0123456789abcdef".to_owned(),
        is_request: true,
        address: "127.0.0.1".to_owned(),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36".to_owned()),
        path: "/api/v1/authn".to_owned(),
        api_token_id: None,
        events: PackedEvents::of(&events),
    }
}

fn log() -> Vec<LoggedRequest> {
    vec![request(0, &["00u1", "00u2"]), request(1, &["00u3"]), request(2, &["00u4"])]
}

/// The ids of the actors of a page, and its links.
fn page(query: &str) -> (Vec<String>, Vec<String>) {
    page_of(&log(), query)
}

fn page_of(log: &[LoggedRequest], query: &str) -> (Vec<String>, Vec<String>) {
    let query = LogQuery::read(&Parameters::parse(query.as_bytes()), NOW + 3_600_000).unwrap();
    let named = query.cursor_record().and_then(|number| log.get(number as usize));
    let query = query.in_log(log.len() as u64, named);
    let mut page = query.page();
    for number in query.records(0, log.len() as u64) {
        if !query.add(&mut page, number, &log[number as usize]) {
            break;
        }
    }
    let (urls, caller) = (Urls::at("https://org.test"), Caller::default());
    let call = ManagementCall { urls: &urls, caller: &caller, now: NOW / 1_000 };
    let listed = query.listed(call, page, log.len() as u64);
    let ids = listed.objects.iter().map(|event| event["actor"]["id"].as_str().unwrap().to_owned()).collect();
    (ids, listed.links)
}

/// The query of the next page.
fn next(links: &[String]) -> Option<String> {
    let link = links.iter().find(|link| link.ends_with("rel=\"next\""))?;
    let url = link.trim_start_matches('<').split('>').next()?;
    Some(url.split_once('?')?.1.to_owned())
}

fn refused(query: &str) -> (u16, String) {
    let error = LogQuery::read(&Parameters::parse(query.as_bytes()), NOW).unwrap_err();
    (error.status(), format!("{}: {}", error.code(), error.summary()))
}

#[test]
fn an_event_has_the_members_of_oktas_in_their_order() {
    let request = request(0, &["00u1"]);
    let shown = show(&request, 1, &request.events.unpack()[1]);
    let keys: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "actor",
            "client",
            "device",
            "authenticationContext",
            "displayMessage",
            "eventType",
            "outcome",
            "published",
            "securityContext",
            "severity",
            "debugContext",
            "legacyEventType",
            "transaction",
            "uuid",
            "version",
            "request",
            "target"
        ]
    );
    assert_eq!(shown["outcome"], json!({ "result": "FAILURE", "reason": "INVALID_CREDENTIALS" }));
    assert_eq!(
        (&shown["published"], &shown["severity"], &shown["legacyEventType"]),
        (&json!("2026-01-01T00:00:00.000Z"), &json!("WARN"), &json!("core.user_auth.login_failed"))
    );
    assert_eq!(shown["uuid"], "01234567-89ab-cdef-0123-456789abcdee");
    assert_eq!(shown["transaction"], json!({ "type": "WEB", "id": "0123456789abcdef0123456789abcdef", "detail": {} }));
    assert_eq!(
        (&shown["client"]["userAgent"]["browser"], &shown["client"]["device"]),
        (&json!("CHROME"), &json!("Computer"))
    );
    assert_eq!(shown["target"], Value::Null);
}

#[test]
fn pages_of_a_polling_query_follow_each_other_and_never_end() {
    let (mut ids, mut query) = (Vec::new(), "limit=2&since=2026-01-01T00%3A00%3A00Z".to_owned());
    for expected in [2, 2, 2, 1, 0, 0] {
        let (found, links) = page(&query);
        assert_eq!(found.len(), expected, "{query}");
        ids.extend(found);
        query = next(&links).unwrap();
        assert!(query.starts_with("limit=2&since=2026-01-01T00%3A00%3A00Z&after="), "{query}");
    }
    assert_eq!(ids, ["00u1", "00u2", "unknown", "00u3", "unknown", "00u4", "unknown"]);
}

#[test]
fn pages_of_a_bounded_query_end() {
    for (order, first) in [("ASCENDING", "00u1"), ("DESCENDING", "unknown")] {
        let mut query = format!("limit=3&sortOrder={order}&until=2026-01-02T00:00:00Z&since=2025-12-31T00:00:00Z");
        let mut ids = Vec::new();
        loop {
            let (found, links) = page(&query);
            ids.extend(found);
            match next(&links) {
                Some(next) => query = next,
                None => break,
            }
        }
        assert_eq!((ids.len(), ids[0].as_str()), (7, first), "{order}");
        if order == "DESCENDING" {
            assert_eq!(ids, ["unknown", "00u4", "unknown", "00u3", "unknown", "00u2", "00u1"]);
        }
    }
}

#[test]
fn filters_keywords_and_times_select_events() {
    for (query, expected) in [
        ("filter=actor.id eq \"00u3\"", vec!["00u3"]),
        ("filter=event_type sw \"user\" and outcome.result eq \"FAILURE\"&limit=2", vec!["unknown", "unknown"]),
        ("filter=actor.id ne \"unknown\" and not (actor.id eq \"00u1\")", vec!["00u2", "00u3", "00u4"]),
        ("q=00u4", vec!["00u4"]),
        ("q=INVALID_CREDENTIALS 127.0.0.1&limit=1", vec!["unknown"]),
        ("q=00u", vec![]),
        ("since=2026-01-01T00:02:00Z", vec!["00u4", "unknown"]),
        ("until=2026-01-01T00:01:00Z", vec!["00u1", "00u2", "unknown"]),
        ("limit=0", vec![]),
    ] {
        assert_eq!(page(query).0, expected, "{query}");
    }
}

#[test]
fn invalid_parameters_are_refused_with_oktas_texts() {
    let (status, text) = refused("until=yesterday");
    assert_eq!(
        (status, text.as_str()),
        (
            400,
            "E0000001: Api validation failed: 'until': The date format in your query is not recognized. Please enter \
             dates using ISO8601 string format. 'until': must be a valid date-time or empty."
        )
    );
    assert_eq!(refused("filter=published gt \"2026-01-01T00:00:00Z\"").1, "E0000053: field is not valid: published");
    assert!(refused("filter=eventType eqq \"a\"").1.starts_with("E0000053: Invalid filter 'eventType eqq \"a\"': "));
    assert_eq!(
        refused("since=2020-01-01T00:00:00Z").1,
        "E0000053: Invalid parameter: The since parameter is over 180 days prior to the current day."
    );
    assert!(refused(&format!("q={}", "x".repeat(41))).1.contains("'q': Freeform search cannot contain items longer"));
    for query in ["limit=x", "limit=-1", "sortOrder=UP", "after=x"] {
        assert_eq!(refused(query).0, 400, "{query}");
    }
    let query = LogQuery::read(&Parameters::parse(b"sortOrder=DESCENDING"), NOW).unwrap();
    assert_eq!(query.order, LogOrder::Descending);
}

#[test]
fn a_typed_user_name_is_shortened() {
    let known = |typed: &str| EventEntity::unknown_user(typed).alternate_id.unwrap();
    assert_eq!(known("ada@example.test"), "ada@example.test");
    assert_eq!(known(&"ä".repeat(300)), "ä".repeat(256));
}

#[test]
fn a_cursor_is_the_time_of_the_last_event_and_a_number() {
    let (_, links) = page("limit=2");
    let next = next(&links).unwrap();
    assert_eq!(next, format!("limit=2&after={NOW}_2"));
    // The log has been emptied since, and is shorter now.
    let number = 9_u64 << 16;
    let after = |order: &str, minute: i64| {
        let cursor = format!("{}_{number}", NOW + minute * 60_000);
        let times = "until=2027-01-01T00:00:00Z&since=2025-12-31T00:00:00Z";
        page(&format!("sortOrder={order}&{times}&after={cursor}")).0
    };
    assert_eq!(after("ASCENDING", 0), ["00u3", "unknown", "00u4", "unknown"]);
    assert_eq!(after("ASCENDING", 2), Vec::<String>::new());
    assert_eq!(after("DESCENDING", 1), ["unknown", "00u2", "00u1"]);
}

/// A program that asks again and again misses no event of a log that has been emptied and filled again.
#[test]
fn a_cursor_of_a_log_that_has_been_filled_again_is_a_time() {
    let next_of = |query: &str| next(&page(query).1).unwrap();
    let again = |minutes: std::ops::Range<i64>| minutes.map(|minute| request(minute, &["00u9"])).collect::<Vec<_>>();
    let all = ["00u9", "unknown", "00u9", "unknown", "00u9", "unknown"];
    // Behind the last event, behind an event in the middle, and behind a log without a matching event.
    let polls = ["limit=100".to_owned(), "limit=4".to_owned(), "q=nothing".to_owned()];
    for (poll, query) in polls.iter().zip(polls.iter().map(|poll| next_of(poll))) {
        let query = query.replace("q=nothing&", "");
        assert_eq!(page_of(&again(10..13), &query).0[..4], all[..4], "{poll}: as long as before");
        assert_eq!(page_of(&again(10..11), &query).0, all[..2], "{poll}: shorter");
        assert_eq!(page_of(&again(10..15), &query).0[..4], all[..4], "{poll}: longer");
    }
    // The log was empty.
    let query = next(&page_of(&[], "limit=100").1).unwrap();
    assert_eq!(page_of(&again(10..13), &query).0, all);
    // The same log: nothing is listed twice.
    assert_eq!(page(&next_of("limit=100")).0, Vec::<String>::new());
    assert_eq!(page(&next_of("q=nothing").replace("q=nothing&", "")).0, Vec::<String>::new());
    assert_eq!(page(&next_of("limit=4")).0, ["unknown", "00u4", "unknown"]);
    let grown = [log(), again(3..4)].concat();
    assert_eq!(page_of(&grown, &next_of("limit=100")).0, ["00u9", "unknown"]);
}
