//! Names and values from requests and documents in messages: shortened, and the nearest known name.

/// Longest name, in bytes, for which a near one is searched.
const MAX_NAME: usize = 200;

/// How alike two names have to be: 1 is equal.
const LIKENESS: f64 = 0.75;

/// The known name that is most like the wanted one, if one is alike at all. Case does not count.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.len() > MAX_NAME {
        return None;
    }
    let wanted = wanted.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= MAX_NAME)
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > LIKENESS)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}

/// The end of a message about an unknown name: `; did you mean …?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// At most this number of characters; what is cut off is shown as `…`.
#[must_use]
pub fn clipped(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_whatever_its_case() {
        let known = ["openid", "profile", "email"];
        assert_eq!(nearest("Profle", known), Some("profile"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(did_you_mean("Profle", known), "; did you mean `profile`?");
        assert_eq!(did_you_mean("xyz", known), "");
        assert_eq!(nearest(&"profile".repeat(100), known), None);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(clipped("äöü", 3), "äöü");
        assert_eq!(clipped("äöü", 2), "äö…");
    }
}
