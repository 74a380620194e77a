//! The end of all that a user holds. Okta: `/oauth2/v1/global-token-revocation`.

use axum::response::Response;
use serde_json::Value;

use super::caller::Caller;
use super::respond;
use crate::http::extract::JsonBody;

const MANAGE: &[&str] = &["okta.universalLogout.manage"];

pub(super) async fn post(caller: Caller, body: JsonBody) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(MANAGE).await?;
        call.revoke_globally(&body.read::<Value>()?).await?;
        Ok(respond::no_content())
    })
    .await
}
