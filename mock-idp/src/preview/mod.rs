//! Previews: what a token request would return, found by making it. The endpoints answer it on an instance of the org that is
//! thrown away afterwards, where clients need no secrets and tokens are not signed.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use mock_idp::preview::{Org, PreviewOutcome, Question, Urls, preview};
//!
//! let org = Arc::new(Org::parse(mock_idp::BUILT_IN_ORG)?);
//! let question = [("client", "Market demo"), ("user", "buyer@example.test"), ("scope", "openid products:read")];
//! let question = Question::read(&org, question)?;
//! let preview = preview(&org, &Urls::at("http://localhost:7801"), &question, 1_800_000_000).await;
//! let PreviewOutcome::Granted(granted) = preview.outcome else { panic!("{:?}", preview.outcome) };
//! let access_token = granted.token.and_then(|answer| answer.access_token).expect("an access token");
//! assert_eq!(access_token.payload["market_role"], "shopper");
//! # Ok(())
//! # }
//! ```

mod browser;
mod difference;
mod live;
mod login;
mod parameters;
mod refusal;
mod remedies;
mod run;
mod snapshots;
mod tokens;

pub use mock_idp_core::org::{Org, Urls};
pub use mock_idp_core::preview::{
    Alteration, Asks, BadParameter, Cases, Change, ChangeGroup, Changed, Circumstances, Granted, NoCase, NoSnapshot,
    Preview, PreviewOutcome, Question, Refused, Remedies, Remedy, Report, Selection, Snapshot, TokenCase, ValueChange,
    Why, grouped,
};

pub use difference::{Difference, difference};
pub(crate) use live::explain;
pub(crate) use login::{LOGIN_GRANTS, Login, login};
pub use remedies::{SearchLimits, remedies};
pub use run::preview;
pub(crate) use run::preview_calling;
pub use snapshots::{
    AddedCase, BadSelectionFile, FolderError, MOST_CASES, RemovedCase, SELECTION_FILE, SelectionError, SelectionFile,
    SnapshotCheck, SnapshotFolder, Snapshots, StoredSnapshot, TakenSnapshot, selections,
};
