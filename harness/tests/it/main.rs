//! Tests of the harness: that checks find flaws, that reports contain no secrets, and how the program ends.

#![expect(clippy::expect_used, reason = "a failed precondition fails the test")]

mod accessibility;
mod browser;
mod canaries;
mod changed_responses;
mod changed_responses_by_check;
mod changed_responses_of_modules;
mod chromium;
mod command;
mod demo_pages;
mod doctor;
mod fapi2;
mod faults;
mod generic;
mod matrix;
mod mutation;
mod new_target;
mod proofs;
mod report_page;
mod reports;
mod several_servers;
mod steps;
mod support;
mod tapes;
mod target_names;
mod tls_server;
mod trust;
