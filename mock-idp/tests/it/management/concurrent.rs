//! Many writers at once.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, values};

const BUYERS: &str = "00gbuyers000000005d7";

/// Sends all requests at once, and returns the statuses in their order.
async fn all(api: &Arc<Api>, requests: Vec<(Method, String, Value)>) -> Vec<u16> {
    let send = |(method, path, body): (Method, String, Value)| {
        let api = Arc::clone(api);
        tokio::spawn(async move { api.send(method, &path, Some(body)).await.status.as_u16() })
    };
    join_all(requests.into_iter().map(send)).await.into_iter().map(Result::unwrap).collect()
}

fn user(number: usize) -> Value {
    let login = format!("writer{number}@example.test");
    json!({ "profile": { "login": login, "email": login, "firstName": "W", "lastName": "R" } })
}

#[tokio::test]
async fn a_thousand_writers_lose_no_change_and_break_no_rule() {
    let api = Arc::new(Api::market().await);
    let members = format!("/api/v1/groups/{BUYERS}/users");
    let before = api.get(&members).await.body.as_array().unwrap().len();
    // Each login is wanted by two writers, and each name of a group by four.
    let users = (0..400).map(|number| (Method::POST, "/api/v1/users?activate=false".to_owned(), user(number / 2)));
    let groups = (0..200).map(|number| {
        let body = json!({ "profile": { "name": format!("Writers {}", number / 4) } });
        (Method::POST, "/api/v1/groups".to_owned(), body)
    });
    let statuses = all(&api, users.chain(groups).collect()).await;
    let created = |part: &[u16]| part.iter().filter(|status| **status == 200).count();
    assert_eq!((created(&statuses[..400]), created(&statuses[400..])), (200, 50));
    assert!(statuses.iter().all(|status| [200, 400].contains(status)), "{statuses:?}");

    let search = "/api/v1/users?limit=200&search=profile.login+sw+%22writer%22";
    let listed = api.get(search).await.body;
    let ids = values(&listed, "/id");
    assert_eq!(ids.len(), 200);
    let names = api.get("/api/v1/groups?limit=100&q=Writers").await.body;
    assert_eq!(names.as_array().unwrap().len(), 50);

    // Some join, some are renamed, some are removed.
    let change = |(place, id): (usize, &&str)| match place % 4 {
        0 | 1 => (Method::PUT, format!("{members}/{id}"), json!({})),
        2 => (Method::POST, format!("/api/v1/users/{id}"), json!({ "profile": { "nickName": "Changed" } })),
        _ => (Method::DELETE, format!("/api/v1/users/{id}"), json!({})),
    };
    let changes: Vec<_> = ids.iter().enumerate().map(change).collect();
    let twice = [changes.clone(), changes].concat();
    let statuses = all(&api, twice).await;
    assert!(statuses.iter().all(|status| [200, 204].contains(status)), "{statuses:?}");
    assert_eq!(api.get(&members).await.body.as_array().unwrap().len(), before + 100);
    let renamed = api.get("/api/v1/users?limit=200&search=profile.nickName+eq+%22Changed%22").await.body;
    assert_eq!(renamed.as_array().unwrap().len(), 50);
    // The first DELETE deactivates, the second one removes.
    assert_eq!(api.get(search).await.body.as_array().unwrap().len(), 150);

    let events = async |kind: &str| {
        let path = format!("/api/v1/logs?limit=1000&filter=eventType+eq+%22{kind}%22");
        api.get(&path).await.body.as_array().unwrap().len()
    };
    assert_eq!(events("user.lifecycle.create").await, 200);
    assert_eq!(events("group.lifecycle.create").await, 50);
    assert_eq!(events("group.user_membership.add").await, 100);
    assert_eq!(events("user.lifecycle.delete.initiated").await, 50);
}
