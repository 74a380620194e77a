//! The discovery documents.

use http::{HeaderValue, StatusCode, header};
use mock_idp_core::endpoint::discovery::{self, MetadataType};
use mock_idp_core::protocol::{ErrorId, OAuthError};

use crate::http::extract::AtServer;
use crate::http::respond::{api_error, json};
use crate::journal::Explained;
use crate::routing::{Decided, Query};

/// Okta: cacheable for a day, in both headers.
const CACHE: HeaderValue = HeaderValue::from_static("max-age=86400, must-revalidate");

pub(super) async fn openid(at: AtServer, query: Query) -> Decided {
    document(MetadataType::OpenidConfiguration, &at, &query)
}

pub(super) async fn oauth(at: AtServer, query: Query) -> Decided {
    document(MetadataType::OauthAuthorizationServer, &at, &query)
}

fn document(metadata_type: MetadataType, AtServer(call): &AtServer, Query(query): &Query) -> Decided {
    // Okta: `?client_id=` must name a client.
    if let Some(client_id) = query.get("client_id")
        && call.org.client(client_id).is_none()
    {
        let error = OAuthError::new(ErrorId::InvalidClientId, format!("no client has the id `{client_id}`"));
        let response = api_error::envelope(StatusCode::BAD_REQUEST, error.error(), &error.description(), &[]);
        return Explained::refused(response, error.reason);
    }
    let mut response = json::text(discovery::document(metadata_type, &call.server, &call.urls).to_string().into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::EXPIRES, call.instance.clock.http_dates().tomorrow);
    Explained::undecided(response)
}
