use http::Method;

use super::GROUP;
use crate::routing::{Pipeline, Table};

#[test]
fn every_row_is_found_by_its_method_and_paths() {
    let table = Table::new(&crate::http::GROUP, &[&GROUP]).unwrap();
    for row in (GROUP.rows)() {
        for template in row.paths {
            let path = template.replace(['{', '}'], "");
            let found = table.find(&row.method, &path);
            assert!(found.route().is_some_and(|route| std::ptr::eq(route, row)), "{} {template}", row.method);
        }
    }
}

#[test]
fn unknown_paths_below_the_prefix_belong_to_the_control_api() {
    let table = Table::new(&crate::http::GROUP, &[&GROUP]).unwrap();
    let pipeline = |path: &str| table.find(&Method::GET, path).group().pipeline;
    for path in ["/", "/console", "/_mock", "/_mock/", "/_mock/nothing/here", "/healthz"] {
        assert_eq!(pipeline(path), Pipeline::Control, "{path}");
    }
    for path in ["/console/", "/_mocking", "/oauth2/v1/token"] {
        assert_eq!(pipeline(path), Pipeline::Okta, "{path}");
    }
}
