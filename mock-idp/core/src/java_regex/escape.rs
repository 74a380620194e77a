//! Escape sequences, inside and outside of brackets.

use super::scanner::Scanner;

/// A character, or the inside of a bracket expression for a set of them.
pub(super) enum Escape {
    Character(char),
    Class(String),
}

const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = r" \t\n\x0B\f\r";
const HORIZONTAL: &str = r" \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}";
pub(super) const VERTICAL: &str = r"\n\x0B\f\r\x{85}\x{2028}\x{2029}";

/// Java: POSIX character classes, US-ASCII only.
const POSIX: &[(&str, &str)] = &[
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", r"\x00-\x7F"),
    ("Alpha", "A-Za-z"),
    ("Digit", "0-9"),
    ("Alnum", "A-Za-z0-9"),
    ("Punct", r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E"),
    ("Graph", r"\x21-\x7E"),
    ("Print", r"\x20-\x7E"),
    ("Blank", r" \t"),
    ("Cntrl", r"\x00-\x1F\x7F"),
    ("XDigit", "0-9A-Fa-f"),
    ("Space", SPACE),
    ("javaLowerCase", r"\p{Lowercase}"),
    ("javaUpperCase", r"\p{Uppercase}"),
    ("javaAlphabetic", r"\p{Alphabetic}"),
    ("javaLetter", r"\p{L}"),
    ("javaDigit", r"\p{Nd}"),
    ("javaLetterOrDigit", r"\p{L}\p{Nd}"),
];

/// An escape that means the same everywhere; `letter` stands behind the backslash. `unicode` is Java's flag `U`.
pub(super) fn escape(letter: char, unicode: bool, scanner: &mut Scanner<'_>) -> Result<Escape, String> {
    let class = |inside: &str| Ok(Escape::Class(inside.to_owned()));
    let negated = |inside: &str| Ok(Escape::Class(format!("[^{inside}]")));
    match letter {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' if unicode => class(&format!("\\{letter}")),
        'd' => class("0-9"),
        'D' => negated("0-9"),
        'w' => class(WORD),
        'W' => negated(WORD),
        's' => class(SPACE),
        'S' => negated(SPACE),
        'h' => class(HORIZONTAL),
        'H' => negated(HORIZONTAL),
        'v' => class(VERTICAL),
        'V' => negated(VERTICAL),
        'p' => class(&property(scanner)?),
        'P' => negated(&property(scanner)?),
        't' => Ok(Escape::Character('\t')),
        'n' => Ok(Escape::Character('\n')),
        'r' => Ok(Escape::Character('\r')),
        'f' => Ok(Escape::Character('\u{c}')),
        'a' => Ok(Escape::Character('\u{7}')),
        'e' => Ok(Escape::Character('\u{1b}')),
        'c' => match scanner.next() {
            Some(control) if control.is_ascii() => Ok(Escape::Character(char::from(control as u8 ^ 0x40))),
            _ => Err("a letter is missing behind `\\c`".to_owned()),
        },
        '0' => octal(scanner),
        'x' if scanner.take("{") => character(scanner.take_until('}').unwrap_or_default()),
        'x' => fixed(2, scanner).and_then(character),
        'u' => utf_16(scanner),
        other if !other.is_ascii_alphabetic() => Ok(Escape::Character(other)),
        other => Err(format!("Java has no escape `\\{other}`")),
    }
}

/// `\0n`, `\0nn`, `\0mnn`.
fn octal(scanner: &mut Scanner<'_>) -> Result<Escape, String> {
    let most = if matches!(scanner.peek(), Some('0'..='3')) { 3 } else { 2 };
    let digits = scanner.take_while(most, |digit| matches!(digit, '0'..='7'));
    let code = u32::from_str_radix(digits, 8).ok();
    code.and_then(char::from_u32)
        .map(Escape::Character)
        .ok_or_else(|| "octal digits are missing behind `\\0`".to_owned())
}

fn fixed<'a>(count: usize, scanner: &mut Scanner<'a>) -> Result<&'a str, String> {
    let digits = scanner.take_while(count, char::is_ascii_hexdigit);
    if digits.len() == count {
        Ok(digits)
    } else {
        Err(format!("{count} hexadecimal digits are expected behind a backslash"))
    }
}

fn character(digits: &str) -> Result<Escape, String> {
    let code = u32::from_str_radix(digits, 16).ok();
    code.and_then(char::from_u32)
        .map(Escape::Character)
        .ok_or_else(|| format!("`{digits}` is not the number of a character"))
}

/// `\uhhhh`, or two of them for a character beyond the first 65536.
fn utf_16(scanner: &mut Scanner<'_>) -> Result<Escape, String> {
    let unit = |digits: &str| u16::from_str_radix(digits, 16).unwrap_or_default();
    let first = fixed(4, scanner)?;
    let mut units = vec![unit(first)];
    if (0xD800..0xDC00).contains(&units[0]) && scanner.take("\\u") {
        units.push(unit(fixed(4, scanner)?));
    }
    let found: Option<Vec<char>> = char::decode_utf16(units).map(Result::ok).collect();
    match found.as_deref() {
        Some([one]) => Ok(Escape::Character(*one)),
        _ => Err(format!("`\\u{first}` is half of a character")),
    }
}

/// `\pL`, `\p{Lu}`, `\p{IsLatin}`, `\p{Alpha}`.
fn property(scanner: &mut Scanner<'_>) -> Result<String, String> {
    let name = if scanner.take("{") {
        scanner.take_until('}').ok_or("a `}` is missing behind `\\p{`")?
    } else {
        scanner.take_while(1, |_| true)
    };
    if let Some((_, inside)) = POSIX.iter().find(|(posix, _)| *posix == name) {
        return Ok((*inside).to_owned());
    }
    let unsupported = || format!("the property `{name}` is not supported");
    let property = match name.split_once('=') {
        Some(("sc" | "script" | "gc" | "general_category", value)) => value,
        Some(_) => return Err(unsupported()),
        None => name.strip_prefix("Is").unwrap_or(name),
    };
    let property = format!("\\p{{{property}}}");
    // Blocks (`InGreek`) and other names that the engine does not know.
    if name.starts_with("In") || fancy_regex::Regex::new(&property).is_err() {
        Err(unsupported())
    } else {
        Ok(property)
    }
}
