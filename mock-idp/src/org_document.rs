//! Org documents in tests: the tokens that they give, without a running mock.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{BadParameter, Circumstances, NoSnapshot, Question, Snapshot, TokenCase};

use crate::org_source::OrgSource;
use crate::preview::preview;
use crate::start_error::StartError;

/// An org document, for tests of the tokens that it gives. No mock runs.
///
/// With [insta](https://insta.rs) a test fails when a change of the document changes the token:
///
/// ```
/// use mock_idp::OrgDocument;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("org-document-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let okta_yaml = folder.join("okta.yaml");
/// # std::fs::write(&okta_yaml, mock_idp::BUILT_IN_ORG)?;
/// let org = OrgDocument::read(okta_yaml)?;
/// let snapshot = org.preview([("client", "Market demo"), ("user", "buyer"), ("scope", "openid products:read")])?;
/// insta::assert_json_snapshot!(snapshot.result["token"]["access_token"]["payload"], @r#"
/// {
///   "ver": 1,
///   "jti": "[jti AT]",
///   "iss": "[base]/oauth2/default",
///   "aud": "api://default",
///   "iat": "[epoch]",
///   "exp": "[iat + 3600]",
///   "cid": "0oamarketweb000005d7",
///   "uid": "00ubuyer0000000005d7",
///   "scp": [
///     "openid",
///     "products:read"
///   ],
///   "auth_time": "[epoch]",
///   "sub": "buyer@example.test",
///   "feature_access": [
///     "basic"
///   ],
///   "market_role": "shopper"
/// }
/// "#);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OrgDocument {
    org: Arc<Org>,
}

/// Why a preview has no snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// A parameter is unknown, or names what the org does not have.
    #[error(transparent)]
    Parameter(#[from] BadParameter),
    /// The client gets no answer: there is an error page, the sign-in fails, or the user is asked.
    #[error("the client gets no answer: {}", .0.reason)]
    NoAnswer(NoSnapshot),
    /// The system gives no thread.
    #[error(transparent)]
    Thread(#[from] io::Error),
}

impl OrgDocument {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is not an org document.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, StartError> {
        Ok(Self { org: Arc::new(OrgSource::read(path.as_ref())?.org()?) })
    }

    /// Reads a text.
    ///
    /// # Errors
    /// It is not an org document.
    pub fn parse(yaml: &str) -> Result<Self, StartError> {
        Ok(Self { org: Arc::new(OrgSource::text("the org document", yaml).org()?) })
    }

    /// The result of a token request, in the form of the files of `mock-idp snapshot`. The parameters are those of `mock-idp token`:
    /// `client`, `user`, `scope`, `grant`, `server` and others, with the names of the org.
    ///
    /// It waits for the result, in an async test too.
    ///
    /// # Errors
    /// A wrong parameter; a request in which the client gets no answer.
    pub fn preview<'p>(
        &self,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Snapshot, PreviewError> {
        /// A time like any other: a snapshot has none.
        const NOW: i64 = 1_800_000_000;
        let question = Question::read(&self.org, parameters)?;
        let urls = Urls::at("http://localhost");
        let run = || -> io::Result<_> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(preview(&self.org, &urls, &question, NOW)))
        };
        // On a thread of its own: a runtime cannot wait inside another one.
        let previewed = thread::scope(|scope| scope.spawn(run).join());
        let previewed = previewed.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let circumstances = Circumstances { base: &urls.issuer_base, now: NOW };
        let case = TokenCase::of(&self.org, &question);
        Snapshot::new(case, &previewed.outcome, circumstances).map_err(PreviewError::NoAnswer)
    }
}
