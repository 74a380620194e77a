//! Finds what was probably meant by an unknown name.

/// Names that are less alike than this are not suggested.
const ALIKE: f64 = 0.75;

/// The known name that is most like `name`, if one is similar.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let likeness = |known: &str| {
        let known = known.to_lowercase();
        // One slip of the finger, which weighs too much in a short name.
        let slip = name.len() > 2 && strsim::osa_distance(&name, &known) == 1;
        strsim::jaro_winkler(&name, &known).max(if slip { 0.95 } else { 0.0 })
    };
    let (likeness, found) =
        known.into_iter().map(|known| (likeness(known), known)).max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (likeness >= ALIKE).then_some(found)
}

/// The end of a message about an unknown name: `; did you mean …?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|found| format!("; did you mean {found:?}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_similar_name_is_suggested_and_a_different_one_is_not() {
        let known = ["code.reuse", "code.pkce.plain", "refresh.rotating"];
        assert_eq!(nearest("code.resue", known), Some("code.reuse"));
        assert_eq!(nearest("Code.Reuse", known), Some("code.reuse"));
        assert_eq!(nearest("wbe", ["second", "web"]), Some("web"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(did_you_mean("code.pkce.plian", known), "; did you mean \"code.pkce.plain\"?");
    }
}
