//! Simulations: which policy and rule of a type would decide about a sign-in. Okta: `/api/v1/policies/simulate`.

use serde_json::{Map, Value, json};

use super::lookup::default_policy;
use super::record::{self, PolicyRecord, is_system, priority};
use super::types::PolicyType;
use crate::management::{ApiError, BodyMembers};
use crate::model::App;
use crate::org::Tables;
use crate::protocol::Parameters;

/// The types that can be simulated.
const TYPES: [&str; 4] = ["ACCESS_POLICY", "MFA_ENROLL", "OKTA_SIGN_ON", "PROFILE_ENROLLMENT"];

/// Who signs in, and where.
struct SimulatedSignIn<'a> {
    user: Option<&'a str>,
    groups: Vec<String>,
    zones: Option<Vec<String>>,
    platform: Option<&'a str>,
    risk: Option<&'a str>,
}

/// Whether a condition, a rule or a policy applies.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Applies {
    Yes,
    /// The request does not say what it depends on.
    Undefined,
    No,
}

impl Applies {
    fn name(self) -> &'static str {
        match self {
            Self::Yes => "MATCH",
            Self::Undefined => "UNDEFINED",
            Self::No => "NOT_MATCH",
        }
    }

    fn of(applies: Option<bool>) -> Self {
        applies.map_or(Self::Undefined, |applies| if applies { Self::Yes } else { Self::No })
    }
}

/// Answers a request for a simulation.
///
/// # Errors
/// The body is not valid, or there is no such app.
pub fn simulate(org: &Tables, query: &Parameters, body: &Map<String, Value>) -> Result<Vec<Value>, ApiError> {
    let body = BodyMembers::of(body);
    let app = body.text("appInstance")?;
    let app = app.map(|id| org.app(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))).transpose()?;
    let context = body.object("policyContext")?;
    let sign_in = SimulatedSignIn::read(org, context)?;
    let types = body.texts("policyTypes")?.filter(|types| !types.is_empty());
    let types = types.unwrap_or_else(|| TYPES.map(str::to_owned).to_vec());
    let known = |name: &String| {
        let kind = PolicyType::named(name).filter(|kind| TYPES.contains(&kind.name));
        kind.ok_or_else(|| ApiError::invalid("policyTypes", &format!("`{name}` is not a type of policies")))
    };
    let kinds: Vec<&'static PolicyType> = types.iter().map(known).collect::<Result<_, _>>()?;
    let expand = query.get("expand").unwrap_or_default();
    Ok(kinds.into_iter().map(|kind| evaluation(org, kind, app, &sign_in, expand)).collect())
}

impl<'a> SimulatedSignIn<'a> {
    fn read(org: &Tables, context: Option<BodyMembers<'a>>) -> Result<Self, ApiError> {
        let member = |name: &'static str| context.map(|context| context.object(name)).transpose().map(Option::flatten);
        let text = |object: Option<BodyMembers<'a>>, name: &'static str| match object {
            Some(object) => object.text(name),
            None => Ok(None),
        };
        let user = text(member("user")?, "id")?;
        let mut groups = match member("groups")? {
            Some(groups) => groups.texts("ids")?.unwrap_or_default(),
            None => Vec::new(),
        };
        let known = user.map(|id| org.user(id).ok_or_else(|| ApiError::not_found(id, "User"))).transpose()?;
        groups.extend(known.into_iter().flat_map(|user| org.group_ids(user)).map(str::to_owned));
        let zones = member("zones")?.map(|zones| zones.texts("ids")).transpose()?.flatten();
        let platform = text(member("device")?, "platform")?;
        Ok(Self { user, groups, zones, platform, risk: text(member("risk")?, "level")? })
    }

    /// Whether one of the conditions of a policy or rule applies; `None` if the request does not say.
    fn meets(&self, condition: &str, value: &Value) -> Option<bool> {
        let lists = |list: &Value, ids: &[String]| {
            list.as_array().is_some_and(|list| ids.iter().any(|id| list.contains(&id.as_str().into())))
        };
        match condition {
            "people" => {
                let user = self.user.map(str::to_owned).into_iter().collect::<Vec<_>>();
                let (users, groups) = (&value["users"], &value["groups"]);
                let is_named = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
                let narrows = [users, groups].iter().any(|of| is_named(&of["include"]) || is_named(&of["exclude"]));
                if self.user.is_none() && self.groups.is_empty() {
                    return (!narrows).then_some(true);
                }
                let excluded = lists(&users["exclude"], &user) || lists(&groups["exclude"], &self.groups);
                let everyone = !is_named(&users["include"]) && !is_named(&groups["include"]);
                let included = everyone || lists(&users["include"], &user) || lists(&groups["include"], &self.groups);
                Some(included && !excluded)
            }
            "network" if value["connection"] == "ANYWHERE" => Some(true),
            "network" => {
                let zones = self.zones.as_ref()?;
                let included = value["include"].as_array().is_none_or(Vec::is_empty) || lists(&value["include"], zones);
                Some(included && !lists(&value["exclude"], zones))
            }
            "platform" => {
                let types: Vec<&str> =
                    value["include"].as_array()?.iter().filter_map(|one| one["os"]["type"].as_str()).collect();
                if types.is_empty() || types.contains(&"ANY") {
                    return Some(true);
                }
                Some(types.contains(&self.platform?))
            }
            "riskScore" | "risk" => match value["level"].as_str() {
                None | Some("ANY") => Some(true),
                Some(level) => Some(level == self.risk?),
            },
            "authContext" => Some(value["authType"] == "ANY").filter(|any| *any),
            "userType" | "identityProvider" | "device" | "elCondition" if is_blank(value) => Some(true),
            _ => None,
        }
    }
}

/// Whether a condition demands nothing.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.values().all(|value| is_blank(value) || value == "ANY"),
        _ => false,
    }
}

/// Okta: the first policy that applies, and its first rule, decide. With `expand=EVALUATED` the others are listed too, with
/// `expand=RULE` the conditions.
fn evaluation(
    org: &Tables,
    kind: &'static PolicyType,
    app: Option<&App>,
    sign_in: &SimulatedSignIn<'_>,
    expand: &str,
) -> Value {
    let mut others: [Vec<Value>; 2] = Default::default();
    let mut matched = Vec::new();
    for policy in candidates(org, kind, app) {
        let (applies, shown) = shown_policy(&policy, sign_in, expand == "RULE");
        match applies {
            Applies::Yes => {
                matched.push(shown);
                break;
            }
            Applies::Undefined => others[0].push(shown),
            Applies::No => others[1].push(shown),
        }
    }
    let status = match (matched.is_empty(), others[0].is_empty()) {
        (false, _) => Applies::Yes,
        (true, false) => Applies::Undefined,
        (true, true) => Applies::No,
    };
    let mut shown = json!({
        "status": status.name(), "policyType": [kind.name], "result": { "policies": matched },
    });
    if expand == "EVALUATED" {
        let [undefined, evaluated] = others;
        shown["undefined"] = json!({ "policies": undefined });
        shown["evaluated"] = json!({ "policies": evaluated });
    }
    shown
}

/// The policies that could decide, in order. Okta: an app has one of these two types.
fn candidates(org: &Tables, kind: &'static PolicyType, app: Option<&App>) -> Vec<PolicyRecord> {
    let own = match (kind.name, app) {
        ("ACCESS_POLICY", Some(app)) => Some(app.access_policy.as_deref()),
        ("PROFILE_ENROLLMENT", Some(app)) => Some(app.profile_enrollment_policy.as_deref()),
        _ => None,
    };
    match own {
        Some(own) => {
            let id = own.or_else(|| default_policy(org, kind.name));
            id.and_then(|id| record::find(org, id).ok()).into_iter().collect()
        }
        None => record::all(org, kind).into_iter().filter(|policy| is_active(&policy.members)).collect(),
    }
}

fn is_active(members: &Map<String, Value>) -> bool {
    members.get("status").is_none_or(|status| status == "ACTIVE")
}

fn shown_policy(policy: &PolicyRecord, sign_in: &SimulatedSignIn<'_>, detailed: bool) -> (Applies, Value) {
    let (own, conditions) = conditions(&policy.members, sign_in);
    let mut rules: Vec<&Map<String, Value>> = policy.rules.iter().filter(|rule| is_active(rule)).collect();
    rules.sort_by_key(|rule| (is_system(rule), priority(rule)));
    let mut applies = own;
    let mut shown_rules = Vec::new();
    if own == Applies::Yes && !rules.is_empty() {
        let all = rules.into_iter().map(|rule| (rule, self::conditions(rule, sign_in))).collect::<Vec<_>>();
        // Rules that cannot be decided are passed over.
        applies = all.iter().map(|(_, (applies, _))| *applies).min().unwrap_or(own);
        let first = all.into_iter().find(|(_, (rule, _))| *rule == applies);
        shown_rules.extend(first.map(|(rule, (applies, conditions))| {
            let id = rule.get("id").cloned().unwrap_or_default();
            shown_entity(&id, rule, applies, detailed.then_some(conditions))
        }));
    }
    let id = policy.id.as_str().into();
    let mut shown = shown_entity(&id, &policy.members, applies, detailed.then_some(conditions));
    shown["rules"] = shown_rules.into();
    (applies, shown)
}

fn shown_entity(id: &Value, members: &Map<String, Value>, applies: Applies, conditions: Option<Vec<Value>>) -> Value {
    let name = members.get("name").cloned().unwrap_or_default();
    json!({
        "id": id, "name": name, "status": applies.name(), "conditions": conditions.unwrap_or_default(),
    })
}

/// Whether all conditions apply, and each of them.
fn conditions(members: &Map<String, Value>, sign_in: &SimulatedSignIn<'_>) -> (Applies, Vec<Value>) {
    let written = members.get("conditions").and_then(Value::as_object).into_iter().flatten();
    let each: Vec<(&str, Applies)> = written
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.as_str(), Applies::of(sign_in.meets(name, value))))
        .collect();
    let all = each.iter().map(|(_, applies)| *applies).max().unwrap_or(Applies::Yes);
    let shown = each.into_iter().map(|(name, applies)| json!({ "type": name, "status": applies.name() }));
    (all, shown.collect())
}
