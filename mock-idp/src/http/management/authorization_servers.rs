//! Authorization servers: their keys. Okta: `/api/v1/authorizationServers/{id}/credentials`.

use axum::extract::Path;
use axum::response::Response;
use mock_idp_core::management::ApiRefusal;
use serde::Deserialize;

use super::caller::Caller;
use super::respond;
use crate::http::extract::JsonBody;

const READ: &[&str] = &["okta.authorizationServers.read", "okta.authorizationServers.manage"];
const MANAGE: &[&str] = &["okta.authorizationServers.manage"];

pub(super) async fn keys(caller: Caller, Path(id): Path<String>) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(READ).await?;
        Ok(respond::ok(&call.server_keys(&*call.managed_server(&id)?).await?))
    })
    .await
}

pub(super) async fn key(caller: Caller, Path((id, kid)): Path<(String, String)>) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(READ).await?;
        Ok(respond::ok(&call.server_key(&*call.managed_server(&id)?, &kid).await?))
    })
    .await
}

#[derive(Debug, Deserialize)]
struct Rotation {
    #[serde(default, rename = "use")]
    purpose: Option<String>,
}

pub(super) async fn rotate_keys(caller: Caller, Path(id): Path<String>, body: JsonBody) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(MANAGE).await?;
        let server = call.managed_server(&id)?;
        let Rotation { purpose } = body.read()?;
        if purpose.as_deref() != Some("sig") {
            let cause = "Invalid value specified for key 'use' parameter.".to_owned();
            return Err(ApiRefusal::validation("rotateKeys", vec![cause]).into());
        }
        Ok(respond::ok(&call.rotate_keys(&server).await?))
    })
    .await
}
