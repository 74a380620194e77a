//! Defaults of members, in the signatures that serde calls.

/// Whether a value can be left out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The default of a flag that is on.
pub(super) fn yes() -> bool {
    true
}

/// Whether a flag has that default.
pub(super) fn is_true(value: &bool) -> bool {
    *value
}
