//! How the tables of texts are declared.

/// A struct of texts. Tests can list them.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(in crate::pages) struct $name {
            $($(#[$field_about])* pub(in crate::pages) $field: $kind,)+
        }

        #[cfg(test)]
        impl super::kinds::texts::Texts for $name {
            fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
                $(self.$field.list(&format!("{path}.{}", stringify!($field)), into);)+
            }
        }
    };
}

pub(super) use words;

/// The texts of a table, for tests.
#[cfg(test)]
pub(super) mod texts {
    use mock_idp_core::policy::password_rules::PasswordRules;

    /// What a test can list the texts of.
    pub(in crate::pages::words) trait Texts {
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
    pub(in crate::pages::words) const COUNTS: [u8; 7] = [0, 1, 2, 3, 11, 100, 103];

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
}
