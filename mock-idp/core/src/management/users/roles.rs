//! Standard roles of users. Okta: `/api/v1/users/{id}/roles`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, ApiErrorId, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{AdminRole, RoleType, User};
use crate::org::Tables;

/// # Errors
/// There is no such user.
pub fn list_roles(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Vec<Value>, ApiError> {
    let user = find(org, call, name)?;
    Ok(user.roles.iter().map(|role| show(call, user, role)).collect())
}

/// # Errors
/// There is no such user, or no such role of it.
pub fn role(org: &Tables, call: ManagementCall<'_>, name: &str, role_id: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    let role = user.roles.iter().find(|role| id(user, role.kind) == role_id);
    role.map(|role| show(call, user, role)).ok_or_else(|| ApiError::not_found(role_id, "RoleAssignment"))
}

/// # Errors
/// There is no such user, no such role, or the user has it.
pub fn assign_role(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let written = BodyMembers::of(body).text("type")?.unwrap_or_default();
    let Some(kind) = RoleType::named(written) else {
        return Err(ApiError::not_well_formed(format!("`{written}` is no standard role")));
    };
    if user.has_role(kind) {
        return Err(ApiError::new(ApiErrorId::RoleAssigned, format!("{} has {}", user.profile.login, kind.name())));
    }
    let role = AdminRole { kind, created: Some(change.now()) };
    let shown = show(change.call, &user, &role);
    user.roles.push(role);
    change.draft.put_user(user);
    Ok(shown)
}

/// # Errors
/// There is no such user, or no such role of it.
pub fn unassign_role(change: &mut ManagementChange<'_, '_>, name: &str, role_id: &str) -> Result<(), ApiError> {
    let mut user = find(change.draft, change.call, name)?.clone();
    let Some(place) = user.roles.iter().position(|role| id(&user, role.kind) == role_id) else {
        return Err(ApiError::not_found(role_id, "RoleAssignment"));
    };
    user.roles.remove(place);
    change.draft.put_user(user);
    Ok(())
}

fn show(call: ManagementCall<'_>, user: &User, role: &AdminRole) -> Value {
    let created = role.created.as_ref().or(user.created.as_ref());
    json!({
        "id": id(user, role.kind),
        "label": role.kind.label(),
        "type": role.kind.name(),
        "status": "ACTIVE",
        "created": created,
        "lastUpdated": created,
        "assignmentType": "USER",
        "_links": { "assignee": { "href": format!("{}/api/v1/users/{}", call.base(), user.id) } },
    })
}

/// Okta: the Base32 of the type without padding, except for super administrators.
fn id(user: &User, kind: RoleType) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    if kind == RoleType::SuperAdmin {
        return format!("ra1{}", user.id.get(3..).unwrap_or_default());
    }
    let (mut id, mut bits, mut held) = (String::new(), 0_u32, 0);
    for byte in kind.name().bytes() {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            id.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        id.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_roles_are_the_base32_of_their_types() {
        let user = User { id: "00u12345678901234567".to_owned(), ..User::default() };
        for (kind, expected) in [
            (RoleType::AppAdmin, "IFIFAX2BIRGUSTQ"),
            (RoleType::HelpDeskAdmin, "JBCUYUC7IRCVGS27IFCE2SKO"),
            (RoleType::UserAdmin, "KVJUKUS7IFCE2SKO"),
            (RoleType::SuperAdmin, "ra112345678901234567"),
        ] {
            assert_eq!(id(&user, kind), expected);
        }
    }
}
