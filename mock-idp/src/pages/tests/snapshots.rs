//! Whole documents.

use super::{render, views};

#[test]
fn every_page_and_state() {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\.[0-9a-f]{16}\.(css|js|svg)", ".[hash].$1");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, view) in views::every_page() {
            insta::assert_snapshot!(name, render(&view));
        }
    });
}
