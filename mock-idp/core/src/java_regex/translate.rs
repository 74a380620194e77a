//! From the dialect of Java to that of `fancy-regex`.

use super::class::{class, push};
use super::escape::{Escape, VERTICAL, escape};
use super::scanner::{Scanner, Token};

/// How deep groups may nest.
const MAX_DEPTH: usize = 32;
/// Java: line terminators.
const LINE_END: &str = r"(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])";

/// Java's flags that are decided here. `i` is left to the engine.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    comments: bool,
    dot_all: bool,
    multi_line: bool,
    unix_lines: bool,
    unicode: bool,
}

struct Translator<'a> {
    scanner: Scanner<'a>,
    text: String,
    flags: Flags,
    /// The flags before each open group.
    open: Vec<Flags>,
    /// The number of capturing groups so far, and their names.
    groups: usize,
    names: Vec<String>,
    /// Where the text of the last part begins, if it can be repeated.
    part: Option<usize>,
    /// Where the text of each open group begins.
    starts: Vec<usize>,
}

/// # Errors
/// Why the pattern cannot be used.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator {
        scanner: Scanner::new(pattern),
        text: String::new(),
        flags: Flags::default(),
        open: Vec::new(),
        groups: 0,
        names: Vec::new(),
        part: None,
        starts: Vec::new(),
    };
    while let Some(token) = translator.scanner.token() {
        match token {
            Token::Plain(character) => translator.plain(character)?,
            Token::Quoted(character) => translator.literal(character),
        }
    }
    if translator.open.is_empty() { Ok(translator.text) } else { Err("a `)` is missing".to_owned()) }
}

impl Translator<'_> {
    fn plain(&mut self, character: char) -> Result<(), String> {
        match character {
            '\\' => return self.escaped(),
            '[' => {
                let class = class(&mut self.scanner, self.flags.unicode, self.flags.comments)?;
                self.part(&class);
            }
            '(' => return self.group(),
            ')' => return self.close(),
            '|' => {
                self.text.push('|');
                self.part = None;
            }
            '*' | '+' | '?' => return self.repeat(&character.to_string()),
            '{' => return self.count(),
            '.' => self.part(match self.flags {
                Flags { dot_all: true, .. } => r"[\x{0}-\x{10FFFF}]",
                Flags { unix_lines: true, .. } => r"[^\n]",
                _ => r"[^\n\r\x{85}\x{2028}\x{2029}]",
            }),
            '^' => self.assertion(&self.line_start()),
            '$' => self.assertion(&self.line_end()),
            '#' if self.flags.comments => while self.scanner.next().is_some_and(|skipped| skipped != '\n') {},
            space if self.flags.comments && space.is_ascii_whitespace() => {}
            other => self.literal(other),
        }
        Ok(())
    }

    /// Adds a part that can be repeated.
    fn part(&mut self, text: &str) {
        self.part = Some(self.text.len());
        self.text.push_str(text);
    }

    fn assertion(&mut self, text: &str) {
        self.part(&format!("(?:{text})"));
    }

    fn literal(&mut self, character: char) {
        self.part = Some(self.text.len());
        push(character, &mut self.text);
    }

    fn line_start(&self) -> String {
        match self.flags {
            Flags { multi_line: true, unix_lines: true, .. } => r"\A|(?<=\n)(?!\z)".to_owned(),
            Flags { multi_line: true, .. } => r"\A|(?:(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))(?!\z)".to_owned(),
            _ => r"\A".to_owned(),
        }
    }

    fn line_end(&self) -> String {
        let end = if self.flags.unix_lines { r"\n" } else { LINE_END };
        if self.flags.multi_line { format!(r"\z|(?={end})") } else { format!(r"(?={end}?\z)") }
    }

    fn escaped(&mut self) -> Result<(), String> {
        let letter = self.scanner.next().ok_or("the pattern ends with a backslash")?;
        match letter {
            // Only whole texts are compared, so that the end of the last match is the start.
            'A' | 'G' => self.assertion(r"\A"),
            'z' => self.assertion(r"\z"),
            'Z' => self.assertion(&format!(r"(?={LINE_END}?\z)")),
            'b' | 'B' => self.assertion(&format!("\\{letter}")),
            'R' => self.part(&format!(r"(?:\r\n|[{VERTICAL}])")),
            'X' | 'N' => return Err(format!("`\\{letter}` is not supported")),
            'k' => {
                let name = if self.scanner.take("<") { self.scanner.take_until('>') } else { None };
                let name = name.ok_or("`<name>` is missing behind `\\k`")?;
                if !self.names.iter().any(|known| known == name) {
                    return Err(format!("no group before `\\k<{name}>` has the name"));
                }
                self.part(&format!("(?:\\k<{name}>)"));
            }
            '1'..='9' => self.back_reference(letter)?,
            _ => match escape(letter, self.flags.unicode, &mut self.scanner)? {
                Escape::Character(character) => self.literal(character),
                Escape::Class(inside) => self.part(&format!("[{inside}]")),
            },
        }
        Ok(())
    }

    /// Java: further digits belong to the number as long as there are so many groups.
    fn back_reference(&mut self, first: char) -> Result<(), String> {
        let digit = |character: char| character.to_digit(10).map_or(0, |digit| digit as usize);
        let mut number = digit(first);
        while let Some(next) = self.scanner.peek().filter(char::is_ascii_digit) {
            let longer = number * 10 + digit(next);
            if longer > self.groups {
                break;
            }
            number = longer;
            self.scanner.next();
        }
        if number > self.groups {
            return Err(format!("there is no group {number} before `\\{number}`"));
        }
        self.part(&format!("(?:\\{number})"));
        Ok(())
    }

    fn group(&mut self) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("groups nest more than {MAX_DEPTH} deep"));
        }
        let start = self.text.len();
        let before = self.flags;
        if !self.scanner.take("?") {
            self.groups += 1;
            self.text.push('(');
        } else if let Some(kind) = [":", "=", "!", ">", "<=", "<!"].into_iter().find(|kind| self.scanner.take(kind)) {
            self.text.push_str("(?");
            self.text.push_str(kind);
        } else if self.scanner.take("<") {
            self.name()?;
        } else if !self.flag_group()? {
            // `(?i)`: for the rest of the enclosing group.
            self.part = None;
            return Ok(());
        }
        self.open.push(before);
        self.starts.push(start);
        self.part = None;
        Ok(())
    }

    fn name(&mut self) -> Result<(), String> {
        let name = self.scanner.take_until('>').unwrap_or_default();
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_name {
            return Err(format!("`{name}` is not the name of a group: letters and digits"));
        }
        if self.names.iter().any(|known| known == name) {
            return Err(format!("two groups have the name `{name}`"));
        }
        self.groups += 1;
        self.names.push(name.to_owned());
        self.text.push_str(&format!("(?<{name}>"));
        Ok(())
    }

    /// `(?i-s)` or `(?i-s:`; whether it opens a group.
    fn flag_group(&mut self) -> Result<bool, String> {
        let (mut on, mut fold) = (true, None);
        loop {
            let flag = self.scanner.next().ok_or("a `)` is missing")?;
            match flag {
                '-' => on = false,
                'i' => fold = Some(on),
                'x' => self.flags.comments = on,
                's' => self.flags.dot_all = on,
                'm' => self.flags.multi_line = on,
                'd' => self.flags.unix_lines = on,
                'U' => self.flags.unicode = on,
                // Upper and lower case are always those of Unicode here.
                'u' => {}
                ')' | ':' => {
                    let fold = fold.map_or("", |on| if on { "i" } else { "-i" });
                    match (flag, fold) {
                        (')', "") => {}
                        _ => self.text.push_str(&format!("(?{fold}{flag}")),
                    }
                    return Ok(flag == ':');
                }
                other => return Err(format!("Java has no group `(?{other}`")),
            }
        }
    }

    fn close(&mut self) -> Result<(), String> {
        let (Some(flags), Some(start)) = (self.open.pop(), self.starts.pop()) else {
            return Err("a `)` has no opening parenthesis".to_owned());
        };
        self.flags = flags;
        self.text.push(')');
        self.part = Some(start);
        Ok(())
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    fn count(&mut self) -> Result<(), String> {
        const MAX: u32 = 1000;
        let inside = self.scanner.take_until('}').unwrap_or_default();
        let (least, most) = inside
            .split_once(',')
            .map_or((inside, Some(inside)), |(least, most)| (least, Some(most).filter(|most| !most.is_empty())));
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| plain)
        };
        let bounds = number(least).zip(most.map_or(Some(u32::MAX), number));
        let Some((from, to)) = bounds.filter(|(from, to)| from <= to) else {
            return Err("a `{` that is not a repetition such as `{2,3}` must be written `\\{`".to_owned());
        };
        if from > MAX || (most.is_some() && to > MAX) {
            return Err(format!("a part is repeated more than {MAX} times"));
        }
        self.repeat(&format!("{{{inside}}}"))
    }

    /// Repeats the last part: greedily, as few times as possible with `?`, or without going back with `+`.
    fn repeat(&mut self, quantifier: &str) -> Result<(), String> {
        let start = self.part.take().ok_or_else(|| format!("there is nothing to repeat before `{quantifier}`"))?;
        if self.scanner.peek() == Some('+') {
            self.scanner.next();
            self.text.insert_str(start, "(?>");
            self.text.push_str(quantifier);
            self.text.push(')');
        } else {
            self.text.push_str(quantifier);
            if self.scanner.peek() == Some('?') {
                self.scanner.next();
                self.text.push('?');
            }
        }
        Ok(())
    }
}
