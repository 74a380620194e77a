//! Which variants a module is run in.

use super::plan::{ResponseType, Variant};

pub(in crate::scenario) const fn in_every_flow(variant: Variant) -> bool {
    matches!(variant, Variant::Flow { .. })
}

pub(in crate::scenario) const fn with_code(variant: Variant) -> bool {
    in_every_flow(variant) && variant.response_type().has_code()
}

pub(in crate::scenario) const fn with_access(variant: Variant) -> bool {
    in_every_flow(variant) && variant.response_type().gives_access()
}

pub(in crate::scenario) const fn in_basic(variant: Variant) -> bool {
    matches!(variant, Variant::Flow { response_type: ResponseType::Code, .. })
}

/// In the first run of the hybrid plan only, as in the suite.
pub(in crate::scenario) const fn in_basic_and_first_hybrid(variant: Variant) -> bool {
    let kind = variant.response_type();
    in_every_flow(variant) && matches!(kind, ResponseType::Code | ResponseType::CodeIdToken)
}

/// In the first run of the hybrid plan, and in both of the implicit plan.
pub(in crate::scenario) const fn but_later_hybrid(variant: Variant) -> bool {
    let kind = variant.response_type();
    in_every_flow(variant) && !matches!(kind, ResponseType::CodeToken | ResponseType::CodeIdTokenToken)
}

/// Once a plan.
pub(in crate::scenario) const fn once(variant: Variant) -> bool {
    let kind = variant.response_type();
    let one = matches!(kind, ResponseType::Code | ResponseType::IdTokenToken | ResponseType::CodeIdToken);
    in_every_flow(variant) && one
}

/// OIDC Core 3.2.2.1 and 3.3.2.11: an ID token in the front channel needs a nonce.
pub(in crate::scenario) const fn needing_nonce(variant: Variant) -> bool {
    in_every_flow(variant) && variant.response_type().has_id_token()
}

pub(in crate::scenario) const fn not_needing_nonce(variant: Variant) -> bool {
    in_every_flow(variant) && !variant.response_type().has_id_token()
}

pub(in crate::scenario) const fn in_config(variant: Variant) -> bool {
    matches!(variant, Variant::Config)
}

pub(in crate::scenario) const fn in_dynamic(variant: Variant) -> bool {
    matches!(variant, Variant::Dynamic)
}

pub(in crate::scenario) const fn in_session_management(variant: Variant) -> bool {
    matches!(variant, Variant::SessionManagement)
}

pub(in crate::scenario) const fn in_third_party_login(variant: Variant) -> bool {
    matches!(variant, Variant::ThirdPartyLogin)
}

pub(in crate::scenario) const fn in_front_channel(variant: Variant) -> bool {
    matches!(variant, Variant::FrontChannel)
}

pub(in crate::scenario) const fn in_back_channel(variant: Variant) -> bool {
    matches!(variant, Variant::BackChannel)
}

pub(in crate::scenario) const fn in_logout(variant: Variant) -> bool {
    matches!(variant, Variant::Logout)
}

pub(in crate::scenario) const fn in_fapi2(variant: Variant) -> bool {
    matches!(variant, Variant::Fapi2 { .. })
}

/// Where requests are signed.
pub(in crate::scenario) const fn in_message_signing(variant: Variant) -> bool {
    matches!(variant, Variant::Fapi2 { signed: true })
}
