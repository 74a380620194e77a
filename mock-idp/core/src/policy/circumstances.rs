//! Where a sign-in comes from, as the conditions of policies on networks, platforms and expressions compare it.

use std::net::IpAddr;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::expression::{Expression, GroupView, Roots, Value};
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::moment::{Moment, RequestOrigin};
use crate::org::{Tables, zone_has_address};

/// The request and the user of a sign-in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    org: &'a Tables,
    user: &'a User,
    origin: &'a RequestOrigin,
    now: i64,
}

impl<'a> Circumstances<'a> {
    pub(super) fn new<'m: 'a>(org: &'a Tables, user: &'a User, moment: &Moment<'m>) -> Self {
        Self { org, user, origin: moment.origin, now: moment.now }
    }

    /// Why the conditions of a rule do not hold.
    pub(super) fn unmet_in(self, conditions: &Json) -> Option<String> {
        self.network(&conditions["network"])
            .or_else(|| platform_problem(self.origin, &conditions["platform"]))
            .or_else(|| self.expression(conditions.pointer("/elCondition/condition")?.as_str()?))
    }

    /// Why a condition on the network does not hold.
    pub(super) fn network(self, network: &Json) -> Option<String> {
        network_problem(self.org, self.origin.address, network)
    }

    /// Why an expression does not hold.
    fn expression(self, source: &str) -> Option<String> {
        if source.trim().is_empty() {
            return None;
        }
        let expression = match Expression::parse(source) {
            Ok(expression) => expression,
            Err(error) => return Some(format!("the mock cannot read the expression `{source}`: {error}")),
        };
        let groups: Vec<Arc<GroupView>> = self.org.group_views(self.user).cloned().collect();
        match expression.evaluate(&SignInRoots { user: self.user, groups: &groups, now: self.now }) {
            Ok(Value::Bool(true)) => None,
            Ok(_) => Some(format!("the expression `{source}` is not true")),
            Err(error) => Some(format!("the expression `{source}` cannot be evaluated: {error}")),
        }
    }
}

/// Why a condition on the network of a request from this address does not hold.
pub fn network_problem(org: &Tables, address: Option<IpAddr>, network: &Json) -> Option<String> {
    if network["connection"].as_str().is_none_or(|connection| connection == "ANYWHERE") {
        return None;
    }
    if network["connection"] != "ZONE" {
        return Some(format!("the mock does not evaluate a network that is {}", network["connection"]));
    }
    let Some(address) = address else {
        return Some("the condition on the network does not hold: the address of the client is not known".to_owned());
    };
    let name = |id: &str| org.object(DirectoryKind::NetworkZone, id).map_or(id, DirectoryObject::name).to_owned();
    let listed = |list: &str| network[list].as_array().into_iter().flatten().filter_map(Json::as_str);
    for id in listed("exclude") {
        match is_in(org, address, id) {
            Ok(false) => {}
            Ok(true) => return Some(format!("the address {address} is in the excluded zone {}", name(id))),
            Err(reason) => return Some(reason),
        }
    }
    let mut reasons = Vec::new();
    let mut has_zones = false;
    for id in listed("include") {
        has_zones = true;
        match is_in(org, address, id) {
            Ok(true) => return None,
            Ok(false) => reasons.push(format!("the address {address} is not in the zone {}", name(id))),
            Err(reason) => reasons.push(reason),
        }
    }
    has_zones.then(|| reasons.join("; "))
}

/// Why a condition on the platform of a request from here does not hold.
pub(super) fn platform_problem(origin: &RequestOrigin, platform: &Json) -> Option<String> {
    let listed = |name: &str| platform[name].as_array().into_iter().flatten();
    let names_any = |one: &Json| {
        let is_any = |value: &Json| value.as_str().is_none_or(|value| value == "ANY");
        is_any(&one["type"]) && is_any(&one["os"]["type"])
    };
    if let Some(unread) = listed("include").chain(listed("exclude")).find(|one| has_version(one)) {
        return Some(format!("the mock does not evaluate versions of platforms: {unread}"));
    }
    let includes_all = listed("include").next().is_none() || listed("include").any(names_any);
    if includes_all && listed("exclude").next().is_none() {
        return None;
    }
    if origin.address.is_none() {
        return Some("the condition on the platform does not hold: the client is not known".to_owned());
    }
    let own = Platform::of(origin.user_agent.as_deref().unwrap_or_default());
    let described = format!("the user agent is {} {}", own.device, own.system);
    if listed("exclude").any(|one| own.is(one)) {
        return Some(format!("{described}, which is excluded"));
    }
    let included = includes_all || listed("include").any(|one| own.is(one));
    (!included).then(|| format!("{described}, which is not included"))
}

/// Whether an address is in a zone; the error says why it is not known.
fn is_in(org: &Tables, address: IpAddr, id: &str) -> Result<bool, String> {
    // Okta: all zones that are lists of addresses.
    if id == "ALL_ZONES" {
        let zones = org.objects(DirectoryKind::NetworkZone);
        return Ok(zones.filter(|zone| zone.is_active()).any(|zone| zone_has_address(zone, address)));
    }
    let Some(zone) = org.object(DirectoryKind::NetworkZone, id).filter(|zone| zone.is_active()) else {
        return Ok(false);
    };
    if zone.text("type") != Some("IP") {
        return Err(format!("the mock does not evaluate the zone {}: it knows no locations", zone.name()));
    }
    Ok(zone_has_address(zone, address))
}

/// A platform with an expression or a version.
fn has_version(platform: &Json) -> bool {
    let os = &platform["os"];
    let has_expression = os["expression"].as_str().is_some_and(|expression| !expression.is_empty());
    has_expression || os.get("version").is_some_and(|version| !version.is_null())
}

/// What a user agent runs on. Okta: `PolicyPlatformType` and `PolicyPlatformOperatingSystemType`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Platform {
    device: &'static str,
    system: &'static str,
}

impl Platform {
    fn of(user_agent: &str) -> Self {
        let known = [
            ("iPhone", "MOBILE", "IOS"),
            ("iPad", "MOBILE", "IOS"),
            ("Android", "MOBILE", "ANDROID"),
            ("Windows", "DESKTOP", "WINDOWS"),
            ("CrOS", "DESKTOP", "CHROMEOS"),
            ("Macintosh", "DESKTOP", "MACOS"),
            ("Linux", "DESKTOP", "OTHER"),
        ];
        let found = known.into_iter().find(|(mark, ..)| user_agent.contains(mark));
        found.map_or(Self { device: "OTHER", system: "OTHER" }, |(_, device, system)| Self { device, system })
    }

    /// Whether a member of a condition covers it. Okta: `OSX` is the former name of `MACOS`.
    fn is(self, listed: &Json) -> bool {
        let covers = |value: &Json, own: &str| {
            value.as_str().is_none_or(|value| value == "ANY" || value == own || (value == "OSX" && own == "MACOS"))
        };
        covers(&listed["type"], self.device) && covers(&listed["os"]["type"], self.system)
    }
}

/// What the expression of a rule can read: the user, and the risk, which is low here.
struct SignInRoots<'a> {
    user: &'a User,
    groups: &'a [Arc<GroupView>],
    now: i64,
}

impl Roots for SignInRoots<'_> {
    fn root(&self, name: &str) -> Option<Value> {
        match name {
            "user" => {
                let mut user = Value::from(serde_json::to_value(&self.user.profile).unwrap_or(Json::Null));
                if let Value::Map(members) = &mut user {
                    members.insert("id".to_owned(), self.user.id.as_str().into());
                    members.insert("status".to_owned(), self.user.status.name().into());
                }
                Some(user)
            }
            "security" => {
                let risk = IndexMap::from([("level".to_owned(), Value::from("LOW"))]);
                Some(Value::Map(IndexMap::from([("risk".to_owned(), Value::Map(risk))])))
            }
            _ => None,
        }
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        self.groups
    }

    fn internal_property(&self, name: &str) -> Option<Value> {
        match name {
            "id" => Some(self.user.id.as_str().into()),
            "status" => Some(self.user.status.name().into()),
            other => self.user.times().into_iter().find(|(known, _)| *known == other)?.1.map(Value::from),
        }
    }

    fn now(&self) -> i64 {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn user_agents_differ_in_device_and_system() {
        for (user_agent, device, system) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "DESKTOP", "WINDOWS"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "DESKTOP", "MACOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", "MOBILE", "IOS"),
            ("Mozilla/5.0 (Linux; Android 14; Pixel 8)", "MOBILE", "ANDROID"),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", "DESKTOP", "CHROMEOS"),
            ("Mozilla/5.0 (X11; Linux x86_64)", "DESKTOP", "OTHER"),
            ("curl/8.5", "OTHER", "OTHER"),
        ] {
            assert_eq!(Platform::of(user_agent), Platform { device, system }, "{user_agent}");
        }
        let mac = Platform::of("Macintosh");
        assert!(mac.is(&json!({ "type": "DESKTOP", "os": { "type": "OSX" } })));
        assert!(mac.is(&json!({ "type": "ANY", "os": { "type": "ANY" } })));
        assert!(!mac.is(&json!({ "type": "MOBILE", "os": { "type": "ANY" } })));
        assert!(!mac.is(&json!({ "type": "DESKTOP", "os": { "type": "WINDOWS" } })));
    }
}
