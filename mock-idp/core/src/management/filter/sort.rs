//! The order of the objects of a search. Okta: `sortBy`, `sortOrder`.

use std::cmp::Ordering;

use super::AttributeValue;

/// A value to sort by. Values of one kind come before those of the next.
#[derive(Clone, Debug)]
enum SortKey {
    Number(f64),
    Boolean(bool),
    /// In lower case.
    Text(String),
}

impl SortKey {
    fn of(value: AttributeValue<'_>) -> Self {
        match value {
            AttributeValue::Number(number) => Self::Number(number),
            AttributeValue::Boolean(value) => Self::Boolean(value),
            AttributeValue::Text(text) => Self::Text(text.to_lowercase()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Boolean(_) => 1,
            Self::Text(_) => 2,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

/// Sorts objects by an attribute, which `read` calls back with. Okta: ascending unless the order is `desc`; objects with the same value are
/// ordered by id. Objects without the attribute come last in both orders.
pub fn sort<T: ?Sized>(
    objects: &mut Vec<&T>,
    order: Option<&str>,
    id: impl Fn(&T) -> &str,
    read: impl Fn(&T, &mut dyn FnMut(AttributeValue<'_>)),
) {
    let descends = order.is_some_and(|order| order.starts_with("desc"));
    let key = |object: &T| {
        let mut key = None;
        read(object, &mut |value| key = key.take().or_else(|| Some(SortKey::of(value))));
        key
    };
    let mut keyed: Vec<(Option<SortKey>, &T)> = objects.iter().map(|object| (key(object), *object)).collect();
    keyed.sort_by(|(one_key, one), (other_key, other)| {
        let by_value = match (one_key, other_key) {
            (Some(one), Some(other)) if descends => other.compare(one),
            (Some(one), Some(other)) => one.compare(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        by_value.then_with(|| id(one).cmp(id(other)))
    });
    *objects = keyed.into_iter().map(|(_, object)| object).collect();
}
