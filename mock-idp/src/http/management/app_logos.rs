//! Logos of apps. Okta: `POST /api/v1/apps/{id}/logo`.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use mock_idp_core::management::apps::{self, logo};
use mock_idp_core::management::{ApiError, ApiErrorId};

use super::rows::row;
use crate::engine::Management;
use crate::http::extract::UploadedFile;
use crate::routing::{Access, At, PathParameters, RateClass, Readers, Route, handler};

/// Scripts in an SVG image must not run.
const IMAGE_HEADERS: [(HeaderName, HeaderValue); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::POST, &["/api/v1/apps/{id}/logo"], &["okta.apps.manage"], handler!(upload)),
    Route {
        method: Method::GET,
        paths: &["/fs/bco/4/{logo}"],
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(image),
    },
];

/// Okta: 201 without a body.
async fn upload(call: Management, path: PathParameters, file: UploadedFile) -> Result<Response, ApiError> {
    let id = path.get("id");
    call.read(|org, _| apps::find(org, &id).map(|_| ()))?;
    let file = file.read("file").await?;
    let location = call.change(|change| logo::replace(change, &id, file.as_deref()))?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)]).into_response())
}

async fn image(At(address): At, path: PathParameters) -> Result<Response, ApiError> {
    let org = address.org.org();
    let image = logo::image(&org, &path.get("logo")).ok_or_else(|| ApiError::new(ApiErrorId::PathNotFound, ""))?;
    let media_type = [(header::CONTENT_TYPE, image.media_type)];
    Ok((media_type, IMAGE_HEADERS, image.bytes).into_response())
}
