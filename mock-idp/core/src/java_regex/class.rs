//! Bracket expressions: `[a-z&&[^aeiou]]`.

use std::fmt::Write as _;

use super::escape::{Escape, escape};
use super::scanner::{Scanner, Token};

/// How deep brackets may nest.
const MAX_DEPTH: usize = 16;

/// What is known of a class while it is read.
struct ClassReader<'s, 'a> {
    scanner: &'s mut Scanner<'a>,
    /// Java's flag `U`.
    unicode: bool,
    /// Java's flag `x`: white space is left out.
    comments: bool,
}

/// Translates a class, after its opening bracket.
pub(super) fn class(scanner: &mut Scanner<'_>, unicode: bool, comments: bool) -> Result<String, String> {
    ClassReader { scanner, unicode, comments }.inside(0)
}

impl ClassReader<'_, '_> {
    fn inside(&mut self, depth: usize) -> Result<String, String> {
        if depth > MAX_DEPTH {
            return Err(format!("brackets nest more than {MAX_DEPTH} deep"));
        }
        let mut text = String::from(if self.scanner.take("^") { "[^" } else { "[" });
        let start = text.len();
        loop {
            if self.scanner.peek() == Some('&') && self.scanner.take("&&") {
                text.push_str("&&");
                continue;
            }
            match self.scanner.token().ok_or("a `]` is missing")? {
                Token::Plain(']') if text.len() > start => break,
                Token::Plain('[') => text.push_str(&self.inside(depth + 1)?),
                Token::Plain(space) if self.comments && space.is_ascii_whitespace() => {}
                Token::Plain('\\') => match self.escaped()? {
                    Escape::Class(inside) => text.push_str(&inside),
                    Escape::Character(first) => self.range(first, &mut text)?,
                },
                Token::Plain(first) | Token::Quoted(first) => self.range(first, &mut text)?,
            }
        }
        text.push(']');
        Ok(text)
    }

    fn escaped(&mut self) -> Result<Escape, String> {
        let letter = self.scanner.next().ok_or("the pattern ends with a backslash")?;
        escape(letter, self.unicode, self.scanner)
    }

    /// One character, or the first one of a range.
    fn range(&mut self, first: char, text: &mut String) -> Result<(), String> {
        push(first, text);
        // A hyphen at the end of a class, or in front of another class, is itself.
        let hyphen = self.scanner.peek() == Some('-') && {
            let mut ahead = self.scanner.clone();
            ahead.next();
            !matches!(ahead.peek(), None | Some(']' | '['))
        };
        if !hyphen {
            return Ok(());
        }
        self.scanner.next();
        let last = match self.scanner.token().ok_or("a `]` is missing")? {
            Token::Plain('\\') => match self.escaped()? {
                Escape::Character(last) => last,
                Escape::Class(_) => return Err(format!("the range `{first}-` has no end")),
            },
            Token::Plain(last) | Token::Quoted(last) => last,
        };
        if last < first {
            return Err(format!("the range `{first}-{last}` is empty"));
        }
        text.push('-');
        push(last, text);
        Ok(())
    }
}

/// Adds a character that stands for itself.
pub(super) fn push(character: char, text: &mut String) {
    if character.is_alphanumeric() || character == '_' {
        text.push(character);
    } else {
        // Writing to a string does not fail.
        let _ = write!(text, "\\x{{{:X}}}", u32::from(character));
    }
}
