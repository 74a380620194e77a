//! Which operations of Okta's management API are served: `/_mock/coverage` and its page.

use http::Method;
use mock_idp::MockIdp;
use scraper::{Html, Selector};
use serde_json::Value;

use super::ask;
use crate::client;

#[tokio::test]
async fn each_published_operation_has_a_state_and_the_counts_add_up() {
    let mock = MockIdp::builder().start().await.unwrap();
    let (status, coverage) = ask(&mock, Method::GET, "/_mock/coverage", Value::Null).await;
    assert_eq!(status, 200);
    let operations = coverage["operations"].as_array().unwrap();
    let count = |state: &str| operations.iter().filter(|operation| operation["state"] == state).count();
    for state in ["complete", "partial", "absent"] {
        assert_eq!(coverage[state], count(state), "{state}");
    }
    assert_eq!(coverage["published"], operations.len());
    let find = |id: &str| operations.iter().find(|operation| operation["id"] == id).unwrap();
    let users = find("listUsers");
    assert_eq!((&users["method"], &users["path"]), (&"GET".into(), &"/api/v1/users".into()));
    assert_eq!(find("listAgentPools")["state"], "absent");
    for operation in operations {
        assert_eq!(operation["state"] == "partial", operation["missing"].is_string(), "{operation}");
    }
}

#[tokio::test]
async fn the_page_shows_the_operations_that_fit_the_filter() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/_mock/console/coverage", mock.url());
    let shown = async |query: &[(&str, &str)]| {
        let text = client::plain().get(&url).query(query).send().await.unwrap().text().await.unwrap();
        let html = Html::parse_document(&text);
        let rows = Selector::parse("[data-se=resource] li").unwrap();
        html.select(&rows).map(|row| row.text().collect::<String>()).collect::<Vec<_>>()
    };
    let all = shown(&[]).await;
    let (_, coverage) = ask(&mock, Method::GET, "/_mock/coverage", Value::Null).await;
    assert_eq!(coverage["published"], all.len());
    let absent = shown(&[("state", "absent"), ("text", "AGENTPOOLS")]).await;
    assert!(absent.len() > 10 && absent.iter().all(|row| row.contains("/api/v1/agentPools")), "{absent:?}");
    assert_eq!(shown(&[("text", "no such operation")]).await, Vec::<String>::new());
}
