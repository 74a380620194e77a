//! The texts of a table, for tests.

use mock_idp_core::policy::password_rules::PasswordRules;

/// What a test can list the texts of.
pub(super) trait Texts {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>);
}

impl Texts for &'static str {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.push((path.to_owned(), (*self).to_owned()));
    }
}

impl<const N: usize> Texts for [&'static str; N] {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.push((path.to_owned(), self.join("…")));
    }
}

impl Texts for fn(&str) -> String {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.push((path.to_owned(), self("…")));
    }
}

impl Texts for fn(&PasswordRules) -> String {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.push((path.to_owned(), self(&PasswordRules::default())));
    }
}

/// One number of each plural category. CLDR.
pub(super) const COUNTS: [u8; 7] = [0, 1, 2, 3, 11, 100, 103];

impl Texts for fn(usize) -> String {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.extend(COUNTS.map(|count| (format!("{path}({count})"), self(count.into()))));
    }
}

impl Texts for fn(i64) -> String {
    fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
        into.extend(COUNTS.map(|count| (format!("{path}({count})"), self(count.into()))));
    }
}
