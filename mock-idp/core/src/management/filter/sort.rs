//! The order of the objects of a search. Okta: `sortBy`, `sortOrder`.

use super::AttributeValue;

/// Sorts objects by an attribute, which `read` calls back with. Okta: ascending unless the order is `desc`; objects without the attribute
/// come last.
pub fn sort<T: ?Sized>(objects: &mut [&T], order: Option<&str>, read: impl Fn(&T, &mut dyn FnMut(AttributeValue<'_>))) {
    let key = |object: &T| {
        let mut key = None;
        read(object, &mut |value| {
            key = key.take().or(Some(match value {
                AttributeValue::Text(text) => text.to_lowercase(),
                AttributeValue::Number(number) => format!("{number:020.6}"),
                AttributeValue::Boolean(value) => value.to_string(),
            }));
        });
        (key.is_none(), key)
    };
    objects.sort_by_cached_key(|object| key(object));
    if order.is_some_and(|order| order.starts_with("desc")) {
        objects.reverse();
    }
}
