//! Network zones. Okta: `/api/v1/zones`.

use serde_json::{Map, Value, json};

use super::directory::{DirectoryLifecycle, DirectoryResource, lifecycle_links};
use super::{ApiError, BodyMembers, Causes, ListStyle, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};

/// The resource.
pub const NETWORK_ZONES: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::NetworkZone,
    type_name: "NetworkZone",
    members: &[
        "type",
        "id",
        "name",
        "status",
        "usage",
        "created",
        "lastUpdated",
        "system",
        "gateways",
        "proxies",
        "locations",
        "proxyType",
        "ipServiceCategories",
        "asns",
    ],
    lifecycle: DirectoryLifecycle::ByOperationsAndReplacing,
    list: ListStyle::paged(20, 200),
    path: |zone| path(zone),
    prepare,
    links: |_, call, zone| lifecycle_links(call, &path(zone), zone),
};

fn path(zone: &DirectoryObject) -> String {
    format!("/api/v1/zones/{}", zone.id)
}

/// The members of a zone depend on its type.
fn prepare(
    change: &mut ManagementChange<'_, '_>,
    zone: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    let body = BodyMembers::of(zone);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?).to_owned();
    causes.length("name", &name, 0..=128);
    let is_other = |zone: &&DirectoryObject| known.is_none_or(|known| known.id != zone.id);
    let same_name = |zone: &DirectoryObject| zone.name() == name;
    if change.draft.objects(DirectoryKind::NetworkZone).filter(is_other).any(same_name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    let kind = causes.required("type", body.text("type")?).to_owned();
    if !kind.is_empty() && !["IP", "DYNAMIC", "DYNAMIC_V2"].contains(&kind.as_str()) {
        return Err(ApiError::not_well_formed(format!("`{kind}` is not a type of zone")));
    }
    causes.into_result()?;
    let usage = body.text("usage")?.unwrap_or("POLICY").to_owned();
    let mut put = |name: &str, value: Value| _ = zone.insert(name.to_owned(), value);
    put("usage", usage.into());
    complete(&kind, zone)
}

fn complete(kind: &str, zone: &mut Map<String, Value>) -> Result<(), ApiError> {
    let body = BodyMembers::of(zone);
    let mut completed: Vec<(&str, Value)> = Vec::new();
    match kind {
        "IP" => {
            for name in ["gateways", "proxies"] {
                let addresses = body.list(name)?.map(|list| list.iter().map(address).collect::<Result<Vec<_>, _>>());
                completed.push((name, json!(addresses.transpose()?)));
            }
        }
        "DYNAMIC" => {
            let locations = body.list("locations")?.map(|list| locations(list));
            completed.push(("locations", json!(locations)));
            completed.push(("proxyType", json!(body.text("proxyType")?)));
        }
        _ => {
            for name in ["locations", "ipServiceCategories", "asns"] {
                let sides = body.object(name)?;
                let side = |side: &str| -> Result<Value, ApiError> {
                    let list = sides.map(|sides| sides.list(side)).transpose()?.flatten().cloned().unwrap_or_default();
                    Ok(if name == "locations" { json!(locations(&list)) } else { list.into() })
                };
                completed.push((name, json!({ "include": side("include")?, "exclude": side("exclude")? })));
            }
        }
    }
    zone.extend(completed.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(())
}

/// Okta: a range of one address is shown as a range.
fn address(address: &Value) -> Result<Value, ApiError> {
    let members =
        address.as_object().ok_or_else(|| ApiError::not_well_formed("an address of a zone is not an object"))?;
    let body = BodyMembers::of(members);
    let (kind, value) = (body.text("type")?.unwrap_or("CIDR"), body.text("value")?.unwrap_or_default());
    let value = if kind == "RANGE" && !value.contains('-') { format!("{value}-{value}") } else { value.to_owned() };
    Ok(json!({ "type": kind, "value": value }))
}

/// Okta: locations without a region show it as null, and those with one come first.
fn locations(list: &[Value]) -> Vec<Value> {
    let mut shown: Vec<Value> =
        list.iter().map(|place| json!({ "country": place["country"], "region": place["region"] })).collect();
    shown.sort_by_key(|place| place["region"].is_null());
    shown
}
