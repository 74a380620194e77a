//! The org: an immutable snapshot of what an administrator wrote, with everything prepared for deciding.

mod api_scopes;
mod compile;
mod complete;
mod defaults;
mod differences;
mod document;
mod draft;
mod found_problem;
mod fresh;
mod import;
mod merge;
mod network_zones;
mod picker;
mod problem;
mod records;
mod references;
mod rows;
mod server;
mod servers;
mod snapshot;
mod table;
mod tables;
mod touched;
mod unknown_client;
mod urls;
mod validate;
mod yaml;

pub use api_scopes::API_SCOPES;
pub(crate) use compile::{built_in_claims, built_in_scopes};
pub(crate) use defaults::{derived_id, fresh_servers};
pub use differences::{Difference, ObjectDifference};
pub use document::{
    Document, EventHookVerification, OrgFeatures, OrgIdentity, RateLimits, Settings, SignInForm, SignInPageSettings,
    json_schema,
};
pub use draft::Draft;
pub(crate) use fresh::{access_catch_all, app_user_schema, default_session_policy, enrollment_catch_all};
pub(crate) use import::CREATED;
pub use network_zones::zone_has_address;
pub use picker::PickerUser;
pub use problem::{Problem, Problems};
pub(crate) use references::is_word;
pub use rows::{RowChange, StoredRow};
pub use server::{ClaimValue, CompiledClaim, CompiledPolicy, CompiledRule, CompiledServer, GroupFilter, ServerKind};
pub use snapshot::Org;
pub use table::Times;
pub use tables::Tables;
pub use urls::Urls;
pub use yaml::locate;
