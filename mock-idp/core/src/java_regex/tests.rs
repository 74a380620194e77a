use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    let regex = JavaRegex::new(pattern).unwrap_or_else(|error| panic!("{error}"));
    regex.matches(text).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// Expected results: the documentation of `java.util.regex.Pattern`.
#[test]
fn patterns_match_as_in_java() {
    for (pattern, yes, no) in [
        ("abc", "abc", "abcd"),
        ("a|bc", "bc", "abc"),
        // Predefined classes are those of US-ASCII.
        (r"\d+", "123", "\u{664}"),
        (r"\w+", "a_1", "é"),
        (r"\W", "é", "a"),
        (r"\s", "\t", "\u{2003}"),
        (r"\h\v\H\V", "\u{a0}\u{85}ab", "  \n\n"),
        (r"(?U)\w+", "é", "-"),
        // Look-around, back-references, atomic groups, possessive quantifiers.
        ("(?!Admin).*", "Users", "Admins"),
        ("(?=.*A).+", "xAy", "xy"),
        (".*(?<!-test)", "app", "app-test"),
        ("(?<=a)b|ab", "ab", "b"),
        (r"(\w+)-\1", "eu-eu", "eu-us"),
        (r"(?<zone>\w+)-\k<zone>", "eu-eu", "eu-us"),
        (r"(a)\10", "aa0", "aa"),
        ("(?>a+)b", "aab", "aac"),
        ("a*+b", "aab", "aac"),
        ("a?+b", "ab", "aab"),
        ("[ab]{1,2}+c", "abc", "abbc"),
        ("(?:ab)++c", "ababc", "aba"),
        ("a{2,3}?", "aaa", "a"),
        // Quoting.
        (r"\QA.B*\E+", "A.B**", "AxB"),
        (r"\Q(open", "(open", "open"),
        (r"[\Q]-^\E]+", "]-^", "a"),
        (r"\.\-\ \#", ".- #", ".-  "),
        // Bracket expressions.
        ("[a-z&&[^aeiou]]+", "xyz", "xay"),
        ("[a-d[m-p]]+", "dm", "e"),
        ("[]a]+", "]a", "b"),
        ("[^]a]", "b", "]"),
        ("[a^-]+", "a^-", "b"),
        (r"[\w&&[^\d]]+", "a_", "a1"),
        (r"[\p{Alpha}\-]+", "a-b", "a1"),
        ("[~#{}|]+", "~#{}|", "a"),
        // Properties.
        (r"\p{Lu}\p{L}*", "Über", "über"),
        (r"\pL\PL", "a1", "aa"),
        (r"\p{IsLatin}+", "é", "ж"),
        (r"\p{script=Cyrillic}", "ж", "e"),
        (r"\p{Upper}\p{Punct}", "A!", "Ü!"),
        (r"\p{javaUpperCase}", "Ü", "ü"),
        // Escapes.
        (r"\x41\u0042\x{43}\0104\t", "ABCD\t", "ABCD"),
        (r"\uD83D\uDE00", "😀", "😁"),
        (r"\cA\e\a\f", "\u{1}\u{1b}\u{7}\u{c}", "A"),
        (r"a\Rb", "a\r\nb", "ab"),
        // Flags.
        ("(?i)admin", "ADMIN", "admi"),
        ("a(?i)b|c", "aB", "A"),
        ("(?i:a)b", "Ab", "AB"),
        ("(?i)a(?-i)b", "Ab", "AB"),
        ("(?x) a b # text\n c", "abc", "a b c"),
        ("(?x)[a b]", "b", " "),
        ("a.b", "a b", "a\u{2028}b"),
        ("(?s)a.b", "a\nb", "ab"),
        ("(?d)a.b", "a\rb", "a\nb"),
        ("(?m)a$\n^b", "a\nb", "a b"),
        ("a$\n?", "a\n", "a\n\n"),
        ("((?i)a)b", "Ab", "AB"),
    ] {
        assert!(matches(pattern, yes), "{pattern} {yes:?}");
        assert!(!matches(pattern, no), "{pattern} {no:?}");
    }
}

#[test]
fn patterns_that_cannot_be_used_are_refused_in_words_of_this_program() {
    for (pattern, reason) in [
        ("(", "a `)` is missing"),
        (")", "a `)` has no opening parenthesis"),
        ("[a", "a `]` is missing"),
        ("[z-a]", "the range `z-a` is empty"),
        (r"[a-\d]", "the range `a-` has no end"),
        ("*a", "there is nothing to repeat before `*`"),
        ("a**", "there is nothing to repeat before `*`"),
        ("a|+", "there is nothing to repeat before `+`"),
        ("a{", "must be written `\\{`"),
        ("a{2,1}", "must be written `\\{`"),
        ("a{2000}", "a part is repeated more than 1000 times"),
        (r"\y", "Java has no escape `\\y`"),
        ("a\\", "the pattern ends with a backslash"),
        (r"\x4", "2 hexadecimal digits are expected"),
        (r"\x{110000}", "`110000` is not the number of a character"),
        (r"\uD83D", "is half of a character"),
        (r"\p{InGreek}", "the property `InGreek` is not supported"),
        (r"\p{Nonsense}", "the property `Nonsense` is not supported"),
        (r"\X", "`\\X` is not supported"),
        (r"(a)\2", "there is no group 2 before `\\2`"),
        (r"\k<a>", "no group before `\\k<a>` has the name"),
        ("(?<1a>b)", "`1a` is not the name of a group"),
        ("(?<a>b)(?<a>c)", "two groups have the name `a`"),
        ("(?P<a>b)", "Java has no group `(?P`"),
        ("(?#text)", "Java has no group `(?#`"),
        (&"(".repeat(40), "groups nest more than 32 deep"),
        (&"[".repeat(40), "brackets nest more than 16 deep"),
        ("((((a{900}){900}){900}){900})", "it is too large"),
    ] {
        let error = JavaRegex::new(pattern).unwrap_err();
        assert!(error.reason.contains(reason), "{pattern}: {error}");
        assert!(error.to_string().starts_with(&format!("`{pattern}` is not a usable regular expression: ")), "{error}");
    }
}

#[test]
fn a_comparison_that_would_take_too_long_is_given_up() {
    let text = "a".repeat(60);
    for pattern in [r"(a|aa)+(?!x)b", r"(\w+)*\1!"] {
        assert_eq!(JavaRegex::new(pattern).unwrap().matches(&text), Err(TooManySteps), "{pattern}");
    }
    // Without look-around and the like the time is linear.
    assert!(!matches("(a|aa)+b", &"a".repeat(10_000)));
}
