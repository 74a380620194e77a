//! Import and export: an org document from the answers of Okta's API or from a Terraform state, and a Terraform configuration from an
//! org document.

mod answers;
mod import;
mod left_out;
mod tape;
pub mod terraform;
mod walk;

pub use answers::ApiAnswers;
pub use import::{ImportSettings, Imported, import};
pub use left_out::LeftOut;
pub use tape::{Tape, TapeCall};
pub use walk::{ApiList, WALK};

#[cfg(test)]
mod tests;
