//! Each language has texts of its own.

use mock_idp_core::protocol::Language;
use mock_idp_core::sign_in::SECURITY_QUESTIONS;

use super::Words;
use super::kinds::texts::{COUNTS, Texts};

fn texts(language: Language) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    Words::of(language).list(language.tag(), &mut texts);
    texts.iter_mut().for_each(|(path, _)| *path = path.split_once('.').map(|(_, path)| path.to_owned()).unwrap());
    texts
}

/// Texts that are the same in English, on purpose.
const SAME: &[(Language, &[&str])] = &[
    (
        Language::German,
        &["frame.problem", "request.client", "request.scopes", "request.prompt", "request.nonce", "home.apps"],
    ),
    (Language::Japanese, &[]),
    (Language::Arabic, &[]),
];

#[test]
fn no_text_is_left_in_english() {
    let english = texts(Language::English);
    for (language, same) in SAME {
        for ((path, text), (_, original)) in texts(*language).into_iter().zip(&english) {
            // Names of specifications, and units.
            let is_name = matches!(path.as_str(), "request.pkce")
                || path.starts_with("phone.seconds(") && *language == Language::German;
            // A text that is empty in one language is empty in all.
            assert_eq!(text.is_empty(), original.is_empty(), "{language:?} {path}");
            let is_same = text == *original && !text.is_empty();
            assert_eq!(is_same, is_name || same.contains(&path.as_str()), "{language:?} {path}: {text}");
        }
    }
}

#[test]
fn every_text_is_written_in_the_script_of_its_language() {
    let is_japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let is_arabic = |c: char| matches!(c, '\u{600}'..='\u{6ff}');
    for (path, text) in texts(Language::Japanese) {
        assert!(
            text.is_empty() || path == "request.pkce" || path == "request.by" || text.contains(is_japanese),
            "{path}: {text}"
        );
    }
    for (path, text) in texts(Language::Arabic) {
        assert!(text.is_empty() || path == "request.pkce" || text.contains(is_arabic), "{path}: {text}");
    }
}

#[test]
fn values_are_put_into_every_language() {
    for language in Language::ALL {
        let words = Words::of(language);
        for text in [
            (words.sign_in.title)("<Value>"),
            (words.proofs.select_method)("<Value>"),
            (words.proofs.set_up_method)("<Value>"),
            (words.proofs.code_heading)("<Value>"),
            (words.proofs.enroll_code_heading)("<Value>"),
        ] {
            assert!(text.contains("<Value>"), "{language:?}: {text}");
        }
        for text in [(words.sign_in.more_users)(17), (words.request.warnings)(17), (words.sign_in.expires_heading)(17)]
        {
            assert!(text.contains("17"), "{language:?}: {text}");
        }
    }
}

#[test]
fn nouns_agree_with_their_number() {
    let users = |language| COUNTS.map(|count| (Words::of(language).sign_in.more_users)(count.into()));
    assert_eq!(users(Language::German)[..3], ["0 weitere Benutzer", "1 weiterer Benutzer", "2 weitere Benutzer"]);
    assert_eq!(
        users(Language::Arabic),
        [
            "لا مستخدمين آخرين",
            "مستخدم آخر واحد",
            "مستخدمان آخران",
            "3 مستخدمين آخرين",
            "11 مستخدمًا آخر",
            "100 مستخدم آخر",
            "103 مستخدمين آخرين",
        ]
    );
}

#[test]
fn every_security_question_has_a_translation() {
    for question in SECURITY_QUESTIONS {
        assert_eq!(super::question_text(Language::English, question.text), question.text);
        assert_ne!(super::question_text(Language::German, question.text), question.text);
    }
    assert_eq!(super::question_text(Language::German, "My own?"), "My own?");
}
