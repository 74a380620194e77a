use http::Method;

use super::*;
use crate::journal::Explained;

async fn answer() -> Decided {
    Explained::undecided(axum::response::Response::default())
}

const fn route(method: Method, paths: &'static [&'static str], secrets: &'static [&'static str]) -> Route {
    Route {
        method,
        paths,
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets,
        handler: handler!(answer),
    }
}

const EMPTY: Group = Group {
    pipeline: Pipeline::Okta,
    rows: Vec::new,
    areas: &[],
    dispatch: handler!(answer),
    not_found: handler!(answer),
    method_not_allowed: handler!(answer),
    preflight: None,
};

static SESSION_ROUTES: &[Route] = &[
    route(Method::GET, &["/sessions/{id}"], &["id"]),
    route(Method::GET, &["/sessions/{id}/users/{user}"], &["id"]),
    route(Method::GET, &["/sessions/me"], &[]),
];
static SESSIONS: Group = Group { rows: || SESSION_ROUTES.iter().collect(), ..EMPTY };
static SAME: &[Route] = &[route(Method::GET, &["/a"], &[]), route(Method::GET, &["/a"], &[])];
static TWICE: Group = Group { rows: || SAME.iter().collect(), ..EMPTY };
static SIMILAR: &[Route] = &[route(Method::GET, &["/a/{b}"], &[]), route(Method::GET, &["/a/{c}"], &[])];
static AMBIGUOUS: Group = Group { rows: || SIMILAR.iter().collect(), ..EMPTY };

#[test]
fn parameters_are_decoded_and_secret_ones_are_not_recorded() {
    let table = Table::new(&SESSIONS, &[]).unwrap();
    let path = "/sessions/a%20b/users/c";
    let found = table.find(&Method::GET, path);
    assert_eq!(found.parameter(path, "id").as_deref(), Some("a b"));
    assert_eq!(found.parameter(path, "user").as_deref(), Some("c"));
    assert_eq!(found.parameter(path, "other"), None);
    assert_eq!(found.recordable(path.to_owned()), "/sessions/…/users/c");
    let recorded = |path: &str| table.find(&Method::GET, path).recordable(path.to_owned());
    assert_eq!(recorded("/sessions/abc"), "/sessions/…");
    assert_eq!(recorded("/sessions/me"), "/sessions/me");
}

#[test]
fn a_secret_is_not_recorded_for_another_method_either() {
    let table = Table::new(&SESSIONS, &[]).unwrap();
    assert_eq!(table.find(&Method::DELETE, "/sessions/abc").recordable("/sessions/abc".to_owned()), "/sessions/…");
}

#[test]
fn rows_that_cannot_be_distinguished_are_an_error() {
    let error = |group| Table::new(group, &[]).unwrap_err().to_string();
    assert_eq!(error(&TWICE), "route /a: two rows have the method GET");
    assert!(error(&AMBIGUOUS).starts_with("route /a/{c}: "), "{}", error(&AMBIGUOUS));
}
