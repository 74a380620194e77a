//! The operations on policies.

use serde_json::{Map, Value, json};

use super::complete::password_settings;
use super::lookup::default_policy;
use super::priorities::{CATCH_ALL, close_gaps, place};
use super::record::{self, PolicyRecord};
use super::types::PolicyType;
use super::view;
use crate::management::iam::Operation;
use crate::management::{
    ApiError, ApiErrorId, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall,
    ManagementChange,
};
use crate::management::{access, authorization_servers as servers};
use crate::org::Tables;
use crate::protocol::Parameters;

/// The type of the policies of authorization servers, which have operations of their own.
const SERVER_POLICY: &str = "OAUTH_AUTHORIZATION_POLICY";

/// What a list of the policies of authorization servers demands beside the access to policies.
const READ_SERVERS: Operation<'_> = Operation {
    scopes: &["okta.authorizationServers.read", "okta.authorizationServers.manage"],
    method: "GET",
    path: "/api/v1/policies",
};

/// Answers a request for the policies of a type.
///
/// # Errors
/// No type, or an unknown one; the caller may not read authorization servers, which the type is about.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let Some(name) = query.get("type") else {
        return Err(ApiError::new(ApiErrorId::MissingParameter, "the list needs a type of policies"));
    };
    let shown = if name == SERVER_POLICY { of_servers(org, call, query)? } else { shown(org, call, name, query)? };
    let (status, beginning) = (query.get("status"), query.get("q").unwrap_or_default().to_lowercase());
    let is_listed = |shown: &Value| {
        let name = shown["name"].as_str().unwrap_or_default().to_lowercase();
        status.is_none_or(|status| shown["status"] == status) && name.starts_with(&beginning)
    };
    let mut shown: Vec<Value> = shown.into_iter().filter(is_listed).collect();
    if query.get("sortBy") == Some("name") {
        shown.sort_by_cached_key(|shown| shown["name"].as_str().unwrap_or_default().to_lowercase());
    }
    let paging = ListQuery::read(query, ListStyle { default_limit: None, max_limit: 200, links_to_self: true })?;
    let (page, next) = paging.page(&shown, |shown| shown["id"].as_str().unwrap_or_default())?;
    // Without these, the next page would be one of another list.
    let paging = paging.repeating("type", name).repeating_in_next(query, &["status", "sortBy", "expand", "resourceId"]);
    Ok(paging.listed(call, "/api/v1/policies", page.into_iter().cloned().collect(), next))
}

/// The policies of the authorization server that `resourceId` names, or of all.
fn of_servers(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<Vec<Value>, ApiError> {
    access::check_also(org, call.caller, READ_SERVERS)?;
    let servers = match query.get("resourceId") {
        Some(id) => vec![servers::find(org, id)?],
        None => org.authorization_servers().collect(),
    };
    let mut shown = Vec::new();
    for server in servers {
        for mut policy in servers::policies::list(org, call, &server.id)? {
            if query.get("expand") == Some("rules") {
                let id = policy["id"].as_str().unwrap_or_default().to_owned();
                policy["_embedded"]["rules"] = servers::rules::list(org, call, &server.id, &id)?.into();
            }
            shown.push(policy);
        }
    }
    Ok(shown)
}

/// The policies of a type that is not that of authorization servers, with their rules if `expand` asks for them.
fn shown(org: &Tables, call: ManagementCall<'_>, name: &str, query: &Parameters) -> Result<Vec<Value>, ApiError> {
    let kind = PolicyType::named(name)
        .ok_or_else(|| ApiError::invalid("type", &format!("`{name}` is not a type of policies")))?;
    let with_rules = query.get("expand") == Some("rules");
    let shown = record::all(org, kind).into_iter().map(|policy| {
        let mut shown = view::policy(org, call, &policy, true);
        if with_rules {
            let rules = policy.rules.iter().map(|rule| view::rule(call, &policy.id, kind, rule)).collect::<Vec<_>>();
            shown["_embedded"]["rules"] = rules.into();
        }
        shown
    });
    Ok(shown.collect())
}

/// Answers a request for one policy.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    record::find(org, id).map(|policy| view::policy(org, call, &policy, false))
}

/// Creates a policy. Okta: behind the others of its type, unless it has a priority; `activate` is true by default.
///
/// # Errors
/// The body is not a policy.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    query: &Parameters,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let read = BodyMembers::of(body);
    let mut causes = Causes::default();
    causes.required("name", read.text("name")?);
    let kind = causes.required("type", read.text("type")?).to_owned();
    causes.into_result()?;
    let kind = PolicyType::named(&kind)
        .ok_or_else(|| ApiError::invalid("type", &format!("`{kind}` is not a type of policies")))?;
    let id = change.moment.id(kind.prefixes[0]);
    let rules = kind.catch_all.map(|actions| catch_all(change, kind, actions())).into_iter().collect();
    let mut members = Map::new();
    members.insert("status".to_owned(), status_of_new(query).into());
    members.insert("system".to_owned(), false.into());
    members.insert("created".to_owned(), change.now().into());
    let mut policy = PolicyRecord { id, kind, members, rules };
    write(&mut policy, read)?;
    let wanted = read.integer("priority")?.and_then(|priority| u64::try_from(priority).ok());
    keep(change, policy, wanted)
}

/// The status of a policy or rule that is created.
pub(super) fn status_of_new(query: &Parameters) -> &'static str {
    if query.get("activate") == Some("false") { "INACTIVE" } else { "ACTIVE" }
}

/// Creates a copy of a policy with its rules, which no app has. The copy belongs to the org; of its rules only the catch-all rule, which
/// each policy of some types has, belongs to the system.
///
/// # Errors
/// There is none with that id.
pub fn clone(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let mut policy = record::find(change.draft, id)?;
    let now = change.now();
    policy.id = change.moment.id(policy.kind.prefixes[0]);
    let name = format!("[cloned] {}", policy.name());
    policy.members.insert("name".to_owned(), name.into());
    policy.members.insert("system".to_owned(), false.into());
    policy.members.insert("created".to_owned(), now.as_str().into());
    for rule in &mut policy.rules {
        rule.insert("id".to_owned(), change.moment.id(policy.kind.prefixes[1]).into());
        if policy.kind.catch_all.is_none() {
            rule.insert("system".to_owned(), false.into());
        }
        for time in ["created", "lastUpdated"] {
            rule.insert(time.to_owned(), now.as_str().into());
        }
    }
    keep(change, policy, None)
}

/// Replaces a policy. Okta: its status stays.
///
/// # Errors
/// There is none with that id, or the body is not a policy.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut policy = record::find(change.draft, id)?;
    let read = BodyMembers::of(body);
    let mut causes = Causes::default();
    causes.required("name", read.text("name")?);
    causes.into_result()?;
    write(&mut policy, read)?;
    let wanted = read.integer("priority")?.and_then(|priority| u64::try_from(priority).ok());
    let wanted = wanted.or(Some(policy.priority()));
    keep(change, policy, wanted)
}

/// What a body says about a policy.
fn write(policy: &mut PolicyRecord, read: BodyMembers<'_>) -> Result<(), ApiError> {
    let kind = policy.kind;
    for name in ["name", "description"] {
        match read.text(name)? {
            Some(text) => _ = policy.members.insert(name.to_owned(), text.into()),
            None => _ = policy.members.remove(name),
        }
    }
    if let Some(conditions) = read.object("conditions")? {
        policy.members.insert("conditions".to_owned(), json!(conditions.all()));
    }
    if kind.name == "PASSWORD" {
        let written = read.object("settings")?.map(|settings| json!(settings.all()));
        let known = policy.members.get("settings").cloned();
        let settings = password_settings(&written.or(known).unwrap_or_default());
        policy.members.insert("settings".to_owned(), settings);
    } else if let Some(settings) = read.object("settings")? {
        policy.members.insert("settings".to_owned(), json!(settings.all()));
    }
    Ok(())
}

/// Stores a policy at its place among those of its type.
fn keep(
    change: &mut ManagementChange<'_, '_>,
    mut policy: PolicyRecord,
    wanted: Option<u64>,
) -> Result<Value, ApiError> {
    let now = change.now();
    policy.members.insert("lastUpdated".to_owned(), now.into());
    if policy.kind.is_ordered && !policy.is_system() {
        let mut others = record::all(change.draft, policy.kind);
        others.retain(|other| other.id != policy.id);
        let before: Vec<u64> = others.iter().map(PolicyRecord::priority).collect();
        let mut members: Vec<_> = others.iter_mut().map(|other| &mut other.members).collect();
        place(&mut members, &mut policy.members, wanted);
        let moved = others.into_iter().zip(before).filter(|(other, before)| other.priority() != *before);
        moved.into_iter().try_for_each(|(other, _)| record::put(change.draft, other))?;
    } else if !policy.kind.is_ordered {
        policy.members.insert("priority".to_owned(), 1.into());
    }
    let shown = view::policy(change.draft, change.call, &policy, false);
    record::put(change.draft, policy)?;
    Ok(shown)
}

fn catch_all(change: &mut ManagementChange<'_, '_>, kind: &PolicyType, actions: Value) -> Map<String, Value> {
    let now = change.now();
    let rule = json!({
        "id": change.moment.id(kind.prefixes[1]), "status": "ACTIVE", "name": "Catch-all Rule", "priority": CATCH_ALL,
        "created": now, "lastUpdated": now, "system": true, "conditions": null, "actions": actions,
    });
    rule.as_object().cloned().unwrap_or_default()
}

/// Activates or deactivates a policy.
///
/// # Errors
/// There is none with that id, or it is one of the system.
pub fn set_status(change: &mut ManagementChange<'_, '_>, id: &str, active: bool) -> Result<(), ApiError> {
    let mut policy = record::find(change.draft, id)?;
    refuse_system(policy.is_system())?;
    let status = if active { "ACTIVE" } else { "INACTIVE" };
    if policy.members.insert("status".to_owned(), status.into()) == Some(status.into()) {
        return Ok(());
    }
    let now = change.now();
    policy.members.insert("lastUpdated".to_owned(), now.into());
    record::put(change.draft, policy)
}

/// Removes a policy with its rules. Apps that had it go back to the one of the system.
///
/// # Errors
/// There is none with that id, or it is one of the system.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let policy = record::find(change.draft, id)?;
    refuse_system(policy.is_system())?;
    record::remove(change.draft, &policy);
    if policy.kind.is_ordered {
        let mut others = record::all(change.draft, policy.kind);
        close_gaps(others.iter_mut().map(|other| &mut other.members));
        others.into_iter().try_for_each(|other| record::put(change.draft, other))?;
    }
    let named = |app: &&crate::model::App| {
        [&app.access_policy, &app.profile_enrollment_policy].into_iter().flatten().any(|named| named == id)
    };
    let apps: Vec<_> = change.draft.apps().filter(named).cloned().collect();
    for mut app in apps {
        app.access_policy = app.access_policy.filter(|named| named != id);
        app.profile_enrollment_policy = app.profile_enrollment_policy.filter(|named| named != id);
        change.draft.put_app(app);
    }
    Ok(())
}

pub(super) fn refuse_system(system: bool) -> Result<(), ApiError> {
    if system { Err(ApiError::access_denied("it belongs to the system")) } else { Ok(()) }
}

/// The ids of the apps that have a policy.
///
/// # Errors
/// There is no policy with that id.
pub fn apps(org: &Tables, id: &str) -> Result<Vec<String>, ApiError> {
    let policy = record::find(org, id)?;
    let default = default_policy(org, policy.kind.name);
    let has = |app: &&crate::model::App| {
        let own = match policy.kind.name {
            "ACCESS_POLICY" => app.access_policy.as_deref(),
            "PROFILE_ENROLLMENT" => app.profile_enrollment_policy.as_deref(),
            _ => return false,
        };
        own.or(default) == Some(id)
    };
    Ok(org.apps().filter(has).map(|app| app.id.clone()).collect())
}

/// The mappings of a policy: a link to each app that has it.
///
/// # Errors
/// There is no policy with that id.
pub fn mappings(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    let mapping = |app: String| {
        let own = format!("/api/v1/policies/{id}/mappings/{app}");
        let links = Links::at(call.base())
            .allowing("application", &format!("/api/v1/apps/{app}"), &["GET"])
            .allowing("policy", &format!("/api/v1/policies/{id}"), &["GET"])
            .allowing("self", &own, &["GET", "DELETE"]);
        json!({ "id": app, "_links": links.into_value() })
    };
    Ok(apps(org, id)?.into_iter().map(mapping).collect())
}

/// Answers a request for one mapping of a policy.
///
/// # Errors
/// There is no policy with that id, or no such app has it.
pub fn mapping(org: &Tables, call: ManagementCall<'_>, id: &str, mapping: &str) -> Result<Value, ApiError> {
    let found = mappings(org, call, id)?.into_iter().find(|known| known["id"] == mapping);
    found.ok_or_else(|| ApiError::not_found(mapping, "PolicyMapping"))
}

/// Removes a mapping: the app goes back to the policy of the system.
///
/// # Errors
/// There is no policy with that id, no such app has it, or it is the one of the system.
pub fn remove_mapping(change: &mut ManagementChange<'_, '_>, id: &str, mapping: &str) -> Result<(), ApiError> {
    let policy = record::find(change.draft, id)?;
    if !apps(change.draft, id)?.iter().any(|app| app == mapping) {
        return Err(ApiError::not_found(mapping, "PolicyMapping"));
    }
    refuse_system(policy.is_system())?;
    let Some(mut app) = change.draft.app(mapping).cloned() else {
        return Err(ApiError::not_found(mapping, "PolicyMapping"));
    };
    for named in [&mut app.access_policy, &mut app.profile_enrollment_policy] {
        if named.as_deref() == Some(id) {
            *named = None;
        }
    }
    change.draft.put_app(app);
    Ok(())
}

/// Answers a request to map a resource to a policy.
///
/// # Errors
/// Always. Okta: mappings are made by the resources.
pub fn refuse_mapping(org: &Tables, id: &str) -> Result<Value, ApiError> {
    record::find(org, id)?;
    Err(ApiError::validation("Policy mappings are no longer supported on this endpoint.", Vec::new()))
}
