//! The key set.

use http::{HeaderValue, header};

use crate::http::extract::AtServer;
use crate::http::respond::{json, oauth_error};
use crate::journal::Explained;
use crate::routing::Decided;

/// Okta: cacheable until the next planned rotation. Without a planned one: the documented sample, about 44 days.
const UNPLANNED: i64 = 3_832_304;

pub(super) async fn get(AtServer(call): AtServer) -> Decided {
    match call.instance.key_set(&call.server).await {
        Ok((document, seconds)) => {
            let mut response = json::text(document);
            let cache = format!("max-age={}, must-revalidate", seconds.unwrap_or(UNPLANNED));
            if let Ok(cache) = HeaderValue::from_str(&cache) {
                response.headers_mut().insert(header::CACHE_CONTROL, cache);
            }
            Explained::undecided(response)
        }
        Err(error) => Explained::refused(oauth_error::render(&error), error.to_string()),
    }
}
