//! Tests of the harness: that checks find flaws, that reports contain no secrets, and how the program ends.

#![expect(clippy::expect_used, reason = "a failed precondition fails the test")]

mod browser;
mod canaries;
mod command;
mod doctor;
mod fapi2;
mod faults;
mod generic;
mod matrix;
mod modules;
mod mutation;
mod new_target;
mod proofs;
mod report_page;
mod reports;
mod several_servers;
mod spoilt;
mod steps;
mod support;
mod tampering;
mod target_names;
mod tls_server;
mod trust;
