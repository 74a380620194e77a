//! The rows of the control API.

use std::collections::BTreeMap;

use mock_idp_core::ledger::InboxPosition;
use mock_idp_core::preview::PARAMETERS;
use serde_json::{Map, Value};

use super::description::ParameterShape::{Text, UpTo};
use super::description::{BodyExample, DescribedRoute, Parameter, Topic, delete, get, post, put};
use super::handler::handler;
use super::{
    assets, ciba, clock, consents, console, coverage, directory, env, explain, faults, inbox, keys, login, metrics,
    mint, next_tokens, orgs, pushes, redirect_uris, requests, server, sign_ins, state, unlock,
};
use crate::engine::OrgState;
use crate::journal::{CAPACITY, JournalEntry};
use crate::routing::Access;

const REQUEST_ID: Parameter =
    Parameter::path("request_id", "the x-okta-request-id of an answer", "0123456789abcdef0123456789abcdef");

const MESSAGE_ID: Parameter = Parameter::path("message_id", "the id of a message", "1");

/// The filters of requests, and what is shown of them.
const REQUEST_FILTERS: &[(&str, &str)] = &[
    ("messages", "true: with the query, headers and bodies of requests and answers, without their secrets"),
    ("client", "only of this client: its id or label"),
    ("user", "only of this user: login or id"),
    ("path", "only paths that begin with this"),
    ("method", "only this method"),
    ("status", "only this status, or a class: 4xx"),
    ("since", "not before this time of the org's clock, RFC 3339"),
    ("until", "before this time of the org's clock, RFC 3339"),
    ("flow", "only the requests of one sign-in, by the request id of its first"),
];

/// The filters of the page of requests.
const PAGE_FILTERS: &[(&str, &str)] = &[
    ("method", "the method"),
    ("path", "a part of the path"),
    ("client", "a part of the client id"),
    ("user", "a part of the login"),
    ("status", "the status, or its class: 4xx"),
    ("text", "a text of the entry or of its notes"),
    ("flow", "the request id that a sign-in began with"),
    ("group", "flow: one sign-in at a time"),
];

/// The filters of messages.
const MESSAGE_FILTERS: &[(&str, &str)] = &[
    ("user", "only for this user: login or id"),
    ("to", "only to this email address or phone number"),
    ("kind", "only email, sms, voice or push"),
    ("template", "only of this template, by Okta's name"),
    ("since", "not before this time of the org's clock, RFC 3339"),
    ("after", "only later ones than the message with this id"),
];

/// The filters of the page about the management API.
const COVERAGE_FILTERS: &[(&str, &str)] =
    &[("state", "complete, partial or absent"), ("text", "a part of the path or of the operation id")];

const EMPTY_STATE: &[BodyExample] = &[(
    "The state of an org without users and clients",
    r#"{"format": "mock-idp-state", "version": 1, "saved_at": 1767225600, "clock": {"offset_millis": 0, "frozen_at": null}, "org": {}, "ledger": {}}"#,
)];

pub(super) static ROUTES: &[DescribedRoute] = &[
    get(
        &["/_mock/info"],
        "info",
        Topic::Server,
        "Returns the version, the issuer, the behavior, and warnings about everything that is not as in production.",
        handler!(server::info),
    )
    .returns::<server::Info>(),
    get(&["/healthz"], "healthz", Topic::Server, "Returns 200 while the mock runs.", handler!(server::healthz))
        .open_to(Access::AnyHost)
        .returns::<server::Health>(),
    get(
        &["/readyz"],
        "readyz",
        Topic::Server,
        "Returns 200 while the store is available.",
        handler!(server::readyz),
    )
    .open_to(Access::AnyHost)
    .returns::<server::Health>(),
    get(
        &["/metrics"],
        "metrics",
        Topic::Server,
        "Returns numbers about requests, tokens and the store, in the format of Prometheus.",
        handler!(metrics::metrics),
    )
    .returns_text("text/plain"),
    post(&["/_mock/reset"], "reset", Topic::Server, "Goes back to the state at the start.", handler!(server::reset))
        .changing_org()
        .body::<server::ResetRequest>(&[("Goes back to the start", "{}")])
        .returns::<server::ResetResult>(),
    get(
        &["/_mock/ca.pem"],
        "ca_certificate",
        Topic::Server,
        "Returns the certificate of the local authority.",
        handler!(server::ca_certificate),
    )
    .open_to(Access::Public)
    .returns_text("application/pem-certificate-chain"),
    get(
        &["/_mock/env"],
        "env",
        Topic::Server,
        "Returns the settings of a client of the org, as names and values of environment variables. It has secrets.",
        handler!(env::env),
    )
    .returns::<BTreeMap<String, String>>(),
    get(
        &["/_mock/state"],
        "state",
        Topic::Server,
        "Returns the whole state of the org: its document, clock, keys, and what sign-ins have left behind. It has secrets.",
        handler!(state::save),
    )
    .returns::<OrgState>(),
    put(&["/_mock/state"], "load_state", Topic::Server, "Replaces the whole state of the org.", handler!(state::load))
        .parameters(&[Parameter::query(
            "clock",
            Text,
            "setting: the clock as it was set; saved: from the time of the state; setting without it",
            "saved",
        )])
        .changing_org()
        .body::<OrgState>(EMPTY_STATE)
        .returns::<state::LoadedState>(),
    post(
        &["/_mock/state/diff"],
        "compare_state",
        Topic::Server,
        "Compares a saved state with the current one, without showing secrets.",
        handler!(state::compare),
    )
    .body::<OrgState>(EMPTY_STATE)
    .returns::<state::StateDifference>(),
    get(
        &["/_mock/coverage"],
        "coverage",
        Topic::Server,
        "Lists the operations that Okta publishes for its management API: which are served, and what is missing.",
        handler!(coverage::list),
    )
    .returns::<coverage::Coverage>(),
    get(&["/_mock/orgs"], "orgs", Topic::Orgs, "Lists the orgs of this mock.", handler!(orgs::list))
        .returns::<Vec<orgs::ListedOrg>>(),
    post(
        &["/_mock/orgs"],
        "add_org",
        Topic::Orgs,
        "Adds a sandbox: an org with its own address, users, keys, clock, faults and journal.",
        handler!(orgs::add),
    )
    .body::<orgs::SandboxBody>(&[
        ("As this org was started", r#"{"name": "checkout"}"#),
        ("From another org, for ten minutes", r#"{"from": "market", "lifetime": 600}"#),
    ])
    .returns::<orgs::ListedOrg>(),
    delete(&["/_mock/orgs/{org}"], "remove_org", Topic::Orgs, "Removes a sandbox.", handler!(orgs::remove))
        .parameters(&[Parameter::path("org", "the name of a sandbox", "checkout")])
        .returns::<orgs::RemovedOrg>(),
    get(&["/_mock/clock"], "clock", Topic::Clock, "Shows the org's clock.", handler!(clock::show))
        .returns::<crate::clock::ClockState>(),
    post(
        &["/_mock/clock"],
        "change_clock",
        Topic::Clock,
        "Moves, stops, starts or resets the org's clock, which decides about every lifetime.",
        handler!(clock::change),
    )
    .body::<clock::ClockChange>(&[
        ("An hour later", r#"{"advance": 3600}"#),
        ("A fixed time", r#"{"set": "2027-01-31T12:00:00Z", "freeze": true}"#),
        ("Each request a minute later than the one before", r#"{"freeze": true, "step": 60}"#),
        ("The real time again", r#"{"reset": true}"#),
    ])
    .returns::<crate::clock::ClockState>(),
    get(&["/_mock/faults"], "faults", Topic::Faults, "Lists the faults that are on.", handler!(faults::list))
        .returns::<Vec<faults::FaultSpec>>(),
    post(
        &["/_mock/faults"],
        "add_fault",
        Topic::Faults,
        "Turns a fault on; returns all that are on. An unknown name is answered with the list of all names.",
        handler!(faults::add),
    )
    .body::<faults::FaultSpec>(&[
        ("One ID token with a wrong nonce", r#"{"name": "id_token.wrong-nonce", "times": 1}"#),
        ("Key sets are not available", r#"{"name": "http.status-503", "path": "/oauth2/default/v1/keys"}"#),
        ("Slow answers", r#"{"name": "http.slow", "delay_ms": 50}"#),
        (
            "A refused authorization request of a user",
            r#"{"name": "authorize.error", "error": "access_denied", "user": "buyer", "times": 1}"#,
        ),
        (
            "Two keys with the kid of the signing key, the wrong one first",
            r#"{"name": "keys.duplicate-kid"}"#,
        ),
        (
            "An OAuth error in a third of the token requests, the same each time",
            r#"{"name": "http.oauth-error", "error": "invalid_grant", "path": "/oauth2/default/v1/token", "probability": 0.33, "seed": 7}"#,
        ),
    ])
    .returns::<Vec<faults::FaultSpec>>(),
    delete(&["/_mock/faults"], "clear_faults", Topic::Faults, "Turns all faults off.", handler!(faults::clear))
        .returns::<Vec<faults::FaultSpec>>(),
    post(
        &["/_mock/login"],
        "login",
        Topic::Tokens,
        "Returns the tokens of a complete sign-in. Policies apply; a refusal comes with the explanation.",
        handler!(login::post),
    )
    .body::<login::LoginRequest>(&[
        (
            "A user signs in",
            r#"{"client": "Market demo", "user": "buyer", "scopes": ["openid", "email", "offline_access"]}"#,
        ),
        (
            "A client acts for itself",
            r#"{"client": "0oamarketreports05d7", "grant": "client_credentials", "scopes": ["products:read"]}"#,
        ),
    ])
    .returns::<login::LoginResult>(),
    post(
        &["/_mock/tokens"],
        "mint_token",
        Topic::Tokens,
        "Signs a token with the claims of the org and those that are given. No policy is asked.",
        handler!(mint::post),
    )
    .body::<mint::MintRequest>(&[
        (
            "An access token with a claim of its own",
            r#"{"kind": "access_token", "client": "Market demo", "user": "buyer", "scopes": ["products:read"], "claims": {"plan": "gold"}}"#,
        ),
        (
            "An expired ID token",
            r#"{"kind": "id_token", "client": "Market demo", "user": "buyer", "scopes": ["openid"], "faults": ["expired"]}"#,
        ),
        ("A logout token", r#"{"kind": "logout_token", "client": "Market demo", "user": "buyer"}"#),
    ])
    .returns::<mint::MintedTokenResult>(),
    get(
        &["/_mock/next-tokens"],
        "next_tokens",
        Topic::Tokens,
        "Lists what will be different about the next tokens.",
        handler!(next_tokens::list),
    )
    .returns::<Vec<next_tokens::ListedNextToken>>(),
    post(
        &["/_mock/next-tokens"],
        "add_next_token",
        Topic::Tokens,
        "Changes claims or the lifetime of the next tokens, or returns an error in place of them; returns the change.",
        handler!(next_tokens::add),
    )
    .body::<next_tokens::NextToken>(&[
        (
            "Another role in the next access token of a user",
            r#"{"user": "buyer", "tokens": ["access_token"], "claims": {"market_role": "owner"}}"#,
        ),
        (
            "The next two answers to a client: no email, and tokens for a minute",
            r#"{"client": "0oamarketweb000005d7", "times": 2, "drop": ["email"], "lifetime": 60}"#,
        ),
        ("An error until it is removed", r#"{"error": "invalid_grant", "always": true}"#),
    ])
    .returns::<next_tokens::ListedNextToken>(),
    delete(
        &["/_mock/next-tokens"],
        "clear_next_tokens",
        Topic::Tokens,
        "Removes all changes of the next tokens.",
        handler!(next_tokens::clear),
    )
    .returns::<next_tokens::RemovedNextTokens>(),
    delete(
        &["/_mock/next-tokens/{id}"],
        "remove_next_token",
        Topic::Tokens,
        "Removes one change of the next tokens.",
        handler!(next_tokens::remove),
    )
    .parameters(&[Parameter::path("id", "the id of the change", "1")])
    .returns::<next_tokens::RemovedNextTokens>(),
    get(
        &["/_mock/keys"],
        "keys",
        Topic::Keys,
        "Lists the signing keys of every authorization server.",
        handler!(keys::show),
    )
    .returns::<keys::KeysOfServers>(),
    post(
        &["/_mock/keys/rotate"],
        "rotate_keys",
        Topic::Keys,
        "Rotates the keys of an authorization server; returns its keys.",
        handler!(keys::rotate),
    )
    .body::<keys::RotateRequest>(&[
        ("The server default", "{}"),
        ("The org authorization server", r#"{"server": "org"}"#),
        ("All keys at once, as after a leak", r#"{"remove_previous": true, "unannounced": true}"#),
    ])
    .returns::<Vec<keys::ShownKey>>(),
    get(
        &["/_mock/sign-ins"],
        "waiting_sign_ins",
        Topic::SignIns,
        "Lists the users who sign in next without a page.",
        handler!(sign_ins::list),
    )
    .returns::<Vec<sign_ins::WaitingSignIn>>(),
    post(
        &["/_mock/sign-ins"],
        "add_sign_ins",
        Topic::SignIns,
        "Lets users sign in without a page where the next sign-in pages would be shown; returns all that are waiting.",
        handler!(sign_ins::add),
    )
    .body::<sign_ins::NextSignIns>(&[
        ("Two users, one after the other", r#"{"users": ["buyer", "admin"]}"#),
        ("Only at one client", r#"{"users": ["buyer"], "client": "Market demo"}"#),
    ])
    .returns::<Vec<sign_ins::WaitingSignIn>>(),
    delete(
        &["/_mock/sign-ins"],
        "clear_sign_ins",
        Topic::SignIns,
        "Removes all users who are waiting.",
        handler!(sign_ins::clear),
    )
    .returns::<sign_ins::RemovedSignIns>(),
    get(
        &["/_mock/inbox"],
        "messages",
        Topic::Inbox,
        "Lists the messages that the org would have sent, the newest first, with their codes and links.",
        handler!(inbox::list),
    )
    .parameters(&[Parameter::query("limit", UpTo(InboxPosition::CAPACITY), "how many, at most; 100 without it", "5")])
    .texts(MESSAGE_FILTERS)
    .returns::<Vec<inbox::ShownMessage>>(),
    get(
        &["/_mock/inbox/wait"],
        "wait_for_message",
        Topic::Inbox,
        "Returns the newest message that fits, as soon as there is one; 408 if there is none in time.",
        handler!(inbox::wait),
    )
    .parameters(&[Parameter::query("timeout", UpTo(requests::MAX_WAIT), "seconds; 30 without it", "10")])
    .texts(MESSAGE_FILTERS)
    .returns::<inbox::ShownMessage>(),
    get(&["/_mock/inbox/{message_id}"], "message", Topic::Inbox, "Returns one message.", handler!(inbox::one))
        .parameters(&[MESSAGE_ID])
        .returns::<inbox::ShownMessage>(),
    delete(
        &["/_mock/inbox"],
        "clear_messages",
        Topic::Inbox,
        "Removes the messages that fit.",
        handler!(inbox::clear),
    )
    .texts(MESSAGE_FILTERS)
    .returns::<inbox::RemovedMessages>(),
    delete(&["/_mock/inbox/{message_id}"], "remove_message", Topic::Inbox, "Removes one message.", handler!(inbox::remove))
        .parameters(&[MESSAGE_ID])
        .returns::<inbox::RemovedMessages>(),
    get(
        &["/_mock/ciba"],
        "waiting_backchannel_requests",
        Topic::SignIns,
        "Lists the back-channel requests (CIBA) that wait for a user.",
        handler!(ciba::list),
    )
    .returns::<Vec<ciba::WaitingRequest>>(),
    post(
        &["/_mock/ciba"],
        "decide_backchannel_requests",
        Topic::SignIns,
        "Decides for the user on all back-channel requests that match.",
        handler!(ciba::decide),
    )
    .body::<ciba::DecideRequest>(&[("Approves all requests of a user", r#"{"decision": "approve", "user": "buyer"}"#)])
    .returns::<ciba::DecidedRequests>(),
    get(
        &["/_mock/pushes"],
        "waiting_pushes",
        Topic::SignIns,
        "Lists the push notifications of Okta Verify that wait for a user.",
        handler!(pushes::list),
    )
    .returns::<Vec<pushes::ShownPush>>(),
    post(
        &["/_mock/pushes"],
        "answer_pushes",
        Topic::SignIns,
        "Answers all waiting push notifications that match, as the users would on their phones.",
        handler!(pushes::answer),
    )
    .body::<pushes::AnswerRequest>(&[("Approves all notifications of a user", r#"{"decision": "approve", "user": "push"}"#)])
    .returns::<pushes::AnsweredPushes>(),
    get(
        &["/_mock/consents"],
        "consents",
        Topic::SignIns,
        "Lists what a user has consented to.",
        handler!(consents::list),
    )
    .parameters(&[Parameter::query("user", Text, "login or id of the user", "buyer").required()])
    .returns::<Vec<consents::ShownConsent>>(),
    delete(
        &["/_mock/consents"],
        "revoke_consents",
        Topic::SignIns,
        "Revokes consents of a user; returns them.",
        handler!(consents::revoke),
    )
    .body::<consents::RevokeRequest>(&[
        ("All of a user", r#"{"user": "buyer"}"#),
        ("For one client at one server", r#"{"user": "buyer", "client": "0oamarketweb000005d7", "server": "default"}"#),
    ])
    .returns::<Vec<consents::ShownConsent>>(),
    post(&["/_mock/unlock"], "unlock_user", Topic::SignIns, "Unlocks the account of a user.", handler!(unlock::post))
        .changing_org()
        .body::<unlock::UnlockRequest>(&[("A user by login", r#"{"user": "buyer"}"#)])
        .returns::<unlock::UnlockResult>(),
    post(
        &["/_mock/directory"],
        "change_directory",
        Topic::Users,
        "Changes users, groups, memberships and assignments, all or nothing; returns the changed users and groups.",
        handler!(directory::post),
    )
    .changing_org()
    .body::<directory::DirectoryChange>(&[
        (
            "Another group and attribute of a user",
            r#"{"users": [{"user": "buyer", "join": ["Admins"], "profile": {"department": "Sales"}}]}"#,
        ),
        (
            "A new group with a new user, and an app for them",
            r#"{"groups": [{"group": "Guests", "members": ["ada@example.test"]}], "users": [{"user": "ada@example.test", "password": "Passw0rd!", "profile": {"firstName": "Ada", "lastName": "Lovelace"}}], "assignments": [{"client": "Market demo", "group": "Guests"}]}"#,
        ),
        ("A suspended user", r#"{"users": [{"user": "buyer", "status": "SUSPENDED"}]}"#),
    ])
    .returns::<directory::ChangedDirectory>(),
    post(
        &["/_mock/redirect-uris"],
        "add_redirect_uri",
        Topic::Clients,
        "Registers a redirect URI for a client, until the next reset; returns all of the client.",
        handler!(redirect_uris::add),
    )
    .changing_org()
    .body::<redirect_uris::Registration>(&[(
        "Another port",
        r#"{"client": "0oamarketweb000005d7", "redirect_uri": "http://localhost:4000/callback"}"#,
    )])
    .returns::<redirect_uris::RegisteredUris>(),
    get(
        &["/_mock/explain"],
        "explain",
        Topic::Explanations,
        "Returns the result of a token request and the reasons, without making it.",
        handler!(explain::get),
    )
    .parameters(&[
        Parameter::query("client", Text, "client id or label", "0oamarketweb000005d7").required(),
        Parameter::query("user", Text, "login or id; none for client_credentials", "buyer"),
        Parameter::query("scope", Text, "scopes, with spaces between; none: the server's default ones", "openid"),
    ])
    .texts(PARAMETERS)
    .checking_query()
    .returns::<Map<String, Value>>(),
    post(
        &["/_mock/explain"],
        "explain_json",
        Topic::Explanations,
        "The same, with the parameters as a JSON object.",
        handler!(explain::post),
    )
    .body::<Map<String, Value>>(&[(
        "A refused request",
        r#"{"client": "Market demo", "user": "buyer", "scope": ["openid", "orders:update"]}"#,
    )])
    .returns::<Map<String, Value>>(),
    get(
        &["/_mock/requests"],
        "requests",
        Topic::Explanations,
        "Lists the last requests that fit, the newest first, without the notes of the decisions.",
        handler!(requests::latest),
    )
    .parameters(&[Parameter::query("limit", UpTo(CAPACITY), "how many, at most; 100 without it", "5")])
    .texts(REQUEST_FILTERS)
    .returns::<Vec<JournalEntry>>(),
    get(
        &["/_mock/requests/wait"],
        "wait_for_requests",
        Topic::Explanations,
        "Waits until so many requests fit, those of the past included, and returns them; 408 if they do not in time.",
        handler!(requests::wait),
    )
    .parameters(&[
        Parameter::query("count", UpTo(CAPACITY), "how many; 1 without it", "1"),
        Parameter::query("timeout", UpTo(requests::MAX_WAIT), "seconds; 30 without it", "10"),
    ])
    .texts(REQUEST_FILTERS)
    .returns::<Vec<JournalEntry>>(),
    get(
        &["/_mock/requests/{request_id}"],
        "request",
        Topic::Explanations,
        "Explains the answer to a request, and shows both without their secrets.",
        handler!(requests::one),
    )
    .parameters(&[REQUEST_ID])
    .returns::<Map<String, Value>>(),
    get(
        &["/_mock/console", "/", "/console"],
        "start_page",
        Topic::Pages,
        "Shows issuers, people, clients, clock and faults.",
        handler!(console::start),
    ),
    get(
        &["/_mock/console/preview"],
        "preview_page",
        Topic::Pages,
        "Shows what a token request would return, and why.",
        handler!(console::preview_page),
    )
    .texts(PARAMETERS),
    get(
        &["/_mock/console/requests"],
        "requests_page",
        Topic::Pages,
        "Shows the last requests.",
        handler!(console::requests),
    )
    .texts(PAGE_FILTERS),
    get(
        &["/_mock/console/requests/{request_id}"],
        "request_page",
        Topic::Pages,
        "Explains the answer to a request.",
        handler!(console::request),
    )
    .parameters(&[REQUEST_ID]),
    get(
        &["/_mock/console/inbox"],
        "inbox_page",
        Topic::Pages,
        "Shows the messages that the org would have sent.",
        handler!(console::inbox),
    ),
    get(
        &["/_mock/console/coverage"],
        "coverage_page",
        Topic::Pages,
        "Shows which operations of Okta's management API are served.",
        handler!(console::coverage),
    )
    .texts(COVERAGE_FILTERS),
    get(&["/_mock/assets/{name}"], "asset", Topic::Pages, "Returns a file that the pages use.", handler!(assets::get))
        .open_to(Access::Public)
        .parameters(&[Parameter::path("name", "the name of the file", "page.css")])
        .returns_text("*/*"),
];
