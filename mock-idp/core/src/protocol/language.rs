//! The languages of the hosted pages, and which one a request gets.

use language_tags::LanguageTag;
use serde::{Deserialize, Serialize};

/// A language that the pages have texts in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
    #[serde(rename = "ja")]
    Japanese,
    #[serde(rename = "ar")]
    Arabic,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Japanese, Self::Arabic];

    /// Its tag. RFC 5646.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Japanese => "ja",
            Self::Arabic => "ar",
        }
    }

    #[must_use]
    pub fn is_right_to_left(self) -> bool {
        self == Self::Arabic
    }

    /// The language that the parameter `ui_locales` asks for: the first tag of it that the pages have. OIDC Core 3.1.2.1.
    #[must_use]
    pub fn of_ui_locales(tags: &str) -> Option<Self> {
        tags.split(' ').find_map(Self::lookup)
    }

    /// The language that the header `Accept-Language` asks for. RFC 9110 12.5.4.
    #[must_use]
    pub fn of_accept_language(header: &str) -> Option<Self> {
        let mut ranges: Vec<(f32, &str)> = header.split(',').filter_map(weighted).collect();
        // Stable: ranges of one weight keep their order.
        ranges.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        ranges.into_iter().find_map(|(_, range)| Self::lookup(range))
    }

    /// RFC 4647 3.4: a range is shortened until a tag equals it. All tags here are a primary language alone, which is the shortest form.
    fn lookup(range: &str) -> Option<Self> {
        let range = LanguageTag::parse(range).ok()?;
        Self::ALL.into_iter().find(|language| range.primary_language().eq_ignore_ascii_case(language.tag()))
    }
}

/// A range of `Accept-Language` with its weight; `None` if it is not acceptable, or malformed. RFC 9110 12.4.2.
fn weighted(element: &str) -> Option<(f32, &str)> {
    let (range, weight) = match element.split_once(';') {
        None => (element, 1.0),
        Some((range, weight)) => {
            let weight = weight.trim().strip_prefix("q=").or_else(|| weight.trim().strip_prefix("Q="))?;
            (range, weight.parse().ok()?)
        }
    };
    (weight > 0.0 && weight <= 1.0).then_some((weight, range.trim()))
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_first_known_tag_of_ui_locales() {
        for (tags, language) in [
            ("de", Some(Language::German)),
            ("fr-CA ja-JP de", Some(Language::Japanese)),
            ("AR-eg", Some(Language::Arabic)),
            ("de-Latn-AT-1996-x-private", Some(Language::German)),
            ("en-GB de", Some(Language::English)),
            ("se", None),
            ("", None),
            ("deu german * d", None),
            ("x-de i-klingon zh-Hant", None),
            ("de_AT", None),
            ("--  ja", Some(Language::Japanese)),
        ] {
            assert_eq!(Language::of_ui_locales(tags), language, "{tags:?}");
        }
    }

    #[test]
    fn the_known_range_of_accept_language_with_the_greatest_weight() {
        for (header, language) in [
            ("de-DE,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("en;q=0.1, ja ; q=0.5 ,fr", Some(Language::Japanese)),
            ("fr, ar;q=0.5, de;q=0.5", Some(Language::Arabic)),
            ("de;q=0, en", Some(Language::English)),
            ("de;q=2, de;q=x, de;q=NaN, de;level=1, *", None),
            ("", None),
        ] {
            assert_eq!(Language::of_accept_language(header), language, "{header:?}");
        }
    }
}
