//! A slash at the end of an API's path. Okta: it changes nothing; its Python SDK sends one before each query.

use http::Uri;
use http::uri::PathAndQuery;

/// The address without it.
pub(crate) fn strip(uri: Uri) -> Uri {
    let of_api = |path: &str| path.starts_with("/api/v1/") || path.starts_with("/oauth2/v1/clients/");
    let Some(path) = uri.path().strip_suffix('/').filter(|_| of_api(uri.path())) else { return uri };
    let target = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    target.map_or(uri, Uri::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apis_lose_theirs() {
        let stripped = |uri: &'static str| strip(Uri::from_static(uri)).to_string();
        assert_eq!(stripped("/api/v1/authn/"), "/api/v1/authn");
        assert_eq!(stripped("/oauth2/v1/clients/?limit=1"), "/oauth2/v1/clients?limit=1");
        for whole in ["/", "/oauth2/v1/token/", "/oauth2/v1/clients/0oa?q=/", "/api/v1/authn"] {
            assert_eq!(stripped(whole), whole);
        }
    }
}
