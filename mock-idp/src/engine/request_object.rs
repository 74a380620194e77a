//! Request objects: signed parameters of a request. RFC 9101.

use mock_idp_core::endpoint::authorization::{self, AuthorizationError};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::trace::{NoteStatus, Trace};

use super::single_use::consume_with;
use super::{Context, remote_keys};
use crate::ledger::Batch;
use crate::outbound;

/// The request with the request object that its `request_uri` points at, if it is a URL.
pub(super) async fn fetch(
    context: &Context,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<Option<Parameters>, AuthorizationError> {
    let Context { org, server, urls, .. } = context;
    let Some(url) = authorization::object_url(org, server, urls, parameters)? else { return Ok(None) };
    let fetched = outbound::fetch(url, context.instance.networks).await;
    let fetched = fetched
        .map_err(|error| error.to_string())
        .and_then(|document| String::from_utf8(document.to_vec()).map_err(|_| "the answer is not a text".to_owned()));
    trace.note(NoteStatus::Matched, "request_uri", format!("the request object at {url} is used"));
    authorization::with_fetched_object(org, urls, parameters, fetched).map(Some)
}

/// The parameters inside a request object, if there is one. It is used up when the batch is committed.
pub(super) async fn open<'c>(
    context: &'c Context,
    parameters: &Parameters,
    batch: &mut Batch<'c>,
    trace: &mut Trace,
) -> Result<Option<Parameters>, AuthorizationError> {
    let Context { org, server, urls, .. } = context;
    let Some(sealed) = authorization::request_object(org, urls, parameters)? else {
        authorization::check_unsigned(org, server, urls, parameters)?;
        return Ok(None);
    };
    let fetched = remote_keys::fetch(context, sealed.key_source()).await;
    let opened = sealed.verify(org, server, urls, fetched.as_ref(), context.now)?;
    if let Some(value) = &opened.single_use {
        let used = consume_with(context, batch, value).await;
        used.map_err(|error| authorization::early_error(org, urls, parameters, error))?;
    }
    trace.note(
        NoteStatus::Matched,
        "request object",
        format!("signed {}: what is inside counts", opened.signature_info),
    );
    Ok(Some(opened.parameters))
}
