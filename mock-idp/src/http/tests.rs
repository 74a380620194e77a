//! The table of Okta's paths.

use http::Method;

use super::GROUP;
use crate::routing::{Access, Matched, RateClass, Readers, Table};

fn table() -> Table {
    Table::new(&GROUP, &[]).unwrap()
}

fn find(method: &Method, path: &str) -> Matched {
    table().find(method, path)
}

/// A path that a template matches.
fn example(template: &str) -> String {
    template
        .split('/')
        .map(|segment| if segment.starts_with('{') { "x" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn every_row_is_found_by_its_method_and_paths() {
    let table = table();
    let mut rows = 0;
    for row in (GROUP.rows)() {
        assert!(!row.paths.is_empty());
        for template in row.paths {
            let found = table.find(&row.method, &example(template));
            assert!(found.route().is_some_and(|route| std::ptr::eq(route, row)), "{} {template}", row.method);
            rows += 1;
        }
    }
    assert!(rows > 50, "{rows}");
}

#[test]
fn head_is_answered_by_the_row_of_get() {
    let found = find(&Method::HEAD, "/oauth2/v1/keys");
    assert_eq!(found.route().map(|route| &route.method), Some(&Method::GET));
}

#[test]
fn management_rows_name_scopes_and_others_do_not_begin_with_the_api_prefix() {
    for row in (GROUP.rows)() {
        match row.access {
            Access::Management(scopes) | Access::Registration(scopes) => {
                assert!(!scopes.is_empty() && scopes.iter().all(|scope| scope.starts_with("okta.")), "{:?}", row.paths);
            }
            Access::Control | Access::AnyHost => panic!("{:?} is not in the control API", row.paths),
            Access::Public | Access::Client | Access::BearerToken | Access::Session => {
                let of_browsers = ["/api/v1/authn", "/api/v1/sessions", "/api/v1/users/me"];
                let is_of_browsers = of_browsers.iter().any(|prefix| row.paths[0].starts_with(prefix));
                assert!(is_of_browsers || !row.paths[0].starts_with("/api/"), "{:?}", row.paths);
            }
        }
    }
}

/// Operations that change nothing, though they are not requests by GET: they compute, or get what they need in a body.
const READING: [&str; 1] = ["/api/v1/policies/simulate"];

#[test]
fn a_scope_to_read_admits_the_rows_that_read_and_no_others() {
    let mut counts = [0, 0];
    for row in (GROUP.rows)() {
        let (Access::Management(scopes) | Access::Registration(scopes)) = row.access else { continue };
        let reads = row.method == Method::GET || READING.contains(&row.paths[0]);
        let admits = scopes.iter().any(|scope| scope.ends_with(".read"));
        assert_eq!(admits, reads, "{} {:?} {scopes:?}", row.method, row.paths);
        // A challenge names the first scope, which is the least that is needed.
        assert_eq!(scopes[0].ends_with(".read"), reads, "{} {:?} {scopes:?}", row.method, row.paths);
        counts[usize::from(reads)] += 1;
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn the_allow_header_lists_the_methods_of_the_path() {
    for (path, allow, preflight) in [
        ("/oauth2/v1/token", "POST,OPTIONS", vec!["POST"]),
        ("/oauth2/v1/authorize", "GET,HEAD,POST", vec![]),
        ("/oauth2/default/v1/userinfo", "GET,HEAD,POST,OPTIONS", vec!["GET", "POST"]),
        ("/oauth2/v1/clients/0oa", "GET,HEAD,PUT,DELETE,OPTIONS", vec!["GET"]),
        ("/oauth2/v1/clients", "GET,HEAD,POST", vec![]),
    ] {
        let found = find(&Method::PATCH, path);
        assert!(found.route().is_none() && found.is_refused_method(), "{path}");
        assert_eq!(found.allow(), allow, "{path}");
        assert_eq!(found.shared_methods().map(Method::as_str).collect::<Vec<_>>(), preflight, "{path}");
        assert_eq!(find(&Method::OPTIONS, path).is_refused_method(), preflight.is_empty(), "{path}");
    }
}

#[test]
fn other_origins_read_what_the_rows_share() {
    let readers = |method: Method, path: &str| find(&method, path).readers();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/oauth2/default",
        "/oauth2/default/.well-known/openid-configuration",
        "/oauth2/v1/token",
        "/oauth2/default/v1/token",
        "/oauth2/nowhere/v1/userinfo",
        "/oauth2/v1/device/authorize",
    ] {
        assert_eq!(readers(Method::POST, path), Readers::AnyOrigin, "{path}");
    }
    assert_eq!(readers(Method::POST, "/api/v1/authn/cancel"), Readers::TrustedOriginsOfApi);
    assert_eq!(readers(Method::POST, "/oauth2/default/v1/interact"), Readers::TrustedOrigins);
    for path in [
        "/oauth2/v1/authorize",
        "/oauth2/default/v1/logout",
        "/oauth2/default/v1/bc/authorize",
        "/oauth2/v1/clients",
        "/oauth2/v1/clients/0oa",
        "/api/v1/authorizationServers/default/credentials/keys",
        "/activate",
    ] {
        assert_eq!(readers(Method::POST, path), Readers::SameOrigin, "{path}");
    }
    assert_eq!(readers(Method::GET, "/oauth2/v1/clients/0oa"), Readers::AnyOrigin);
    assert_eq!(readers(Method::OPTIONS, "/oauth2/v1/clients/0oa"), Readers::AnyOrigin);
    assert_eq!(readers(Method::GET, "/oauth2/v1/clients/0oa/lifecycle/newSecret"), Readers::SameOrigin);
}

#[test]
fn paths_without_a_route_are_counted_by_their_area() {
    let class = |path: &str| find(&Method::GET, path).rate();
    assert_eq!(class("/oauth2/v1/token"), RateClass::Token);
    assert_eq!(class("/oauth2/default/v1/userinfo"), RateClass::OAuth);
    assert_eq!(class("/oauth2/default/v1/authorize"), RateClass::Authorize);
    assert_eq!(class("/oauth2/default/v1/bc/authorize"), RateClass::OAuth);
    assert_eq!(class("/oauth2/default/v1/nothing"), RateClass::OAuth);
    assert_eq!(class("/oauth2/v1/keys"), RateClass::Unlimited);
    assert_eq!(class("/.well-known/openid-configuration"), RateClass::Unlimited);
    assert_eq!(class("/api/v1/authn/factors/x/verify"), RateClass::Authn);
    assert_eq!(class("/api/v1/users"), RateClass::Management);
    assert_eq!(class("/idp/idx/introspect"), RateClass::SignIn);
    assert_eq!(class("/login/nothing.htm"), RateClass::Unlimited);
}

#[test]
fn only_the_apis_ignore_a_trailing_slash() {
    for path in ["/api/v1/authn/", "/api/v1/users/", "/oauth2/v1/clients/", "/oauth2/v1/clients/0oa/"] {
        assert!(find(&Method::GET, path).ignores_trailing_slash(), "{path}");
    }
    for path in ["/", "/oauth2/v1/token/", "/activate/", "/api/v1/authn"] {
        assert!(!find(&Method::GET, path).ignores_trailing_slash(), "{path}");
    }
}

#[test]
fn credentials_in_a_path_are_not_recorded() {
    let recorded = |path: &str| find(&Method::GET, path).recordable(path.to_owned());
    assert_eq!(recorded("/api/v1/sessions/102abc"), "/api/v1/sessions/…");
    assert_eq!(recorded("/api/v1/sessions/102abc/lifecycle/refresh"), "/api/v1/sessions/…/lifecycle/refresh");
    assert_eq!(recorded("/api/v1/sessions/me"), "/api/v1/sessions/me");
    assert_eq!(recorded("/api/v1/authn/recovery/token"), "/api/v1/authn/recovery/token");
    assert_eq!(recorded("/welcome/abc"), "/welcome/…");
    assert_eq!(recorded("/oauth2/default/v1/token"), "/oauth2/default/v1/token");
}
