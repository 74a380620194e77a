//! The console pages: what a token request would come to, and why requests were answered as they were.

use askama::Template;
use mock_idp_core::preview::view::{ConsoleView, PreviewView, RequestView, RequestsView};

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
