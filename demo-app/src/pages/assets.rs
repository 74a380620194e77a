//! The embedded stylesheet, icon and script.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Assets::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let digest = file.metadata.sha256_hash();
    let tag: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let same = headers.get(IF_NONE_MATCH).is_some_and(|sent| sent == tag.as_str());
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { file.data.into_owned().into_response() };
    let map = response.headers_mut();
    map.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // Revalidated on each use, so that a rebuilt app shows its new assets.
    map.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        map.insert(ETAG, tag);
    }
    response
}
