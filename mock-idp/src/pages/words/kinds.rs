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
        impl super::texts::Texts for $name {
            fn list(&self, path: &str, into: &mut Vec<(String, String)>) {
                $(self.$field.list(&format!("{path}.{}", stringify!($field)), into);)+
            }
        }
    };
}

pub(super) use words;
