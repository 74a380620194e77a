//! `/_mock/env`: the settings of an app that uses the org.

use std::collections::BTreeMap;

use axum::Json;

use crate::environment::{Environment, OrgAddress};
use crate::routing::At;

pub(super) async fn env(At(address): At) -> Json<BTreeMap<String, String>> {
    let document = address.org.org().to_document();
    let at = OrgAddress { base: &address.issuer_base, ca: address.settings.ca_path.clone() };
    let environment = Environment::new(&document, &at);
    Json(environment.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
