//! The console pages: the start page, the preview of a token request, and the journal with its explanations.

use crate::pages::view::{
    ConsoleView, ControlApiView, CoverageView, InboxView, PreviewView, RequestView, RequestsView, StartView,
};
use askama::Template;

use super::chrome::Chrome;

/// A page of the console.
pub(super) fn render(view: &ConsoleView) -> askama::Result<String> {
    match view {
        ConsoleView::Start(view) => StartPage { chrome: Chrome::new(&view.frame, "Start"), view }.render(),
        ConsoleView::Preview(view) => {
            let decision = match (&view.problem, &view.result) {
                (Some(_), _) => "Invalid question – ",
                (None, Some(result)) if result.granted => "Granted – ",
                (None, Some(_)) => "Refused – ",
                (None, None) => "",
            };
            let title = format!("{decision}Token preview");
            PreviewPage { chrome: Chrome::new(&view.frame, &title), view }.render()
        }
        ConsoleView::Requests(view) => RequestsPage { chrome: Chrome::new(&view.frame, "Requests"), view }.render(),
        ConsoleView::Request(view) => RequestPage { chrome: Chrome::new(&view.frame, "Request"), view }.render(),
        ConsoleView::Coverage(view) => {
            CoveragePage { chrome: Chrome::new(&view.frame, "Management API"), view }.render()
        }
        ConsoleView::Inbox(view) => InboxPage { chrome: Chrome::new(&view.frame, "Inbox"), view }.render(),
        ConsoleView::ControlApi(view) => {
            ControlApiPage { chrome: Chrome::new(&view.frame, "Control API"), view }.render()
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "console_control_api.html")]
struct ControlApiPage<'a> {
    chrome: Chrome<'a>,
    view: &'a ControlApiView,
}

#[derive(Debug, Template)]
#[template(path = "console_inbox.html")]
struct InboxPage<'a> {
    chrome: Chrome<'a>,
    view: &'a InboxView,
}

#[derive(Debug, Template)]
#[template(path = "console_coverage.html")]
struct CoveragePage<'a> {
    chrome: Chrome<'a>,
    view: &'a CoverageView,
}

#[derive(Debug, Template)]
#[template(path = "console_start.html")]
struct StartPage<'a> {
    chrome: Chrome<'a>,
    view: &'a StartView,
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
