//! What the routes of the API share.

use std::sync::Arc;

use super::store::Store;
use crate::clock::Clock;
use crate::config::Settings;
use crate::token::keys::KeyCache;

/// The state of the API's routes.
#[derive(Clone, Debug)]
pub(crate) struct ResourceServer {
    pub(super) settings: Arc<Settings>,
    pub(super) keys: Arc<KeyCache>,
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<Clock>,
}

impl ResourceServer {
    pub(crate) fn new(settings: Arc<Settings>, keys: Arc<KeyCache>, clock: Arc<Clock>) -> Self {
        Self { settings, keys, store: Arc::new(Store::seeded()), clock }
    }
}
