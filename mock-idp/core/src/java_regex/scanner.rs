//! The characters of a pattern.

/// A pattern and a position in it.
#[derive(Clone)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
    /// Inside of `\Q…\E`.
    quoting: bool,
}

/// A character, and whether it stands for itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Token {
    /// A character that may mean something.
    Plain(char),
    /// A character between `\Q` and `\E`.
    Quoted(char),
}

impl<'a> Scanner<'a> {
    pub(super) fn new(pattern: &'a str) -> Self {
        Self { rest: pattern, quoting: false }
    }

    /// The next character; `\Q` and `\E` are left out.
    pub(super) fn token(&mut self) -> Option<Token> {
        loop {
            if self.quoting {
                if self.take("\\E") {
                    self.quoting = false;
                    continue;
                }
                return self.next().map(Token::Quoted);
            }
            if self.take("\\Q") {
                self.quoting = true;
                continue;
            }
            return self.next().map(Token::Plain);
        }
    }

    /// The next character as it is.
    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next().filter(|_| !self.quoting)
    }

    /// Takes a text, if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes the characters before the given one, and this one, if it follows.
    pub(super) fn take_until(&mut self, end: char) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(taken)
    }

    /// Takes at most this number of characters that fulfil a condition.
    pub(super) fn take_while(&mut self, most: usize, accepts: fn(&char) -> bool) -> &'a str {
        let length: usize = self.rest.chars().take(most).take_while(accepts).map(char::len_utf8).sum();
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }
}
