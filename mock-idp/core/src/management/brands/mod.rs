//! Brands with their themes and mails. Okta: `/api/v1/brands`. The first brand is that of the org.

mod brand;
pub mod customizations;
mod email_template;
mod language;
mod stored;
pub mod templates;
pub mod themes;

pub use brand::{create, domains, get, list, remove, replace};
