//! The outline of a page: title, texts and forms.

use scraper::{ElementRef, Html, Selector};

/// What a report shows of a page.
pub(super) struct Outline {
    pub(super) title: Option<String>,
    pub(super) texts: Vec<String>,
    pub(super) forms: Vec<FormOutline>,
}

/// A form of a page.
pub(super) struct FormOutline {
    pub(super) method: String,
    pub(super) action: String,
    pub(super) fields: Vec<FieldOutline>,
}

/// An input or button of a form.
pub(super) struct FieldOutline {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) value: String,
}

impl Outline {
    pub(super) fn read(body: &str) -> Self {
        let document = Html::parse_document(body);
        let texts =
            select(&document, "main, body > :not(main):not(script):not(style)").into_iter().filter_map(|part| {
                let text = words(part);
                // An element that contains `main` would repeat its text.
                let shown = !text.is_empty() && part.value().name() != "script" && select_in(part, "main").is_empty();
                shown.then_some(text)
            });
        Self {
            title: select(&document, "title").first().map(|title| words(*title)),
            texts: texts.collect(),
            forms: select(&document, "form").into_iter().map(FormOutline::read).collect(),
        }
    }
}

impl FormOutline {
    fn read(form: ElementRef<'_>) -> Self {
        let fields = select_in(form, "input, button").into_iter().map(|field| FieldOutline {
            kind: field.attr("type").unwrap_or(field.value().name()).to_owned(),
            name: field.attr("name").unwrap_or_default().to_owned(),
            value: field.attr("value").unwrap_or_default().to_owned(),
        });
        Self {
            method: form.attr("method").unwrap_or("get").to_owned(),
            action: form.attr("action").unwrap_or_default().to_owned(),
            fields: fields.collect(),
        }
    }
}

fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    select_in(document.root_element(), selector)
}

fn select_in<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map(|selector| element.select(&selector).collect()).unwrap_or_default()
}

/// The text of an element, without scripts, styles and drawings.
fn words(element: ElementRef<'_>) -> String {
    let visible = element.descendants().filter_map(|node| {
        let text = node.value().as_text()?;
        let hidden = node
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|element| matches!(element.value().name(), "script" | "style" | "svg" | "noscript"));
        (!hidden).then(|| text.split_whitespace())
    });
    visible.flatten().collect::<Vec<_>>().join(" ")
}
