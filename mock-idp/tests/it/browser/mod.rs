//! The pages in Chromium, if there is one. With BROWSER_TESTS=required a missing browser is a failure.

mod accessibility;
mod app;
mod chromium;
mod journal;
mod passkey;
mod push;
mod redirects;
mod scripts;
