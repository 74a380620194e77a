//! The table.

mod callback;
mod discovery;
mod endpoints;
mod fapi2;
mod harmless;
mod id_token;
mod keys;
mod logout;
mod refusal;
mod registration;
mod token;
mod userinfo;

use super::row::Row;

/// The plain sign-in of the basic plan.
const SERVER: &str = "basic.oidcc-server";

pub(super) fn all() -> Vec<Row> {
    [
        callback::rows(),
        discovery::rows(),
        endpoints::rows(),
        fapi2::rows(),
        fapi2::harmless_rows(),
        harmless::rows(),
        id_token::rows(),
        keys::rows(),
        logout::rows(),
        logout::token_rows(),
        refusal::rows(),
        registration::rows(),
        token::rows(),
        userinfo::rows(),
    ]
    .concat()
}
