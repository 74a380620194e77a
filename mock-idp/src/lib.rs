//! Placeholder.

mod pages;
