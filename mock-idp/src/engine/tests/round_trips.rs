//! How often a shared store is asked for something.

use std::sync::Arc;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{HeaderMap, Request, StatusCode, header};
use mock_idp_core::ledger::{IssuedCredential, Session, SignedIn};
use mock_idp_core::management::Caller;
use mock_idp_core::model::SessionActions;
use mock_idp_core::org::Urls;
use mock_idp_core::system_log::{EventType, LogEvent};

use super::{get, instance};
use crate::engine::{Context, Management, Orgs, SandboxSettings, issued_tokens, sessions};
use crate::http::front::Front;
use crate::ledger::Ledger;
use crate::ledger::tests::BytesInMemory;
use crate::routing::Table;

/// A request at the org authorization server of an org with this store.
fn context(store: &Arc<BytesInMemory>) -> Context {
    let org = Arc::new(instance(Ledger::in_store(Arc::clone(store) as _)));
    let snapshot = org.org();
    let server = Arc::clone(snapshot.org_server());
    Context::new(org, snapshot, server, Urls::at("http://localhost"))
}

#[tokio::test]
async fn a_page_of_the_system_log_is_read_at_once() {
    let store = Arc::new(BytesInMemory::default());
    let context = context(&store);
    for _ in 0..250 {
        context.instance.add_own_event(LogEvent::new(EventType::DetectReuse)).await;
    }
    context.instance.write_log().await.unwrap();
    let management = Management::new(context, Caller::default());
    for (order, limit, events, reads) in [
        ("ASCENDING", "100", 100, 1),
        ("DESCENDING", "100", 100, 1),
        ("ASCENDING", "128", 128, 2),
        ("ASCENDING", "1000", 250, 2),
        ("DESCENDING", "1000", 250, 2),
    ] {
        let before = store.round_trips();
        let query = [("sortOrder", order), ("limit", limit)].into_iter().collect();
        let page = management.system_log(&query).await.unwrap();
        let after_position = store.round_trips() - before - 1;
        assert_eq!((page.objects.len(), after_position), (events, reads), "{order} {limit}");
    }
}

#[tokio::test]
async fn what_was_issued_to_a_user_is_read_at_once_and_forgotten() {
    let store = Arc::new(BytesInMemory::default());
    let context = context(&store);
    let issued: Vec<_> = (0..200).map(|number| IssuedCredential::Code(format!("code{number:03}"))).collect();
    for (user, issued) in [("first", issued.clone()), ("second", vec![IssuedCredential::Code("other".to_owned())])] {
        let mut batch = context.ledger().batch();
        issued_tokens::record(&context, &mut batch, user, issued);
        batch.commit().await.unwrap();
    }
    let codes = async |user| {
        let issued = issued_tokens::of_user(context.ledger(), user).await.unwrap().into_iter();
        let mut codes: Vec<_> = issued.map(|issued| format!("{issued:?}")).collect();
        codes.sort();
        codes
    };
    let before = store.round_trips();
    assert_eq!(codes("first").await, issued.iter().map(|issued| format!("{issued:?}")).collect::<Vec<_>>());
    assert_eq!(store.round_trips() - before, 1);
    let mut batch = context.ledger().batch();
    issued_tokens::remove(context.ledger(), &mut batch, "first", issued);
    batch.commit().await.unwrap();
    assert!(codes("first").await.is_empty());
    assert_eq!(codes("second").await.len(), 1);
}

/// An answer, and what the store was asked for because of the request, except for the System Log, which is written behind it.
struct StoredAnswer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    operations: Vec<String>,
}

/// Asks an org with this store.
async fn ask(orgs: &Arc<Orgs>, store: &BytesInMemory, request: Request<Body>) -> StoredAnswer {
    let front = Front::new(Arc::clone(orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap());
    let connection = front.for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default());
    let before = store.round_trips();
    let (parts, body) = connection.answer(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    let mut operations = store.operations().split_off(before);
    operations.retain(|operation| !operation.contains("log"));
    StoredAnswer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
        operations,
    }
}

pub(super) fn form(path: &str, cookie: &str, form: &str) -> Request<Body> {
    Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_LENGTH, form.len())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .body(Body::from(form.to_owned()))
        .unwrap()
}

/// The text behind a mark, up to the end of an attribute or a parameter.
pub(super) fn after(text: &str, mark: &str) -> String {
    let rest = text.split_once(mark).unwrap_or_else(|| panic!("{mark}: {text}")).1;
    rest[..rest.find(['"', '&']).unwrap_or(rest.len())].to_owned()
}

/// The cookies that an answer sets, as a browser sends them.
pub(super) fn cookies_of(headers: &HeaderMap) -> String {
    let set = headers.get_all(header::SET_COOKIE).iter();
    let pairs: Vec<&str> = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
    pairs.join("; ")
}

/// What the three requests of a code flow ask of the store.
async fn code_flow(orgs: &Arc<Orgs>, store: &BytesInMemory) -> [Vec<String>; 3] {
    let client = "client_id=0oamarketspa000005d7&redirect_uri=http%3A%2F%2Flocalhost%3A7803%2Fcallback";
    let authorize = format!(
        "/oauth2/default/v1/authorize?{client}&response_type=code&scope=openid&state=s&nonce=n\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let page = ask(orgs, store, get(&authorize).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);

    let handle = after(&page.body, "name=\"stateHandle\" value=\"");
    let pick = format!("stateHandle={handle}&user=buyer%40example.test");
    let signed_in = ask(orgs, store, form("/signin/pick", &cookies_of(&page.headers), &pick)).await;
    assert_eq!(signed_in.status, StatusCode::FOUND);

    let code = after(signed_in.headers[header::LOCATION].to_str().unwrap(), "code=");
    let redemption = format!(
        "grant_type=authorization_code&code={code}&{client}&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let tokens = ask(orgs, store, form("/oauth2/default/v1/token", "", &redemption)).await;
    assert_eq!(tokens.status, StatusCode::OK);
    [page.operations, signed_in.operations, tokens.operations]
}

#[tokio::test]
async fn a_code_flow_asks_a_shared_store_nine_times() {
    let store = Arc::new(BytesInMemory::default());
    let org = instance(Ledger::in_store(Arc::clone(&store) as _));
    let orgs = Arc::new(Orgs::new(org, Vec::new(), SandboxSettings::default()));
    // The first one also stores the keys.
    code_flow(&orgs, &store).await;
    let [page, signed_in, tokens] = code_flow(&orgs, &store).await;
    assert_eq!(page, ["write transactions"]);
    assert_eq!(
        signed_in,
        [
            "read transactions",
            "read failed_sign_ins",
            "read consents",
            "read issued_tokens",
            "write transactions, issued_tokens, sessions, issued_tokens, codes",
        ]
    );
    assert_eq!(tokens, ["read codes", "read issued_tokens", "write codes, issued_tokens"]);
}

#[tokio::test]
async fn of_the_uses_of_a_session_in_one_second_one_is_stored() {
    let store = Arc::new(BytesInMemory::default());
    let context = context(&store);
    let org = &context.instance;
    let proof = SignedIn::by_password("00ubuyer0000000005d7", 1_000);
    let session = Session::new(proof, SessionActions::default(), 1_000);
    org.ledger.at(1_000).sessions().put("idx", session, 1_000_000).await.unwrap();
    let (read, written) = ("read sessions", "write sessions");
    for (now, is_signed_in, operations) in [
        (1_000, true, vec![read]),
        (1_001, true, vec![read, written]),
        (1_001, true, vec![read]),
        (1_000, true, vec![read]),
        (1_001 + 2 * 3_600, false, vec![read]),
    ] {
        let before = store.round_trips();
        let known = sessions::authentication(org, Some("idx"), now).await.unwrap();
        assert_eq!((known.is_some(), store.operations().split_off(before)), (is_signed_in, owned(operations)), "{now}");
    }
    let other = context.clone();
    store.before_commit(move || {
        let used = sessions::authentication(&other.instance, Some("idx"), 1_003).now_or_never().unwrap();
        assert!(used.unwrap().is_some());
    });
    let known = sessions::authentication(org, Some("idx"), 1_002).await.unwrap().unwrap();
    assert_eq!(known.session_id, "idx");
    assert_eq!(org.ledger.at(1_003).sessions().get("idx").await.unwrap().unwrap().used, 1_003);
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}
