//! The witness under examination: does it see, does it keep secrets, does it end as it should?

mod canaries;
mod command;
mod faults;
mod floors;
mod generic;
mod reports;
mod stage;
mod tampering;
