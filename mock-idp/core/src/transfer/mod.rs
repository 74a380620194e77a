//! Import and export: an org document from the answers of Okta's API or from a Terraform state, and a Terraform configuration from an
//! org document.

mod answers;
mod api_lists;
mod import;
mod left_out;
mod tape;
pub mod terraform;

pub use answers::ApiAnswers;
pub use api_lists::{ApiList, WALK, not_read};
pub use import::{ImportSettings, Imported, import};
pub use left_out::LeftOut;
pub use tape::{Tape, TapeCall};

#[cfg(test)]
mod tests;
