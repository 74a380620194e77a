//! What the input files cannot say well: precedence, errors and their places, and the bounds.

use std::sync::Arc;

use proptest::prelude::*;

use super::{EvaluationError, Expression, GroupView, MAX_DEPTH, ParseError, Roots, Value, functions};

struct Empty;

impl Roots for Empty {
    fn root(&self, name: &str) -> Option<Value> {
        let user = serde_json::json!({
            "login": "ada@example.test",
            "long": "a".repeat(2000),
            "self": "getFilteredGroups({'00g1'}, user.self, 1)[0]",
            "attributes": {"a b": 1},
        });
        (name == "user").then(|| user.into())
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        static GROUPS: std::sync::LazyLock<Vec<Arc<GroupView>>> = std::sync::LazyLock::new(|| {
            vec![GroupView { id: "00g1".to_owned(), name: "Buyers".to_owned(), ..GroupView::default() }.into()]
        });
        &GROUPS
    }

    fn internal_property(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> i64 {
        1_438_363_117
    }
}

fn value(source: &str) -> Value {
    Expression::parse(source).unwrap().evaluate(&Empty).unwrap()
}

fn failure(source: &str) -> EvaluationError {
    Expression::parse(source).unwrap().evaluate(&Empty).unwrap_err()
}

fn parse_error(source: &str) -> ParseError {
    Expression::parse(source).unwrap_err()
}

#[test]
fn operators_have_the_precedence_of_spel() {
    assert_eq!(value("1 + 2 * 3"), Value::Int(7));
    assert_eq!(value("(1 + 2) * 3"), Value::Int(9));
    assert_eq!(value("7 - 2 - 1"), Value::Int(4));
    assert_eq!(value("-2 + 5 % 3"), Value::Int(0));
    assert_eq!(value("1 + 1 == 2 AND !false"), Value::Bool(true));
    assert_eq!(value("true || false && false"), Value::Bool(true));
    assert_eq!(value("not true or true"), Value::Bool(true));
    assert_eq!(value("1 lt 2 ? 'a' : 'b' + 'c'"), Value::from("a"));
    assert_eq!(value("false ? 1 : true ? 2 : 3"), Value::Int(2));
    assert_eq!(value("null ?: '' ?: 'x'"), Value::from("x"));
    assert_eq!(value("!true == false"), Value::Bool(true));
}

#[test]
fn and_and_or_do_not_evaluate_the_right_side_if_the_left_decides() {
    assert_eq!(value("true OR {}[0]"), Value::Bool(true));
    assert_eq!(value("false AND {}[0]"), Value::Bool(false));
    assert_eq!(value("true ? 1 : {}[0]"), Value::Int(1));
    assert_eq!(value("1 ?: {}[0]"), Value::Int(1));
}

#[test]
fn a_string_keeps_backslashes_and_contains_doubled_quotes_once() {
    assert_eq!(value(r#""\n\""#), Value::from(r"\n\"));
    assert_eq!(value("'it''s'"), Value::from("it's"));
    assert_eq!(value(r#""say ""hi""""#), Value::from(r#"say "hi""#));
}

#[test]
fn plus_concatenates_strings_and_adds_numbers() {
    assert_eq!(value("1 + '2'"), Value::from("12"));
    assert_eq!(value("'a' + 1.5 + true + null"), Value::from("a1.5truenull"));
    assert_eq!(value("'a' + {1, 'b'}"), Value::from("a1,b"));
    assert_eq!(value("1 + 2.5"), Value::Float(3.5));
    assert_eq!(failure("1 + null").message, "an integer and null cannot be combined");
    assert_eq!(failure("9223372036854775807 + 1").message, "the number is too large");
    assert_eq!(failure("1 / 0").message, "division by zero");
}

#[test]
fn numbers_compare_by_value_and_other_types_do_not_compare() {
    assert_eq!(value("1 == 1.0"), Value::Bool(true));
    assert_eq!(value("{1, 2} == {1.0, 2}"), Value::Bool(true));
    assert_eq!(value("'1' == 1"), Value::Bool(false));
    assert_eq!(value("null < 1"), Value::Bool(true));
    assert_eq!(value("user.absent > 1"), Value::Bool(false));
    assert_eq!(failure("'1' < 1").message, "a string and an integer cannot be compared");
}

#[test]
fn a_property_of_a_null_root_is_null_and_of_a_null_property_an_error() {
    assert_eq!(value("user.absent"), Value::Null);
    assert_eq!(value("appuser.anything"), Value::Null);
    assert_eq!(value("appuser"), Value::Null);
    assert_eq!(failure("user.absent.more").message, "null has no property \"more\"");
    assert_eq!(value("user.absent?.more"), Value::Null);
    assert_eq!(value("user.absent?.length()"), Value::Null);
    assert_eq!(failure("user.absent.length()").message, "length() is called on null");
    assert_eq!(failure("!user.absent").message, "a condition must be a Boolean, not null");
}

/// Roots that answer null for whatever they do not know, as the subject of a token does.
struct Sparse;

impl Roots for Sparse {
    fn root(&self, _: &str) -> Option<Value> {
        None
    }

    fn property(&self, root: &str, name: &str) -> Option<Value> {
        (root == "user").then(|| if name == "login" { Value::from("ada@example.test") } else { Value::Null })
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &[]
    }

    fn internal_property(&self, name: &str) -> Option<Value> {
        (name == "status").then(|| Value::from("ACTIVE"))
    }

    fn now(&self) -> i64 {
        0
    }
}

#[test]
fn identity_engine_names_read_the_same_user() {
    let value = |source: &str| Expression::parse(source).unwrap().evaluate(&Sparse).unwrap();
    assert_eq!(value("user.profile.login"), Value::from("ada@example.test"));
    assert_eq!(value("user.profile.absent"), Value::Null);
    assert_eq!(value("user.status"), Value::from("ACTIVE"));
    assert_eq!(value("user.created"), Value::Null);
}

#[test]
fn members_of_objects_and_elements_of_arrays_are_read_by_name_and_position() {
    assert_eq!(value("{a: 1, 'b c': {2}}['b c'][0]"), Value::Int(2));
    assert_eq!(value("user.attributes['a b']"), Value::Int(1));
    assert_eq!(value("user.login[0]"), Value::from("a"));
    assert_eq!(value("{:}"), Value::Map(indexmap::IndexMap::new()));
    assert_eq!(value("{{a: 1}, {a: 2}}.![a + 1]"), Value::from(vec![2_i64, 3]));
    assert_eq!(failure("{1}[1]").message, "position 1 is outside an array of 1");
    assert_eq!(failure("{1}['a']").message, "an array has no position given by a string");
}

#[test]
fn parse_errors_contain_the_position_and_the_nearest_name() {
    let cases = [
        ("", 1, "expected a value, found the end"),
        ("user.firstName user.lastName", 16, "expected an operator or the end of the expression, found 'u'"),
        ("  usr.login", 3, "unknown name \"usr\", did you mean \"user\"?"),
        ("Arrys.size({})", 1, "unknown name \"Arrys\", did you mean \"Arrays\"?"),
        ("Arrays.sise({})", 1, "unknown function \"Arrays.sise\", did you mean \"Arrays.size\"?"),
        (
            "isMemberOfGroupNam('x')",
            1,
            "unknown function \"isMemberOfGroupNam\", did you mean \"isMemberOfGroupName\"?",
        ),
        ("user.getGroup({'group.id': 'x'})", 6, "unknown method \"getGroup\", did you mean \"getGroups\"?"),
        ("'é' + 'open", 7, "the string has no closing '"),
        ("(1 + 2", 7, "expected ')' to close the parenthesis, found the end"),
        ("{1, 2", 6, "expected ',' or '}' after an element, found the end"),
        ("true ? 1", 9, "expected ':' and the value for the other case, found the end"),
        ("1 == 1 == true", 8, "expected an operator or the end of the expression, found '='"),
        ("user.", 6, "expected a name after the dot, found the end"),
        ("99999999999999999999", 1, "the number is too large"),
        ("1e999", 1, "the number is too large"),
        ("String.len()", 1, "String.len takes 1 argument, not 0: String.len(string): number of characters; 0 for null"),
        ("'a'.substring()", 5, "substring takes 1 to 2 arguments, not 0"),
        ("T(java.lang.Runtime)", 1, "unknown function \"T\""),
        ("#root", 1, "expected a value, found '#'"),
    ];
    for (source, column, message) in cases {
        let error = parse_error(source);
        assert_eq!(error.column, column, "{source}: {error}");
        assert!(error.message.starts_with(message), "{source}: {error}");
        assert_eq!(source.get(..error.offset).map(|before| before.chars().count() + 1), Some(column), "{source}");
    }
    assert_eq!(parse_error("usr").to_string(), "column 1: unknown name \"usr\", did you mean \"user\"?");
}

#[test]
fn evaluation_errors_contain_the_position() {
    let error = failure("'a' + String.substring('b', 'c', 2)");
    assert_eq!(error.offset, 6);
    assert_eq!(error.message, "String.substring: argument 2 must be an integer, not a string");
}

#[test]
fn nesting_and_length_are_bounded() {
    let nest = |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    let inner = MAX_DEPTH - 1;
    assert_eq!(value(&nest("(", ")", inner)), Value::Int(1));
    assert_eq!(value(&nest("- ", "", inner)), Value::Int(-1));
    for (open, close) in [("(", ")"), ("{", "}"), ("- ", ""), ("!", ""), ("String.len(", ")")] {
        let error = parse_error(&nest(open, close, MAX_DEPTH));
        assert_eq!(error.message, format!("the expression nests more than {MAX_DEPTH} deep"), "{open}");
    }
    assert_eq!(value(&format!("{}2", "false ? 1 : ".repeat(85))), Value::Int(2));
    assert_eq!(value(&format!("{}2", "null ?: ".repeat(127))), Value::Int(2));
    assert_eq!(value(&format!("1{}", " + 1".repeat(255))), Value::Int(256));
    assert_eq!(value(&format!("user{}", "?.x".repeat(340))), Value::Null);
    assert_eq!(value(&format!("'{}'", "é".repeat(1022))), Value::from("é".repeat(1022)));
    let error = parse_error(&format!("'{}'", "é".repeat(1023)));
    assert_eq!(error.message, "the expression has 1025 characters, at most 1024 are allowed");
}

/// The deepest expressions leave room on the stack of a server's thread, which is 2 MiB, even unoptimised.
#[test]
fn the_deepest_expressions_need_at_most_half_a_stack() {
    let inner = MAX_DEPTH - 1;
    let sources = [
        format!("{}1{}", "1||1&&1==1+(".repeat(inner), ")".repeat(inner)),
        format!("{}1{}", "String.len(".repeat(inner), ")".repeat(inner)),
        format!("{}1{}", "{1}.![".repeat(inner), "]".repeat(inner)),
        format!("{}1", "true?1:".repeat(146)),
        format!("1{}", "+1".repeat(511)),
        format!("1{}", "[0]".repeat(341)),
    ];
    let deepest = sources.len();
    let worked = std::thread::Builder::new().stack_size(1024 * 1024).spawn(move || {
        // The result does not matter: the stack must not overflow.
        let results = sources.iter().map(|source| Expression::parse(source).unwrap().evaluate(&Empty));
        results.collect::<Vec<_>>().len()
    });
    assert_eq!(worked.unwrap().join().unwrap(), deepest);
}

#[test]
fn results_and_recursion_are_bounded() {
    let grown = "String.replace(user.long, 'a', user.long)";
    assert_eq!(value(&format!("String.len({grown})")), Value::Int(4_000_000));
    let again = failure(&format!("String.replace(user.long, 'a', {grown})"));
    assert_eq!(again.message, "String.replace: the result is too large");
    let joined = failure(&format!("String.join({grown}, 1, 2, 3, 4, 5, 6, 7, 8, 9)"));
    assert_eq!(joined.message, "String.join: the result is too large");
    let added = failure(&format!("{grown} + {grown} + {grown} + 'x'"));
    assert_eq!(added.message, "the result is too large");
    let listed = failure(&format!("{{{}}}", [grown; 10].join(",")));
    assert!(listed.message.ends_with("the result is too large"), "{listed}");
    let many = format!("{{{}user.long}}.![{{1}}]", "user.long,".repeat(30));
    assert_eq!(value(&format!("{many}.size()")), Value::Int(31));
    let error = failure(r#"getFilteredGroups({"00g1"}, user.self, 1)"#);
    assert!(error.message.contains("a group expression cannot filter groups itself"), "{error}");
}

#[test]
fn every_function_is_documented_under_its_own_name() {
    let docs: Vec<&str> = functions().collect();
    assert!(docs.len() > 90, "{}", docs.len());
    for doc in &docs {
        assert!(doc.contains('(') && doc.contains("): "), "{doc}");
    }
    for name in functions::function_names() {
        assert_eq!(docs.iter().filter(|doc| doc.starts_with(&format!("{name}("))).count(), 1, "{name}");
    }
}

#[test]
fn values_are_unchanged_by_a_round_trip_through_json() {
    let json = serde_json::json!({"a": [1, 2.5, null, true, "x"], "b": {"c": -7}});
    assert_eq!(serde_json::Value::from(Value::from(json.clone())), json);
    assert_eq!(Value::from(json).to_string(), r#"{"a":[1,2.5,null,true,"x"],"b":{"c":-7}}"#);
}

/// Text made of the language's own pieces, which gets further into the parser than random characters do.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "user",
        ".login",
        "appuser",
        "String.len(",
        "Arrays.get(",
        "getFilteredGroups(",
        "Time.now(",
        ".toZone(",
        "isMemberOfGroupNameRegex(",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ".![",
        "?.",
        "?:",
        "?",
        ":",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "=",
        " AND ",
        " or ",
        " matches ",
        "!",
        "not ",
        "true",
        "NULL",
        "0",
        "1",
        "9223372036854775807",
        "1.5",
        "1e308",
        "99999999999999999999",
        "'",
        "\"",
        "'a'",
        "\"00g1\"",
        "'(((['",
        "'yyyy'",
        "\\",
        "\u{0}",
        "é",
        "𝔘",
        "\u{202e}",
        " ",
        "\n",
        "group.name",
        ".plusDays(",
        "'2015-07-31T17:18:37Z'",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn parse_and_evaluate(source: &str) -> Result<(), TestCaseError> {
    match Expression::parse(source) {
        Ok(expression) => {
            prop_assert_eq!(expression.source(), source);
            if let Err(error) = expression.evaluate(&Empty) {
                prop_assert!(error.offset <= source.len());
                prop_assert!(!error.message.is_empty());
            }
        }
        Err(error) => {
            prop_assert!(source.is_char_boundary(error.offset));
            prop_assert!(!error.message.is_empty());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(source in any::<String>()) {
        parse_and_evaluate(&source)?;
    }

    #[test]
    fn any_text_between_quotes_is_its_own_value(text in "[^']{0,200}") {
        prop_assert_eq!(value(&format!("'{text}'")), Value::from(text));
    }

    #[test]
    fn any_sequence_of_fragments_is_parsed_or_rejected(source in fragments()) {
        parse_and_evaluate(&source)?;
    }

    #[test]
    fn any_nesting_is_parsed_or_rejected(opening in "[({!\\-\\[]{0,1024}", closing in "[)}\\]]{0,100}") {
        parse_and_evaluate(&format!("{opening}1{closing}"))?;
    }

    #[test]
    fn any_time_pattern_is_applied_or_rejected(pattern in "[a-zA-Z':. /-]{0,20}", text in "[0-9A-Za-z:. /+-]{0,20}") {
        let quote = |text: &str| text.replace('\'', "''");
        parse_and_evaluate(&format!("Time.now('UTC', '{}')", quote(&pattern)))?;
        parse_and_evaluate(&format!("Time.fromStringToIso8601('{}', '{}')", quote(&text), quote(&pattern)))?;
    }

    #[test]
    fn any_arithmetic_has_a_result_or_an_error(left in any::<i64>(), right in any::<i64>(), operator in "[-+*/%]") {
        parse_and_evaluate(&format!("({}) {operator} ({})", left, right))?;
        parse_and_evaluate(&format!("'{left}'.parseUnixTime().plusDays({right}).toZone('Asia/Tokyo').minusSeconds({left}).toWindows()"))?;
        parse_and_evaluate(&format!("'{left}'.parseWindowsTime().withinDays({right})"))?;
        parse_and_evaluate(&format!("String.substring('abc', {left}, {right})"))?;
        parse_and_evaluate(&format!("Arrays.get({{1}}, {left})"))?;
    }
}
