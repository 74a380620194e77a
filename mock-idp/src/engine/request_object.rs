//! Request objects: signed parameters of a request. RFC 9101.

use mock_idp_core::endpoint::authorization::{self, AuthorizationError};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::trace::{NoteStatus, Trace};

use super::single_use::consume;
use super::{Context, remote_keys};

/// The parameters inside a request object, if there is one.
pub(super) async fn open(
    context: &Context,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<Option<Parameters>, AuthorizationError> {
    let Context { org, server, urls, .. } = context;
    let Some(sealed) = authorization::request_object(org, urls, parameters)? else { return Ok(None) };
    let fetched = remote_keys::fetch(context, sealed.key_source()).await;
    let opened = sealed.verify(org, server, urls, fetched.as_ref(), context.now)?;
    let consumed = consume(context, opened.single_use).await;
    consumed.map_err(|error| authorization::early_error(org, urls, parameters, error))?;
    trace.note(
        NoteStatus::Matched,
        "request object",
        format!("signed {}: what is inside counts", opened.signature_info),
    );
    Ok(Some(opened.parameters))
}
