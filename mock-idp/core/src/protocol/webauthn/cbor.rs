//! Values of CBOR (RFC 8949), as far as authenticators write them. CTAP 2.1, 8: the canonical encoding, in which every length is definite
//! and nothing is tagged.

/// How deep values can be nested. CTAP 2.1, 8: four levels; some attestation statements have more.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    /// `true`, `false`, `null` and the like, and floating-point numbers: no member that is read has one.
    Simple,
}

impl<'a> Value<'a> {
    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(super) fn map(&self) -> Option<&[(Self, Self)]> {
        if let Self::Map(members) = self { Some(members) } else { None }
    }

    /// The member of a map with this text as its key.
    pub(super) fn named(&self, name: &str) -> Option<&Self> {
        self.map()?.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    /// The member of a map with this number as its key.
    pub(super) fn numbered(&self, number: i64) -> Option<&Self> {
        self.map()?.iter().find(|(key, _)| key.integer() == Some(number)).map(|(_, value)| value)
    }
}

/// Reads one item and returns what follows it.
pub(super) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    item(bytes, 0)
}

/// Reads one item that is all there is.
pub(super) fn read_all(bytes: &[u8]) -> Option<Value<'_>> {
    read(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

fn item(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (&first, rest) = bytes.split_first()?;
    let (argument, rest) = argument(first & 0x1f, rest)?;
    let length = usize::try_from(argument).ok()?;
    // RFC 8949 3.1: the major types.
    match first >> 5 {
        0 => Some((Value::Integer(i64::try_from(argument).ok()?), rest)),
        1 => Some((Value::Integer(-1 - i64::try_from(argument).ok()?), rest)),
        2 => rest.split_at_checked(length).map(|(bytes, rest)| (Value::Bytes(bytes), rest)),
        3 => {
            let (text, rest) = rest.split_at_checked(length)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..length {
                let (value, after) = item(rest, depth + 1)?;
                items.push(value);
                rest = after;
            }
            Some((Value::Array(items), rest))
        }
        5 => {
            let (mut members, mut rest) = (Vec::new(), rest);
            for _ in 0..length {
                let (key, after) = item(rest, depth + 1)?;
                let (value, after) = item(after, depth + 1)?;
                members.push((key, value));
                rest = after;
            }
            Some((Value::Map(members), rest))
        }
        7 => Some((Value::Simple, rest)),
        _ => None,
    }
}

/// The argument of a head. RFC 8949 3: 24 to 27 say how many bytes it has. Lengths that are not definite are refused.
fn argument(short: u8, bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = match short {
        0..=23 => return Some((u64::from(short), bytes)),
        24..=27 => 1 << (short - 24),
        _ => return None,
    };
    let (argument, rest) = bytes.split_at_checked(length)?;
    Some((argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8949, Appendix A.
    #[test]
    fn items_are_those_of_the_specification() {
        for (bytes, expected) in [
            (&[0x00][..], Value::Integer(0)),
            (&[0x18, 0x64], Value::Integer(100)),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], Value::Integer(1_000_000)),
            (&[0x38, 0x63], Value::Integer(-100)),
            (&[0x39, 0x01, 0x00], Value::Integer(-257)),
            (&[0x44, 1, 2, 3, 4], Value::Bytes(&[1, 2, 3, 4])),
            (&[0x64, 0x49, 0x45, 0x54, 0x46], Value::Text("IETF")),
            (&[0x82, 0x01, 0x80], Value::Array(vec![Value::Integer(1), Value::Array(Vec::new())])),
            (&[0xa1, 0x61, 0x61, 0xf5], Value::Map(vec![(Value::Text("a"), Value::Simple)])),
            (&[0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a], Value::Simple),
        ] {
            assert_eq!(read_all(bytes), Some(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn tags_indefinite_lengths_deep_nesting_and_missing_or_further_bytes_are_refused() {
        let deep = [0x81; 64];
        for bytes in [
            &[][..],
            &[0xc0, 0x00],
            &[0x5f, 0x41, 0x01, 0xff],
            &[0x44, 1, 2, 3],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x61, 0xff],
            &[0x00, 0x00],
            &deep,
        ] {
            assert_eq!(read_all(bytes), None, "{bytes:x?}");
        }
    }
}
