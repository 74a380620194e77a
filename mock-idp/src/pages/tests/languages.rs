//! The pages in other languages.

use mock_idp_core::protocol::Language;

use super::{all, document, one, render, text, views};
use crate::pages::view::{Frame, PageView};

const OTHERS: [Language; 3] = [Language::German, Language::Japanese, Language::Arabic];

/// Each page in this language.
fn every_page(language: Language) -> Vec<(String, PageView)> {
    let mut pages = views::every_page();
    for (_, view) in &mut pages {
        frame(view).language = language;
    }
    pages
}

fn frame(view: &mut PageView) -> &mut Frame {
    match view {
        PageView::SignIn(view) => &mut view.frame,
        PageView::Recovery(view) => &mut view.frame,
        PageView::Home(view) => &mut view.frame,
        PageView::Proofs(view) => &mut view.frame,
        PageView::KeepMeSignedIn(view) => &mut view.frame,
        PageView::Consent(view) => &mut view.frame,
        PageView::Error(view) => &mut view.frame,
        PageView::SignOut(view) => &mut view.frame,
        PageView::SignedOut(view) => &mut view.frame,
        PageView::MagicLink(view) => &mut view.frame,
        PageView::FormPost(view) => &mut view.frame,
        PageView::PostMessage(view) => &mut view.frame,
        PageView::CheckSession(view) => &mut view.frame,
        PageView::Activation(view) => &mut view.frame,
        PageView::Backchannel(view) => &mut view.frame,
    }
}

/// Pages that only scripts of clients read.
fn is_english(view: &PageView) -> bool {
    matches!(view, PageView::PostMessage(_) | PageView::CheckSession(_))
}

/// The texts of each language's pages, each once, in the order in which they appear.
#[test]
fn the_texts_of_the_pages() {
    for language in OTHERS {
        let mut lines: Vec<String> = Vec::new();
        for (name, view) in every_page(language) {
            let page = document(&view);
            lines.push(format!("# {name}: {}", text(one(&page, "title"))));
            for element in all(&page, "h1, h2, p, label, legend, dt, summary, button, a, option") {
                let line = text(element);
                if !line.is_empty() && !lines.contains(&line) {
                    lines.push(line);
                }
            }
            for element in all(&page, "[aria-label], [alt], [type='submit'][value]") {
                let line = ["aria-label", "alt", "value"].into_iter().find_map(|attribute| element.attr(attribute));
                let line = line.unwrap_or_default().to_owned();
                if !line.is_empty() && !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("texts_{}", language.tag()), lines.join("\n")));
    }
}

#[test]
fn each_page_says_its_language_and_direction() {
    for language in Language::ALL {
        for (name, view) in every_page(language) {
            let page = document(&view);
            let html = one(&page, "html");
            let shown = if is_english(&view) { Language::English } else { language };
            assert_eq!(html.attr("lang"), Some(shown.tag()), "{name}");
            assert_eq!(html.attr("dir"), (shown == Language::Arabic).then_some("rtl"), "{name}");
            let label = one(&page, "[data-se='mock-label']");
            assert_eq!(text(label), "Local mock – not Okta", "{name}");
            assert_eq!(label.attr("lang"), (shown != Language::English).then_some("en"), "{name}");
        }
    }
}

/// Structure is the same in every language: suites select by names, ids and marks.
#[test]
fn only_texts_differ_between_languages() {
    let marks = |view: &PageView| -> Vec<String> {
        let page = document(view);
        let described = all(&page, "[id], [name], [data-se], [action], [href]").into_iter().map(|element| {
            ["id", "name", "data-se", "action", "href"]
                .map(|attribute| element.attr(attribute).unwrap_or_default())
                .join("|")
        });
        described.collect()
    };
    for (name, view) in every_page(Language::English) {
        for language in OTHERS {
            let mut other = view.clone();
            frame(&mut other).language = language;
            assert_eq!(marks(&other), marks(&view), "{name} {language:?}");
            assert_eq!(render(&other) == render(&view), is_english(&view), "{name} {language:?}");
        }
    }
}

/// What rules and administrators write is in English.
#[test]
fn parts_in_english_are_marked() {
    let (_, view) =
        every_page(Language::Arabic).into_iter().find(|(name, _)| name == "sign_in_refused_LockedOut").unwrap();
    let page = document(&view);
    let reason = one(&page, "[data-se='problem-reason']");
    assert_eq!((reason.attr("lang"), reason.attr("dir")), (Some("en"), Some("ltr")));
    let (_, view) = every_page(Language::German).into_iter().find(|(name, _)| name == "error_redirect_uri").unwrap();
    let page = document(&view);
    for mark in ["[data-se='redirect-uris']", "[data-se='error-description']", "[data-se='error-reason']", "h1"] {
        assert_eq!(one(&page, mark).attr("lang"), Some("en"), "{mark}");
    }
}
