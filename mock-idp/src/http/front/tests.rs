use http::{HeaderMap, StatusCode};
use mock_idp_core::model::Status;
use mock_idp_core::org::{Org, Problems};

use super::*;
use crate::clock::Clock;
use crate::engine::{OrgInstance, SandboxSettings};
use crate::keys::{KeyPool, Rotation};
use crate::routing::{Group, RateClass, Route, handler};

fn orgs() -> Arc<Orgs> {
    let org = Org::parse(crate::BUILT_IN_ORG).unwrap();
    Arc::new(Orgs::new(OrgInstance::new(org, &mut KeyPool::default(), None), Vec::new(), SandboxSettings::default()))
}

async fn panicking() -> Decided {
    panic!("canary")
}

static BOOM: Route = Route {
    method: Method::GET,
    paths: &["/boom"],
    access: Access::Public,
    rate: RateClass::Unlimited,
    readers: Readers::SameOrigin,
    secrets: &[],
    handler: handler!(panicking),
};

static PANICKING: Group = Group {
    pipeline: Pipeline::Okta,
    rows: || vec![&BOOM],
    areas: &[],
    dispatch: |request| Box::pin(crate::routing::run(panicking, request)),
    not_found: handler!(panicking),
    method_not_allowed: handler!(panicking),
    preflight: None,
};

fn okta(orgs: &Arc<Orgs>) -> Front {
    Front::new(Arc::clone(orgs), Arc::default(), Table::new(&crate::http::GROUP, &[]).unwrap())
}

async fn ask(front: &Front, request: http::request::Builder) -> (StatusCode, HeaderMap, String) {
    let request = request.header(header::HOST, "localhost").body(Body::empty()).unwrap();
    let front = front.for_connection(false, std::net::Ipv4Addr::LOCALHOST.into(), Arc::default());
    let (parts, body) = front.answer(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_its_message_is_only_in_the_journal() {
    let orgs = orgs();
    let front = Front::new(Arc::clone(&orgs), Arc::default(), Table::new(&PANICKING, &[]).unwrap());
    let (status, headers, body) = ask(&front, Request::get("/boom")).await;
    assert_eq!(status, 500);
    assert!(body.contains("E0000009") && !body.contains("canary"), "{body}");
    let entry = orgs.default_org().journal.find(headers["x-okta-request-id"].to_str().unwrap()).unwrap();
    assert_eq!(entry.reason.as_deref(), Some("a handler panicked: canary"));
}

#[tokio::test]
async fn a_cached_answer_differs_only_in_its_id_and_cors_headers() {
    let orgs = orgs();
    let front = okta(&orgs);
    orgs.default_org().change_clock(Clock::freeze).await.unwrap();
    let keys = || Request::get("/oauth2/default/v1/keys");
    let (_, mut first, body) = ask(&front, keys()).await;
    let (_, mut again, same) = ask(&front, keys()).await;
    assert_eq!(body, same);
    let (first_id, id) = (first.remove("x-okta-request-id").unwrap(), again.remove("x-okta-request-id").unwrap());
    assert_ne!(first_id, id);
    assert_eq!(first, again);
    assert!(orgs.default_org().journal.find(id.to_str().unwrap()).is_some());
    let (_, by_script, _) = ask(&front, keys().header(header::ORIGIN, "http://spa.test")).await;
    assert_eq!(by_script[header::ACCESS_CONTROL_ALLOW_ORIGIN], "http://spa.test");
    let (_, by_nobody, _) = ask(&front, keys()).await;
    assert!(!by_nobody.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let (_, at_another_name, body) = ask(&front, Request::get("http://127.0.0.1:7801/oauth2/v1/keys")).await;
    assert_ne!(body, same);
    assert!(at_another_name.contains_key(header::CACHE_CONTROL));
}

#[tokio::test]
async fn a_cached_answer_is_replaced_after_every_change() {
    let orgs = orgs();
    let org = orgs.default_org();
    let front = okta(&orgs);
    org.change_clock(Clock::freeze).await.unwrap();
    let keys = async || ask(&front, Request::get("/oauth2/default/v1/keys")).await;
    let (_, headers, before) = keys().await;
    let default = Arc::clone(org.org().server("default").unwrap());
    org.rotate_keys(&default, Rotation::default()).await.unwrap();
    assert_ne!(keys().await.2, before, "rotated");
    org.change_clock(|clock| clock.advance(1)).await.unwrap();
    assert_ne!(keys().await.1[header::DATE], headers[header::DATE], "a second later");
    org.reset().await.unwrap();
    org.change_clock(Clock::freeze).await.unwrap();
    assert_eq!(keys().await.2, before, "reset");
    org.change(|draft| {
        let id = draft.authorization_servers().next().unwrap().id.clone();
        draft.change_server(&id, |server| server.status = Status::Inactive);
        Ok::<_, Problems>(())
    })
    .unwrap();
    assert_eq!(keys().await.0, StatusCode::NOT_FOUND, "deactivated");
}
