//! What a run judges.

use std::sync::Arc;

use crate::issuer_target::Target;

/// The party that a run judges. The run provides all other parties of a flow.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Subject {
    /// An issuer.
    Issuer(Arc<Target>),
}
