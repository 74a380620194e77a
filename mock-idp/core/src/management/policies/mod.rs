//! Policies of the org and their rules. Okta: Policies API, `/api/v1/policies`. Access policies of authorization servers are not
//! among them.

mod complete;
mod enrollment;
mod lookup;
mod operations;
mod priorities;
mod record;
mod rules;
mod simulate;
mod types;
mod view;

pub use enrollment::{enroll, enrolling};
pub use lookup::{default_policy, policy_type};
pub use operations::{
    apps, clone, create, get, list, mapping, mappings, refuse_mapping, remove, remove_mapping, replace, set_status,
};
pub use rules::{create_rule, get_rule, list_rules, remove_rule, replace_rule, set_rule_status};
pub use simulate::simulate;
