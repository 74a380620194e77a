//! The console pages: the preview of a token request, and the journal with its explanations.

use crate::pages::view::{ConsoleView, PreviewView, RequestView, RequestsView};
use askama::Template;

use super::chrome::Chrome;

/// A page of the console.
pub(super) fn render(view: &ConsoleView) -> askama::Result<String> {
    match view {
        ConsoleView::Preview(view) => {
            let refused = view.result.as_ref().is_some_and(|result| !result.granted);
            let problem = view.problem.is_some() || refused;
            PreviewPage { chrome: Chrome::new(&view.frame, "Token preview").with_problem(problem), view }.render()
        }
        ConsoleView::Requests(view) => RequestsPage { chrome: Chrome::new(&view.frame, "Requests"), view }.render(),
        ConsoleView::Request(view) => RequestPage { chrome: Chrome::new(&view.frame, "Request"), view }.render(),
    }
}

#[derive(Debug, Template)]
#[template(path = "console_preview.html")]
struct PreviewPage<'a> {
    chrome: Chrome<'a>,
    view: &'a PreviewView,
}

#[derive(Debug, Template)]
#[template(path = "console_requests.html")]
struct RequestsPage<'a> {
    chrome: Chrome<'a>,
    view: &'a RequestsView,
}

#[derive(Debug, Template)]
#[template(path = "console_request.html")]
struct RequestPage<'a> {
    chrome: Chrome<'a>,
    view: &'a RequestView,
}
