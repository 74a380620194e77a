//! The witness under examination: does it see, does it keep secrets, does it end as it should?

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod browser;
mod canaries;
mod command;
mod fapi2;
mod faults;
mod floors;
mod generic;
mod matrix;
mod modules;
mod proofs;
mod reports;
mod spoilt;
mod stage;
mod steps;
mod tampering;
mod target_names;
