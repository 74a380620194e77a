#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up may stop")]

mod claim_subject;
mod expressions;
mod floors;
mod org_document;
