//! The sequence diagram of a scenario: who sends what to whom, as an inline SVG.

use askama::Template;
use url::Url;

use crate::record::run::ScenarioRecord;
use crate::record::{Entry, Exchange, Finding, Verdict};

/// The distance between two participants.
const LANE: usize = 250;

/// The distance of the first participant from the left edge.
const MARGIN: usize = 90;

/// The height of a line.
const LINE: usize = 26;

/// The first line below the names.
const TOP: usize = 48;

/// The most requests that are drawn.
const MAX_REQUESTS: usize = 40;

/// The longest label.
const LABEL: usize = 44;

#[derive(Template)]
#[template(path = "diagram.html")]
pub(super) struct Diagram {
    lanes: Vec<(String, usize)>,
    lines: Vec<Line>,
    width: usize,
    height: usize,
    title: String,
}

/// A line of the diagram at a height.
struct Line {
    y: usize,
    shape: Shape,
    text: String,
}

enum Shape {
    /// From one lane to another; an answer is dashed.
    Arrow {
        from: usize,
        to: usize,
        answer: bool,
    },
    Step,
    Failed,
}

impl Line {
    /// The left end of the label.
    fn x(&self) -> usize {
        match self.shape {
            Shape::Arrow { from, to, .. } => (from + to) / 2,
            Shape::Step | Shape::Failed => 8,
        }
    }
}

/// The diagram of a scenario, if it has sent requests.
pub(super) fn diagram(record: &ScenarioRecord) -> Option<Diagram> {
    let exchanges = record.entries.iter().filter_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange),
        _ => None,
    });
    let mut hosts: Vec<String> = Vec::new();
    for exchange in exchanges.take(MAX_REQUESTS) {
        let host = host(exchange);
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.is_empty() {
        return None;
    }
    let names: Vec<String> =
        ["Client", "Browser"].map(str::to_owned).into_iter().chain(hosts.iter().cloned()).collect();
    let place = |index: usize| MARGIN + index * LANE;
    let lanes: Vec<(String, usize)> = names.into_iter().enumerate().map(|(index, name)| (name, place(index))).collect();
    let mut lines: Vec<Line> = Vec::new();
    let mut add = |shape, text: String| {
        let y = TOP + lines.len() * LINE;
        lines.push(Line { y, shape, text });
    };
    let mut drawn = 0;
    for entry in &record.entries {
        match entry {
            Entry::Step { text } => add(Shape::Step, text.clone()),
            Entry::Exchange(exchange) if drawn < MAX_REQUESTS => {
                drawn += 1;
                let from = place(usize::from(from_browser(exchange)));
                let to = place(2 + hosts.iter().position(|known| *known == host(exchange)).unwrap_or_default());
                add(Shape::Arrow { from, to, answer: false }, format!("{} {}", exchange.method, path(&exchange.url)));
                add(Shape::Arrow { from: to, to: from, answer: true }, answer(exchange));
            }
            Entry::Finding(finding) if failed(finding) => add(Shape::Failed, format!("✗ {}", finding.check)),
            _ => {}
        }
    }
    let (width, height) = (place(lanes.len() - 1) + MARGIN, TOP + lines.len() * LINE);
    Some(Diagram { lanes, lines, width, height, title: format!("Sequence of requests in {}", record.id) })
}

fn failed(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Fail | Verdict::ExpectedFail | Verdict::UnexpectedPass)
}

/// Whether the request comes from the browser: it has cookies, or is one for a page.
fn from_browser(exchange: &Exchange) -> bool {
    let has = |name: &str| exchange.request_headers.iter().any(|(known, _)| known == name);
    let page = ["/authorize", "/logout", "/signin", "/login"].iter().any(|part| exchange.url.contains(part));
    has("cookie") || (page && !has("authorization"))
}

fn host(exchange: &Exchange) -> String {
    let url = Url::parse(&exchange.url).ok();
    url.and_then(|url| Some(url.origin().ascii_serialization().split_once("://")?.1.to_owned())).unwrap_or_default()
}

fn path(url: &str) -> String {
    let path = Url::parse(url).map(|url| url.path().to_owned());
    shortened(&path.unwrap_or_else(|_| url.to_owned()))
}

fn answer(exchange: &Exchange) -> String {
    let location = exchange.response_headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value);
    match location {
        Some(to) => {
            let names = ["code", "error", "access_token", "id_token"];
            let carries =
                names.iter().find(|name| ['?', '&', '#'].iter().any(|before| to.contains(&format!("{before}{name}="))));
            let carries = carries.map(|name| format!(" with {name}")).unwrap_or_default();
            shortened(&format!("{} to {}{carries}", exchange.status, path(to)))
        }
        None => exchange.status.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= LABEL {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(length - LABEL + 1).collect();
    format!("…{tail}")
}
