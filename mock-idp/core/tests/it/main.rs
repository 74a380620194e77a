#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up may stop")]
#![expect(clippy::disallowed_methods, reason = "the tests read the fixtures, and the sources of the crate")]

mod authorization;
mod claim_subject;
mod document_references;
mod expression_cases;
mod expressions;
mod lint;
mod market;
mod org_document;
mod org_tables;
mod pasted_objects;
mod policy;
mod refresh;
