//! The rows of the control API.

use http::Method;

use super::handler::handler;
use super::{assets, ciba, clock, consents, console, explain, faults, keys, redirect_uris, requests, server, unlock};
use crate::routing::{Access, Handler, RateClass, Readers, Route};

/// A row of the control API: neither counted, nor shared with other origins, nor recorded.
const fn route(method: Method, paths: &'static [&'static str], access: Access, handler: Handler) -> Route {
    Route { method, paths, access, rate: RateClass::Unlimited, readers: Readers::SameOrigin, secrets: &[], handler }
}

const CONTROL: Access = Access::Control;

pub(super) static ROUTES: &[Route] = &[
    route(Method::GET, &["/_mock/info"], CONTROL, handler!(server::info)),
    route(Method::GET, &["/_mock/ciba"], CONTROL, handler!(ciba::list)),
    route(Method::POST, &["/_mock/ciba"], CONTROL, handler!(ciba::decide)),
    route(Method::GET, &["/_mock/clock"], CONTROL, handler!(clock::show)),
    route(Method::POST, &["/_mock/clock"], CONTROL, handler!(clock::change)),
    route(Method::GET, &["/_mock/faults"], CONTROL, handler!(faults::list)),
    route(Method::POST, &["/_mock/faults"], CONTROL, handler!(faults::add)),
    route(Method::DELETE, &["/_mock/faults"], CONTROL, handler!(faults::clear)),
    route(Method::GET, &["/_mock/consents"], CONTROL, handler!(consents::list)),
    route(Method::DELETE, &["/_mock/consents"], CONTROL, handler!(consents::revoke)),
    route(Method::GET, &["/_mock/explain"], CONTROL, handler!(explain::get)),
    route(Method::POST, &["/_mock/explain"], CONTROL, handler!(explain::post)),
    route(Method::GET, &["/_mock/keys"], CONTROL, handler!(keys::show)),
    route(Method::POST, &["/_mock/keys/rotate"], CONTROL, handler!(keys::rotate)),
    route(Method::GET, &["/", "/console", "/_mock/console"], CONTROL, handler!(console::start)),
    route(Method::GET, &["/_mock/console/preview"], CONTROL, handler!(console::preview_page)),
    route(Method::GET, &["/_mock/console/requests"], CONTROL, handler!(console::requests)),
    route(Method::GET, &["/_mock/console/requests/{request_id}"], CONTROL, handler!(console::request)),
    route(Method::POST, &["/_mock/redirect-uris"], CONTROL, handler!(redirect_uris::add)),
    route(Method::GET, &["/_mock/requests"], CONTROL, handler!(requests::latest)),
    route(Method::GET, &["/_mock/requests/{request_id}"], CONTROL, handler!(requests::one)),
    route(Method::POST, &["/_mock/reset"], CONTROL, handler!(server::reset)),
    route(Method::POST, &["/_mock/unlock"], CONTROL, handler!(unlock::post)),
    // Open to every client that can connect: what runs here, its certificate authority, and the files of its pages.
    route(Method::GET, &["/healthz"], Access::AnyHost, handler!(server::healthz)),
    route(Method::GET, &["/readyz"], Access::AnyHost, handler!(server::readyz)),
    route(Method::GET, &["/_mock/ca.pem"], Access::Public, handler!(server::ca_certificate)),
    route(Method::GET, &["/_mock/assets/{name}"], Access::Public, handler!(assets::get)),
];
