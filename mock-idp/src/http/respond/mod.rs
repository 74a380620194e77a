//! How answers are written: one renderer for each shape of error.

pub mod api_error;
