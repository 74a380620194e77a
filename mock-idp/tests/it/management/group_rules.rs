//! `/api/v1/groups/rules`.

use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::Api;
use crate::client;

const PATH: &str = "/api/v1/groups/rules";

fn rule(name: &str, expression: &str, group: &str) -> Value {
    json!({
        "type": "group_rule", "name": name,
        "conditions": { "people": { "users": {} }, "expression": { "type": "urn:okta:expression:1.0", "value": expression } },
        "actions": { "assignUserToGroups": { "groupIds": [group] } },
    })
}

async fn members(api: &Api, group: &str) -> Vec<String> {
    let members = api.get(&format!("/api/v1/groups/{group}/users")).await.body;
    super::values(&members, "/id").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_active_rule_adds_and_removes_members() {
    let api = Api::market().await;
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Purchasers" } })).await;
    let group = group["id"].as_str().unwrap();
    let created = api.post(PATH, rule("by department", "user.department == \"Purchasing\"", group)).await;
    assert_eq!(
        created.keys(),
        ["type", "id", "status", "name", "created", "lastUpdated", "conditions", "actions", "allGroupsValid"]
    );
    assert_eq!(created.body["status"], "INACTIVE");
    assert_eq!(
        created.body["conditions"]["people"],
        json!({ "users": { "exclude": [] }, "groups": { "exclude": [] } })
    );
    let path = format!("{PATH}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(members(&api, group).await, Vec::<String>::new());
    assert_eq!(api.post(&format!("{path}/lifecycle/activate"), json!({})).await.status, 204);
    assert_eq!(members(&api, group).await, ["00ubuyer0000000005d7", "00upremium00000005d7"]);

    let buyer = "/api/v1/users/00ubuyer0000000005d7";
    api.post(buyer, json!({ "profile": { "department": "Sales" } })).await;
    assert_eq!(members(&api, group).await, ["00upremium00000005d7"]);
    api.post(buyer, json!({ "profile": { "department": "Purchasing" } })).await;
    assert_eq!(members(&api, group).await.len(), 2);

    // A member that is taken out is excluded from the rule.
    assert_eq!(api.delete(&format!("/api/v1/groups/{group}/users/00ubuyer0000000005d7")).await.status, 204);
    assert_eq!(members(&api, group).await, ["00upremium00000005d7"]);
    let excluded = api.get(&path).await.body["conditions"]["people"]["users"]["exclude"].clone();
    assert_eq!(excluded, json!(["00ubuyer0000000005d7"]));

    assert_eq!(api.put(&path, rule("other", "true", group)).await.status, 400, "the rule is active");
    assert_eq!(api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await.status, 204);
    assert_eq!(members(&api, group).await, ["00upremium00000005d7"]);
    let removed = api.delete(&format!("{path}?removeUsers=true")).await;
    assert_eq!((removed.status.as_u16(), removed.body), (202, json!({})));
    assert_eq!(members(&api, group).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_rule_can_depend_on_the_groups_of_a_user() {
    let api = Api::market().await;
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Both" } })).await;
    let group = group["id"].as_str().unwrap();
    let body = rule("of premium", "isMemberOfAnyGroup(\"00gpremium00000005d7\")", group);
    let id = api.create(PATH, body).await["id"].as_str().unwrap().to_owned();
    api.post(&format!("{PATH}/{id}/lifecycle/activate"), json!({})).await;
    assert_eq!(members(&api, group).await, ["00uadmin0000000005d7", "00upremium00000005d7"]);
    api.put("/api/v1/groups/00gpremium00000005d7/users/00ubuyer0000000005d7", json!({})).await;
    assert_eq!(members(&api, group).await.len(), 3);
}

#[tokio::test]
async fn invalid_rules_are_refused() {
    let api = Api::market().await;
    let group = "00gbuyers000000005d7";
    api.create(PATH, rule("taken", "true", group)).await;
    for (body, cause) in [
        (rule("taken", "true", group), "name: An object with this field already exists in the current organization"),
        (rule("", "true", group), "name: The field cannot be left blank"),
    ] {
        assert_eq!(api.post(PATH, body).await.error().3, [cause]);
    }
    assert_eq!(api.post(PATH, rule("broken", "user.(", group)).await.error().1, "E0000001");
    assert_eq!(
        api.get(&format!("{PATH}/0prunknown")).await.error().2,
        "Not found: Resource not found: 0prunknown (GroupRule)"
    );
}

#[tokio::test]
async fn an_active_rule_of_a_document_has_its_members_from_the_start() {
    let document = r#"
groups: [{ profile: { name: Sellers } }]
users:
  - { profile: { login: ann@a.test, email: ann@a.test, firstName: Ann, lastName: A, department: Sales }, roles: [{ type: SUPER_ADMIN }] }
  - { profile: { login: bob@a.test, email: bob@a.test, firstName: Bob, lastName: B, department: Legal } }
apiTokens: [00abcdefghijklmnopqrstuvwxyz0123456789ABCD]
directory:
  groupRules:
    - name: Sales
      status: ACTIVE
      conditions: { expression: { value: 'user.department == "Sales"' } }
      actions: { assignUserToGroups: { groupIds: [Sellers] } }
"#;
    let mock = MockIdp::builder().org_yaml(document).start().await.unwrap();
    let get = async |path: String| -> Value {
        let request = client::plain().get(format!("{}{path}", mock.url()));
        let request = request.header("authorization", "SSWS 00abcdefghijklmnopqrstuvwxyz0123456789ABCD");
        request.send().await.unwrap().json().await.unwrap()
    };
    let groups = get("/api/v1/groups?q=Sellers".to_owned()).await;
    let members = get(format!("/api/v1/groups/{}/users", groups[0]["id"].as_str().unwrap())).await;
    assert_eq!(super::values(&members, "/profile/login"), ["ann@a.test"]);
}

#[tokio::test]
async fn the_names_of_the_groups_of_a_rule_are_embedded_on_request() {
    let api = Api::market().await;
    let expression = "isMemberOfAnyGroup(\"00gbuyers000000005d7\")";
    let created = api.create(PATH, rule("named", expression, "00gpremium00000005d7")).await;
    let own = format!("{PATH}/{}", created["id"].as_str().unwrap());
    let names = json!({ "00gbuyers000000005d7": "Buyers", "00gpremium00000005d7": "Premium" });
    let expanded = json!({ "groupIdToGroupNameMap": names });
    assert_eq!(api.get(&format!("{own}?expand=groupIdToGroupNameMap")).await.body["_embedded"], expanded);
    let listed = api.get(&format!("{PATH}?search=named&expand=groupIdToGroupNameMap")).await.body;
    assert_eq!(listed[0]["_embedded"], expanded);
    assert_eq!(api.get(&own).await.body, created);
}
