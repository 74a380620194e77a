//! Bodies of answers, read up to a length.

/// Longest body, in bytes. Discovery documents, key sets and token responses are far shorter.
pub(crate) const MAX_BODY: usize = 4 * 1024 * 1024;

/// A body could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the response is longer than 4 MiB")]
    TooLong,
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// The whole body.
pub(crate) async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
