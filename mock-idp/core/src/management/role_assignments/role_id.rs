//! The ids of assigned roles.

use crate::model::RoleType;

/// Okta: the Base32 of the type without padding, except for super administrators.
pub(super) fn role_id(assignee_id: &str, kind: RoleType) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    if kind == RoleType::SuperAdmin {
        return format!("ra1{}", assignee_id.get(3..).unwrap_or_default());
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
        for (kind, expected) in [
            (RoleType::AppAdmin, "IFIFAX2BIRGUSTQ"),
            (RoleType::HelpDeskAdmin, "JBCUYUC7IRCVGS27IFCE2SKO"),
            (RoleType::UserAdmin, "KVJUKUS7IFCE2SKO"),
            (RoleType::SuperAdmin, "ra112345678901234567"),
        ] {
            assert_eq!(role_id("00u12345678901234567", kind), expected);
        }
    }
}
