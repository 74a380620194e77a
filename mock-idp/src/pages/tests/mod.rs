//! Each page in each state: snapshots, the marks that suites select by, and hostile data.

mod error_page;
mod escaping;
mod languages;
mod policy;
mod selectors;
mod snapshots;
mod views;

use scraper::{ElementRef, Html, Selector};

use super::render;

fn document(view: &crate::pages::view::PageView) -> Html {
    Html::parse_document(&render(view))
}

fn all<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    document.select(&Selector::parse(selector).unwrap()).collect()
}

/// The one element of this selector.
#[track_caller]
fn one<'a>(document: &'a Html, selector: &str) -> ElementRef<'a> {
    let found = all(document, selector);
    assert_eq!(found.len(), 1, "{selector}");
    found[0]
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
