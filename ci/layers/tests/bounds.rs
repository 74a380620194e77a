//! The numbers of docs/bounds.md are those of the constants in the code.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{BinOp, Expr, ExprLit, Lit};

/// Where a number of the page comes from.
enum Source {
    /// Records and MiB of a table of the ledger.
    Table(&'static str),
    /// The MiB of a table that has one record.
    OneRecord(&'static str),
    Count(&'static str, &'static str),
    Bytes(&'static str, &'static str),
    Time(&'static str, &'static str),
}

use Source::{Bytes, Count, OneRecord, Table, Time};

/// The tables of the page: the beginning of a row, and the constants of its column "bound". All numbers of the column have to be
/// constants, so a row that is not listed has none.
const ROWS: &[(&str, &[Source])] = &[
    ("sign-ins in progress", &[Table("transactions")]),
    ("pushed authorization requests", &[Table("pushed_requests")]),
    ("authorization codes", &[Table("codes")]),
    ("interaction codes", &[Table("interaction_codes")]),
    (
        "users who are at an external identity provider",
        &[Table("provider_visits"), Time("mock-idp/core/src/ledger/transaction.rs", "LIFETIME")],
    ),
    ("interaction handles", &[Table("interactions")]),
    ("sessions", &[Table("sessions")]),
    ("failed sign-ins", &[Table("failed_sign_ins")]),
    ("used one-time passwords", &[Table("used_codes")]),
    ("browsers whose users were asked", &[Table("keep_prompts"), Count(USER_TIMES, "CAPACITY")]),
    (
        "browsers and devices that are remembered",
        &[
            Table("remembered_devices"),
            Count(USER_TIMES, "CAPACITY"),
            Count("mock-idp/core/src/ledger/issued_tokens.rs", "MAX"),
        ],
    ),
    (
        "addresses that users have added",
        &[
            Table("own_emails"),
            Count("mock-idp/core/src/ledger/own_emails.rs", "CAPACITY"),
            Time("mock-idp/core/src/ledger/own_emails.rs", "LIFETIME"),
        ],
    ),
    ("session tokens", &[Table("session_tokens")]),
    ("clients that get logout notices", &[Table("session_clients")]),
    ("token families", &[Table("families")]),
    ("refresh tokens", &[Table("refresh_tokens")]),
    ("refresh tokens of one family", &[Count("mock-idp/core/src/ledger/token_family.rs", "MOST")]),
    ("revoked access tokens", &[Table("revoked_access_tokens")]),
    ("claims that requests name", &[Table("requested_claims")]),
    ("device codes and their user codes", &[Table("devices"), Table("user_codes")]),
    ("back-channel requests", &[Table("backchannel")]),
    ("back-channel requests that wait", &[Count("mock-idp/core/src/ledger/polled.rs", "MOST")]),
    ("sign-ins of [direct authentication]", &[Table("direct_sign_ins")]),
    ("codes and notifications of direct authentication", &[Table("oob_challenges")]),
    ("device secrets", &[Table("device_secrets")]),
    ("exchanges of one device secret", &[Count("mock-idp/core/src/ledger/device_secret.rs", "MOST")]),
    ("interclient tokens", &[Table("interclient_grants")]),
    ("consents", &[Table("consents")]),
    ("`jti` values that were used", &[Table("consumed_values")]),
    (
        "what was issued to users",
        &[
            Table("issued_tokens"),
            Count("mock-idp/core/src/ledger/issued_tokens.rs", "PARTS"),
            Count("mock-idp/core/src/ledger/issued_tokens.rs", "MAX"),
        ],
    ),
    (
        "push notifications of Okta Verify",
        &[Count("mock-idp/core/src/ledger/push.rs", "CAPACITY"), OneRecord("pushes")],
    ),
    ("codes and challenges of factors", &[Table("sent_codes")]),
    ("links and codes that were sent", &[Table("one_time_tokens")]),
    ("links in emails with codes", &[Table("magic_links")]),
    ("[messages]", &[Table("messages"), Bytes("mock-idp/core/src/ledger/inbox.rs", "MAX_TEXT")]),
    (
        "requests with events in the System Log",
        &[Table("logged_requests"), Time("mock-idp/core/src/ledger/logged_request.rs", "LIFETIME")],
    ),
    ("name of an unknown user", &[Count("mock-idp/core/src/system_log/event.rs", "MAX_TYPED")]),
    ("requests whose events wait", &[Count("mock-idp/src/engine/unwritten_log.rs", "MAX_WAITING")]),
    ("key rotations", &[Table("server_keys")]),
    ("body of a request", &[Bytes(LIMITS, "MAX_BODY"), Bytes(LIMITS, "MAX_LONG_BODY")]),
    ("body of a request to the control API", &[Bytes("mock-idp/src/control/handler.rs", "MAX_BODY")]),
    ("state of an org in a request", &[Bytes("mock-idp/src/control/handler.rs", "MAX_STATE")]),
    ("entries of the journal", &[Count(JOURNAL, "CAPACITY"), Bytes(JOURNAL, "MAX_BYTES")]),
    (
        "queries, headers and bodies in the journal",
        &[Bytes(JOURNAL, "MAX_MESSAGE_BYTES"), Bytes("mock-idp/src/journal/message.rs", "MAX_BODY")],
    ),
    ("faults and changes of the next tokens", &[Count("mock-idp/src/faults/mod.rs", "MAX")]),
    (
        "users who wait in `/_mock/sign-ins`",
        &[
            Count("mock-idp/src/engine/sign_in_queue.rs", "CAPACITY"),
            Count("mock-idp/src/control/sign_ins.rs", "MAX_USERS"),
        ],
    ),
    ("a text in an entry of the journal", &[Bytes(JOURNAL, "MAX_TEXT")]),
    ("[sandboxes]", &[Count(SANDBOXES, "MAX")]),
    ("lifetime of a sandbox", &[Time(SANDBOXES, "LIFETIME"), Time(SANDBOXES, "MAX_LIFETIME")]),
    (
        "signing keys that are ready",
        &[Count("mock-idp/src/keys/bank.rs", "CAPACITY"), Count("mock-idp/src/keys/bank.rs", "RESERVE")],
    ),
    ("names below `.localhost`", &[Count("mock-idp/src/tls/leaves.rs", "FURTHER_NAMES")]),
    ("connections at a time", &[Count(CONNECTIONS, "MAX_CONNECTIONS"), Count(CONNECTIONS, "OTHER_FILES")]),
    ("first byte and TLS handshake", &[Time("mock-idp/src/listen/acceptor.rs", "TIMEOUT")]),
    ("head of a request", &[Time(CONNECTIONS, "HEAD_TIMEOUT"), Bytes("mock-idp/src/listen/mod.rs", "MAX_HEAD")]),
    ("body of a request", &[Time(LIMITS, "BODY_TIMEOUT")]),
    ("connection between requests", &[Time(CONNECTIONS, "IDLE_TIMEOUT")]),
    (
        "running requests when the program stops",
        &[Time("mock-idp/src/listen/mod.rs", "GRACE"), Time("mock-idp/src/cli/signals.rs", "PATIENCE")],
    ),
    (
        "redirect URIs on the error page",
        &[
            Count("mock-idp/src/pages/view/present.rs", "MAX_COMPARED"),
            Count("mock-idp/src/pages/view/present.rs", "MAX_REGISTERED"),
        ],
    ),
    ("text of an external identity provider", &[Count("mock-idp/core/src/sign_in/provider/answer.rs", "MAX_TEXT")]),
    ("id of a passkey", &[Count("mock-idp/core/src/protocol/webauthn/ceremony.rs", "MAX_CREDENTIAL_ID")]),
    ("nesting of CBOR", &[Count("mock-idp/core/src/protocol/webauthn/cbor.rs", "MAX_DEPTH")]),
    ("names for which a near one", &[Count("mock-idp/core/src/text.rs", "MAX_NAME")]),
    (
        "one exchange",
        &[
            Time("mock-idp/src/outbound/client.rs", "TIMEOUT"),
            Bytes("mock-idp/src/outbound/client.rs", "MAX_ANSWER"),
            Time(HOOKS, "TIMEOUT"),
            Time(HOOKS, "PROVIDER_TIMEOUT"),
        ],
    ),
    ("calls of inline hooks", &[Count(HOOKS, "MAX_RUNNING"), Count(HOOKS, "MAX_AT_SERVER")]),
    ("deliveries to event hooks", &[Count(HOOKS, "MAX_RUNNING"), Count(HOOKS, "MAX_AT_SERVER")]),
    (
        "answers of identity providers that are kept, so that a callback can be sent again",
        &[Count("mock-idp/src/engine/provider_answers.rs", "CAPACITY")],
    ),
    ("events that wait for an event hook", &[Count("mock-idp/src/engine/waiting_events.rs", "MAX_WAITING")]),
    ("key sets that are kept", &[Count(KEY_SETS, "MAX_SETS"), Time(KEY_SETS, "LIFETIME")]),
    ("fetches of one key set", &[Count(KEY_SETS, "BURST"), Time(KEY_SETS, "REFILL")]),
    (
        "org document",
        &[
            Bytes("mock-idp/src/org_source.rs", "MAX_DOCUMENT"),
            Count("mock-idp/core/src/org/yaml/tree.rs", "MAX_DEPTH"),
            Count("mock-idp/core/src/org/yaml/tree.rs", "MAX_EXPANDED"),
        ],
    ),
    ("log lines that wait until stderr is read", &[Bytes("mock-idp/src/logging/writer.rs", "MAX_BUFFERED")]),
    ("files of the certificate authority", &[Bytes("mock-idp/src/tls/files.rs", "MAX_FILE")]),
    (
        "sessions",
        &[Count("demo-app/src/session/store.rs", "MAX_SESSIONS"), Time("demo-app/src/lib.rs", "SESSION_IDLE")],
    ),
    (
        "answers of the issuer",
        &[Time("demo-app/src/outbound.rs", "TIME_LIMIT"), Bytes("demo-app/src/body.rs", "MAX_BODY")],
    ),
    (
        "fetches of the issuer's keys",
        &[Count("demo-app/src/token/keys.rs", "BURST"), Time("demo-app/src/token/keys.rs", "REFILL")],
    ),
    ("log lines that wait until stderr is read", &[Count("demo-app/src/main.rs", "MAX_BUFFERED_LINES")]),
    ("open requests when the app stops", &[Time("demo-app/src/lib.rs", "STOP_TIMEOUT")]),
];

/// Sentences beside the tables: what is in front of a number, and its constant.
const SENTENCES: &[(&str, Source)] = &[
    ("An operation of the store may take", Time("mock-idp/src/ledger/redis/operation.rs", "LIMIT")),
    ("operations of a request", Time("mock-idp/src/ledger/redis/operation.rs", "REQUEST_LIMIT")),
    ("Changes of other mocks are asked for every", Time("mock-idp/src/ledger/redis/poll.rs", "INTERVAL")),
    ("before a request whose mock has not asked for", Time("mock-idp/src/ledger/redis/mod.rs", "MOST_AGE")),
    ("a start makes a file of more than", Bytes("mock-idp/src/ledger/disk/file.rs", "SMALL_BYTES")),
    ("Beyond", Count("mock-idp/src/engine/user_rates.rs", "MAX_SIGN_INS_PER_SECOND")),
];

const CONNECTIONS: &str = "mock-idp/src/listen/connections.rs";
const HOOKS: &str = "mock-idp/src/outbound/hooks.rs";
const JOURNAL: &str = "mock-idp/src/journal/mod.rs";
const KEY_SETS: &str = "mock-idp/src/outbound/key_sets.rs";
const LIMITS: &str = "mock-idp/src/http/layers/limits.rs";
const SANDBOXES: &str = "mock-idp/src/engine/sandboxes.rs";
const TABLES: &str = "mock-idp/src/ledger/list.rs";
const USER_TIMES: &str = "mock-idp/core/src/ledger/user_times.rs";

fn read(path: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Source {
    /// The numbers as the page has them.
    fn shown(&self) -> Vec<String> {
        match *self {
            Table(name) => table(name),
            OneRecord(name) => table(name).split_off(1),
            Count(file, name) => vec![counted(constant(file, name).number())],
            Bytes(file, name) => vec![bytes(constant(file, name).number())],
            Time(file, name) => vec![time(constant(file, name))],
        }
    }
}

/// Records and MiB of a table.
fn table(name: &str) -> Vec<String> {
    let list = read(TABLES);
    let start = format!("{name}: ");
    let row = list.lines().find_map(|line| line.trim().strip_prefix(&start)?.strip_suffix(';'));
    let mut columns = row.unwrap_or_else(|| panic!("no table {name}")).rsplit(", ");
    let mut next = || columns.next().unwrap().replace('_', "").parse::<u64>().unwrap();
    let (mebibytes, records) = (next(), next());
    vec![counted(records), format!("{mebibytes} MiB")]
}

/// The value of a constant.
#[derive(Clone, Copy)]
enum Value {
    /// A count, or seconds.
    Number(u64),
    Milliseconds(u64),
}

impl Value {
    fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Milliseconds(_) => panic!("a duration where a number is expected"),
        }
    }
}

/// Finds the constants of a name, also in `impl` blocks.
struct Constants<'a> {
    name: &'a str,
    values: Vec<Value>,
}

impl<'ast> Visit<'ast> for Constants<'_> {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if item.ident == self.name {
            self.values.push(value(&item.expr));
        }
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        if item.ident == self.name {
            self.values.push(value(&item.expr));
        }
    }
}

fn constant(file: &str, name: &str) -> Value {
    let parsed = syn::parse_file(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut found = Constants { name, values: Vec::new() };
    found.visit_file(&parsed);
    match found.values[..] {
        [value] => value,
        _ => panic!("{} constants {name} in {file}", found.values.len()),
    }
}

/// Evaluates what constants are made of: literals, products, and constructors of durations.
fn value(expression: &Expr) -> Value {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => Value::Number(literal.base10_parse().unwrap()),
        Expr::Paren(inner) => value(&inner.expr),
        Expr::Binary(binary) => {
            let (left, right) = (value(&binary.left).number(), value(&binary.right).number());
            Value::Number(match binary.op {
                BinOp::Mul(_) => left * right,
                BinOp::Shl(_) => left << right,
                _ => panic!("an operator that is not known here"),
            })
        }
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { panic!("a call that is not known here") };
            let argument = value(call.args.first().unwrap()).number();
            let unit = function.path.segments.last().unwrap().ident.to_string();
            Value::Milliseconds(match unit.as_str() {
                "from_millis" => argument,
                "from_secs" => argument * 1_000,
                "hours" => argument * 3_600_000,
                _ => panic!("{unit} is not known here"),
            })
        }
        _ => panic!("an expression that is not known here"),
    }
}

/// With a comma in front of each group of three digits.
fn counted(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

fn bytes(number: u64) -> String {
    if number.is_multiple_of(1 << 20) { format!("{} MiB", number >> 20) } else { format!("{} KiB", number >> 10) }
}

fn time(value: Value) -> String {
    const HOUR: u64 = 3_600_000;
    let milliseconds = match value {
        Value::Number(seconds) => seconds * 1_000,
        Value::Milliseconds(milliseconds) => milliseconds,
    };
    match milliseconds {
        HOUR => "1 hour".to_owned(),
        days if days.is_multiple_of(24 * HOUR) && days > 24 * HOUR => format!("{} days", days / (24 * HOUR)),
        hours if hours.is_multiple_of(HOUR) => format!("{} hours", hours / HOUR),
        short if short < 100 => format!("{short} ms"),
        seconds => format!("{} s", f64::from(u32::try_from(seconds).unwrap()) / 1_000.0),
    }
}

const UNITS: [&str; 7] = ["KiB", "MiB", "ms", "s", "hour", "hours", "days"];

/// The numbers of a text, with their units.
fn numbers(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches([',', ';', '.', ')', '('])).collect();
    let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let numbers = words.iter().enumerate().filter(|(_, word)| is_number(word));
    let shown = numbers.map(|(at, number)| match words.get(at + 1) {
        Some(unit) if UNITS.contains(unit) => format!("{number} {unit}"),
        _ => (*number).to_owned(),
    });
    shown.collect()
}

/// The first two cells of each row of the tables that have a column "bound".
fn rows(page: &str) -> Vec<(&str, &str)> {
    let mut rows = Vec::new();
    let mut has_bounds = false;
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", "what", "bound", ..] => has_bounds = true,
            ["", what, bound, ..] if has_bounds && !what.starts_with("---") => rows.push((what, bound)),
            ["", ..] => {}
            _ => has_bounds = false,
        }
    }
    rows
}

#[test]
fn every_number_of_the_tables_is_a_constant_of_the_code() {
    let page = read("docs/bounds.md");
    let mut listed: Vec<&(&str, &[Source])> = ROWS.iter().collect();
    let mut wrong = Vec::new();
    for (what, bound) in rows(&page) {
        // The longest beginning: "refresh tokens of one family" is not "refresh tokens". Of two equal ones the first is used first.
        let fitting = listed.iter().enumerate().filter(|(_, (start, _))| what.starts_with(start));
        let at = fitting.max_by_key(|(at, (start, _))| (start.len(), std::cmp::Reverse(*at))).map(|(at, _)| at);
        let sources = at.map_or(&[][..], |at| listed.remove(at).1);
        let expected = sorted(sources.iter().flat_map(Source::shown).collect());
        let found = sorted(numbers(bound));
        if found != expected {
            wrong.push(format!("{what}: the page has {found:?}, the code {expected:?}"));
        }
    }
    let unused = listed.iter().map(|(start, _)| format!("{start}: the page has no such row"));
    wrong.extend(unused);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sorted, and each number once.
fn sorted(mut numbers: Vec<String>) -> Vec<String> {
    numbers.sort();
    numbers.dedup();
    numbers
}

#[test]
fn the_numbers_of_the_sentences_are_constants_of_the_code() {
    let page = read("docs/bounds.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for (before, source) in SENTENCES {
        let shown = &source.shown()[0];
        assert!(page.contains(&format!("{before} {shown}")), "the page does not say: {before} {shown}");
    }
}
