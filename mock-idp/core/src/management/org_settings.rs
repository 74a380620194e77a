//! Settings of the org itself. Okta: `/api/v1/org`, `/api/v1/org/contacts`, `/api/v1/org/preferences`, `/api/v1/org/privacy`.

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, RoleType};
use crate::moment::timestamp;
use crate::org::{CREATED, Tables};

const KIND: DirectoryKind = DirectoryKind::OrgSetting;

/// The members that an administrator may change, in their order in answers. Texts of the first group are empty by default, others null.
const EMPTY: [&str; 3] = ["phoneNumber", "endUserSupportHelpURL", "supportPhoneNumber"];
const ABSENT: [&str; 6] = ["address1", "address2", "city", "state", "country", "postalCode"];

/// Answers a request for the org.
#[must_use]
pub fn org(org: &Tables, call: ManagementCall<'_>) -> Value {
    let set = members(org, "org");
    let identity = org.identity();
    let text = |name: &str, default: Value| set.get(name).cloned().unwrap_or(default);
    let mut shown = json!({
        "id": identity.id,
        "subdomain": identity.subdomain,
        "companyName": text("companyName", identity.name.as_str().into()),
        "status": "ACTIVE",
        "expiresAt": null,
        "created": timestamp(CREATED),
        "lastUpdated": text("lastUpdated", timestamp(CREATED).into()),
        "website": text("website", "https://developer.okta.com".into()),
    });
    for name in EMPTY {
        shown[name] = text(name, "".into());
    }
    for name in ABSENT {
        shown[name] = text(name, Value::Null);
    }
    let links = Links::at(call.base())
        .bare("preferences", "/api/v1/org/preferences")
        .allowing("uploadLogo", "/api/v1/org/logo", &["POST"])
        .bare("oktaCommunication", "/api/v1/org/privacy/oktaCommunication")
        .with("logo", json!({ "href": LOGO }))
        .bare("oktaSupport", "/api/v1/org/privacy/oktaSupport")
        .bare("contacts", "/api/v1/org/contacts");
    shown["_links"] = links.into_value();
    shown
}

/// Okta: the logo of an org that has none.
const LOGO: &str = "https://op3static.oktacdn.com/assets/img/logos/okta-logo.47066819ac7db5c13f4c431b2687cef6.png";

/// Changes settings of the org. Okta: `POST` keeps what is not sent, `PUT` does not. Members that are computed are ignored.
///
/// # Errors
/// The body is not valid.
pub fn set_org(
    change: &mut ManagementChange<'_, '_>,
    body: &Map<String, Value>,
    merge: bool,
) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let mut set = if merge { members(change.draft, "org") } else { Map::new() };
    let mut causes = Causes::default();
    for name in ["companyName", "website"].into_iter().chain(EMPTY).chain(ABSENT) {
        let text = body.text(name)?;
        if name == "companyName" && (text.is_some_and(|text| text.trim().is_empty()) || (!merge && text.is_none())) {
            causes.add(name, "The field cannot be left blank");
        }
        match text {
            Some(text) => _ = set.insert(name.to_owned(), text.into()),
            None if body.contains(name) => _ = set.shift_remove(name),
            None => {}
        }
    }
    causes.into_result()?;
    set.insert("lastUpdated".to_owned(), change.now().into());
    put(change, "org", set);
    Ok(org(change.draft, change.call))
}

/// Answers a request for the kinds of contacts.
#[must_use]
pub fn contacts(call: ManagementCall<'_>) -> Vec<Value> {
    let contact = |kind: &str| {
        let name = kind.to_lowercase();
        let links = Links::at(call.base()).bare(&name, &format!("/api/v1/org/contacts/{name}"));
        json!({ "contactType": kind, "_links": links.in_order() })
    };
    CONTACTS.iter().map(|kind| contact(kind)).collect()
}

const CONTACTS: [&str; 2] = ["BILLING", "TECHNICAL"];

/// Answers a request for a contact. Okta: the first administrator, until it is changed.
///
/// # Errors
/// There is no such kind of contact.
pub fn contact(org: &Tables, call: ManagementCall<'_>, kind: &str) -> Result<Value, ApiError> {
    let set = members(org, &contact_name(kind)?);
    let known = set.get("userId").and_then(Value::as_str).filter(|id| org.user(id).is_some());
    let first = || org.users().find(|user| user.has_role(RoleType::SuperAdmin)).map(|user| user.id.as_str());
    Ok(show_contact(call, known.or_else(first)))
}

/// # Errors
/// There is no such kind of contact, or no such user.
pub fn set_contact(
    change: &mut ManagementChange<'_, '_>,
    kind: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let name = contact_name(kind)?;
    let mut causes = Causes::default();
    let user_id = causes.required("userId", BodyMembers::of(body).text("userId")?);
    causes.into_result()?;
    let user = change.draft.user(user_id).ok_or_else(|| ApiError::not_found(user_id, "User"))?;
    let id = user.id.clone();
    put(change, &name, [("userId".to_owned(), Value::from(id.as_str()))].into_iter().collect());
    Ok(show_contact(change.call, Some(&id)))
}

fn contact_name(kind: &str) -> Result<String, ApiError> {
    let known = CONTACTS.iter().find(|known| known.eq_ignore_ascii_case(kind));
    known.map(|known| format!("contact {known}")).ok_or_else(|| ApiError::not_found(kind, "OrgContactType"))
}

fn show_contact(call: ManagementCall<'_>, user_id: Option<&str>) -> Value {
    let mut links = Links::at(call.base());
    if let Some(id) = user_id {
        links = links.bare("user", &format!("/api/v1/users/{id}"));
    }
    json!({ "userId": user_id, "_links": links.in_order() })
}

/// A setting that is on or off, with an operation for each.
#[derive(Debug)]
pub struct OrgSwitch {
    /// The path of the setting.
    pub path: &'static str,
    /// Its member in answers.
    pub member: &'static str,
    pub default: bool,
    /// The operation that sets it to true, and the one that sets it to false.
    pub operations: [&'static str; 2],
}

/// Whether the dashboard has a footer.
pub static FOOTER: OrgSwitch = OrgSwitch {
    path: "/api/v1/org/preferences",
    member: "showEndUserFooter",
    default: true,
    operations: ["showEndUserFooter", "hideEndUserFooter"],
};

/// Whether the org's users get no mails of Okta.
pub static COMMUNICATION: OrgSwitch = OrgSwitch {
    path: "/api/v1/org/privacy/oktaCommunication",
    member: "optOutEmailUsers",
    default: true,
    operations: ["optOut", "optIn"],
};

/// Answers a request for a setting that is on or off.
#[must_use]
pub fn switch(org: &Tables, call: ManagementCall<'_>, switch: &OrgSwitch) -> Value {
    let set = members(org, switch.member);
    let on = set.get("on").and_then(Value::as_bool).unwrap_or(switch.default);
    let operation = switch.operations[usize::from(on)];
    let links = Links::at(call.base()).allowing(operation, &format!("{}/{operation}", switch.path), &["POST"]);
    json!({ switch.member: on, "_links": links.in_order() })
}

/// Sets a setting that is on or off.
pub fn set_switch(change: &mut ManagementChange<'_, '_>, wanted: &OrgSwitch, on: bool) -> Value {
    put(change, wanted.member, [("on".to_owned(), Value::from(on))].into_iter().collect());
    switch(change.draft, change.call, wanted)
}

/// A setting that is on or off and is sent as a whole.
#[derive(Debug)]
pub struct OrgFlag {
    /// Its member in bodies and answers.
    pub member: &'static str,
    pub default: bool,
}

/// Whether a new client is a super administrator.
pub static CLIENT_PRIVILEGES: OrgFlag = OrgFlag { member: "clientPrivilegesSetting", default: false };

/// Whether a new administrator gets the app of the Admin Console.
pub static ADMIN_APP: OrgFlag = OrgFlag { member: "autoAssignAdminAppSetting", default: false };

/// Whether administrators of other companies are treated as such.
pub static THIRD_PARTY_ADMIN: OrgFlag = OrgFlag { member: "thirdPartyAdmin", default: false };

/// Answers a request for such a setting.
#[must_use]
pub fn flag(org: &Tables, flag: &OrgFlag) -> Value {
    json!({ flag.member: is_on(org, flag) })
}

/// Whether such a setting is on.
#[must_use]
pub fn is_on(org: &Tables, flag: &OrgFlag) -> bool {
    members(org, flag.member).get("on").and_then(Value::as_bool).unwrap_or(flag.default)
}

/// Sets such a setting. A body without it changes nothing.
///
/// # Errors
/// The body is not valid.
pub fn set_flag(
    change: &mut ManagementChange<'_, '_>,
    wanted: &OrgFlag,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    if let Some(on) = BodyMembers::of(body).boolean(wanted.member)? {
        put(change, wanted.member, [("on".to_owned(), Value::from(on))].into_iter().collect());
    }
    Ok(flag(change.draft, wanted))
}

/// Where the access of Okta's support is kept.
const SUPPORT: &str = "oktaSupport";

/// Answers a request for the access of Okta's support. There is no support here that would use it.
#[must_use]
pub fn support(org: &Tables, call: ManagementCall<'_>) -> Value {
    let path = |operation: &str| format!("/api/v1/org/privacy/oktaSupport/{operation}");
    let links = |operations: &[&str]| {
        let links = Links::at(call.base());
        operations.iter().fold(links, |links, name| links.allowing(name, &path(name), &["POST"])).in_order()
    };
    match support_end(org, call.now) {
        Some(end) => {
            json!({ "support": "ENABLED", "expiration": timestamp(end), "_links": links(&["extend", "revoke"]) })
        }
        None => json!({ "support": "DISABLED", "expiration": null, "_links": links(&["grant"]) }),
    }
}

/// When the access of Okta's support ends, if there is one now.
fn support_end(org: &Tables, now: i64) -> Option<i64> {
    members(org, SUPPORT).get("end").and_then(Value::as_i64).filter(|end| *end > now)
}

/// What happens to the access of Okta's support.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SupportChange {
    /// Okta: for eight hours.
    Grant,
    /// Okta: by 24 hours.
    Extend,
    Revoke,
}

/// Changes the access of Okta's support.
///
/// # Errors
/// There is no access that could be extended.
pub fn change_support(change: &mut ManagementChange<'_, '_>, wanted: SupportChange) -> Result<Value, ApiError> {
    let now = change.moment.now;
    let end = match wanted {
        SupportChange::Grant => now + 8 * 3600,
        SupportChange::Extend => {
            let end = support_end(change.draft, now);
            end.ok_or_else(|| ApiError::access_denied("Okta's support has no access"))? + 24 * 3600
        }
        SupportChange::Revoke => now,
    };
    put(change, SUPPORT, [("end".to_owned(), Value::from(end))].into_iter().collect());
    Ok(support(change.draft, change.call))
}

fn members(org: &Tables, name: &str) -> Map<String, Value> {
    org.object(KIND, name).map(|set| set.members.clone()).unwrap_or_default()
}

fn put(change: &mut ManagementChange<'_, '_>, name: &str, members: Map<String, Value>) {
    change.draft.put_object(KIND, DirectoryObject { id: name.to_owned(), owner: String::new(), members });
}
