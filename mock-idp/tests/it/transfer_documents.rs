//! An import compared with the org that it reads, by their whole documents.

use std::collections::{BTreeMap, BTreeSet};

use mock_idp::MockIdp;
use mock_idp_core::org::Org;
use serde_json::{Value, json};

use crate::transfer::{TOKEN, live_org, run};

/// Where the document of an imported org differs from that of the org that was read, with the reason. `*` is each element of a list.
const DIFFERENT: &[(&str, &str)] = &[
    ("/apiTokens/*/userId is new", COMPUTED),
    ("/apps/*/agent is missing", "the API has no operation for agents"),
    ("/apps/*/assignments/groups/*/priority is new", COMPUTED),
    ("/apps/*/connections is missing", "the API has no operation for connections of agents"),
    ("/apps/*/created is new", COMPUTED),
    ("/apps/*/credentials/oauthClient/pkce_required is new", COMPUTED),
    ("/apps/*/grants/*/created is new", COMPUTED),
    ("/apps/*/interclientAllowedApps is missing", "imports do not read interclient trust"),
    ("/apps/*/visibility is new", COMPUTED),
    ("/directory/appUserSchemas is new", "schemas are written as they were read"),
    ("/directory/features is new", FRESH),
    ("/directory/groupRules/*/createdBy is missing", CHANGED_BY),
    ("/directory/groupRules/*/lastUpdatedBy is missing", CHANGED_BY),
    ("/directory/groupRules/*/system is missing", DEFAULT),
    ("/directory/inlineHooks/*/channel/config/authScheme/value is missing", "a secret"),
    ("/directory/inlineHooks/*/createdBy is missing", CHANGED_BY),
    ("/directory/inlineHooks/*/lastUpdatedBy is missing", CHANGED_BY),
    ("/directory/inlineHooks/*/system is missing", DEFAULT),
    ("/directory/networkZones/*/createdBy is missing", CHANGED_BY),
    ("/directory/networkZones/*/lastUpdatedBy is missing", CHANGED_BY),
    ("/directory/policies/* is new", FRESH),
    ("/directory/policies/*/created is new", COMPUTED),
    ("/directory/policies/*/lastUpdated is new", COMPUTED),
    ("/directory/policies/*/rules/*/created is new", COMPUTED),
    ("/directory/policies/*/rules/*/lastUpdated is new", COMPUTED),
    ("/directory/policies/*/rules/*/type is new", COMPUTED),
    ("/directory/policies/*/settings/authenticators/* is new", COMPUTED),
    ("/directory/userSchemas/*/definitions/custom/required is missing", DEFAULT),
    ("/directory/userTypes/*/system is missing", DEFAULT),
    ("/globalSessionPolicies/* is new", FRESH),
    ("/groups/*/created is new", COMPUTED),
    ("/groups/*/lastMembershipUpdated is new", COMPUTED),
    ("/groups/*/lastUpdated is new", COMPUTED),
    ("/settings/anyLoopbackPort is missing", "a setting of the mock"),
    ("/users/*/created is new", COMPUTED),
    ("/users/*/credentials/password/value", "a secret: the password is that of the import"),
    ("/users/*/credentials/recovery_question/answer", "a secret"),
    ("/users/*/factors is missing", "factors are not read: their keys are not shown"),
    ("/users/*/note is missing", "notes are for readers of the document"),
    ("/users/*/passwordChanged is new", COMPUTED),
    ("/users/*/realmId is new", COMPUTED),
    ("/users/*/roles/*/created is new", COMPUTED),
    ("/users/*/type is new", COMPUTED),
];

const COMPUTED: &str = "answers have what is computed where a document leaves it out";
const CHANGED_BY: &str = "imports do not read who has changed an object";
const FRESH: &str = "a document leaves out what is as in a fresh org";
const DEFAULT: &str = "answers leave out the default";

/// The document that a running org is exported as.
async fn exported(mock: &MockIdp) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (code, yaml, said) = run(folder.path(), &["export", "--url", mock.url()]).await;
    assert_eq!(code, 0, "{said}");
    let document = json!(Org::parse(&yaml).unwrap().to_document());
    serde_json::from_str(&document.to_string().replace(mock.url().trim_end_matches('/'), "http://org")).unwrap()
}

/// The key of an element of a list.
fn key(element: &Value) -> String {
    let names = ["id", "name", "type", "scopeId"];
    let named = names.into_iter().find_map(|name| element.get(name)?.as_str().filter(|text| !text.is_empty()));
    named.map_or_else(|| element.to_string(), str::to_owned)
}

fn by_key(elements: &[Value]) -> BTreeMap<String, &Value> {
    elements.iter().map(|element| (key(element), element)).collect()
}

/// Collects the places where two values differ.
fn compare(before: &Value, after: &Value, place: &str, found: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(other) => compare(value, other, &format!("{place}/{name}"), found),
                    None => _ = found.insert(format!("{place}/{name} is missing")),
                }
            }
            let added = after.keys().filter(|name| !before.contains_key(*name));
            found.extend(added.map(|name| format!("{place}/{name} is new")));
        }
        (Value::Array(before), Value::Array(after)) => {
            let (known, others) = (by_key(before), by_key(after));
            for (key, value) in &known {
                match others.get(key) {
                    Some(other) => compare(value, other, &format!("{place}/*"), found),
                    None => _ = found.insert(format!("{place}/* is missing")),
                }
            }
            if others.keys().any(|key| !known.contains_key(key)) {
                found.insert(format!("{place}/* is new"));
            }
        }
        _ if before == after => {}
        _ => _ = found.insert(place.to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_an_imported_org_differs_where_the_list_of_differences_says_so() {
    let (folder, live) = (tempfile::tempdir().unwrap(), live_org().await);
    let file = folder.path().join("imported.yaml");
    let file = file.to_str().unwrap();
    let args = ["import", "--url", live.url(), "--password", "Passw0rd!", "--api-token", TOKEN, "--out", file];
    let (code, _, said) = run(folder.path(), &args).await;
    assert_eq!(code, 0, "{said}");
    let imported = MockIdp::builder().org_file(file).unwrap().start().await.unwrap();
    let mut found = BTreeSet::new();
    compare(&exported(&live).await, &exported(&imported).await, "", &mut found);
    let expected: BTreeSet<String> = DIFFERENT.iter().map(|(place, _)| (*place).to_owned()).collect();
    let unexpected: Vec<&String> = found.difference(&expected).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let gone: Vec<&String> = expected.difference(&found).collect();
    assert!(gone.is_empty(), "{gone:#?} are the same now");
}
