//! `mock-idp explain`: reads an entry from the journal of a running mock.

use std::fmt::Write as _;

use serde_json::Value;

use super::args::ExplainArgs;
use crate::cli::failure::Failure;
use crate::cli::http_client::get;
use crate::cli::output::{CommandOutput, brief};

/// The journal entry of a request.
pub(in crate::cli) fn explain(args: &ExplainArgs) -> Result<CommandOutput, Failure> {
    let url = format!("{}/_mock/requests/{}", args.url.trim_end_matches('/'), args.request_id);
    let (status, entry) = get(&url, args.control_token.as_deref())?;
    if status != 200 {
        let error = entry.get("error").and_then(Value::as_str).unwrap_or("it is not a mock-idp");
        return Err(Failure::invalid(format!("{url} answered {status}: {error}")));
    }
    let text = match args.json {
        true => serde_json::to_string_pretty(&entry).map_err(Failure::machine)? + "\n",
        false => render(&entry),
    };
    Ok(CommandOutput { text, positive: true })
}

/// The entry, then its notes with their values.
fn render(entry: &Value) -> String {
    let field = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let status = entry.get("status").map(brief).unwrap_or_default();
    let mut text = format!("{} {} -> {status}   {}\n", field("method"), field("path"), field("time"));
    let _ = writeln!(text, "client {}, user {}", field("client"), field("user"));
    if let Some(reason) = entry.get("reason").and_then(Value::as_str) {
        let _ = writeln!(text, "refused: {reason}");
    }
    text.push('\n');
    for note in entry.get("notes").and_then(Value::as_array).into_iter().flatten() {
        let word = |name: &str| note.get(name).and_then(Value::as_str).unwrap_or_default();
        let mark = match word("verdict") {
            "matched" | "added" => '+',
            "refused" => '!',
            _ => '-',
        };
        let value = note.pointer("/detail/value").map(|value| format!(" = {value}")).unwrap_or_default();
        let _ = writeln!(text, "{mark} {}{value}: {}", word("subject"), word("because"));
        for step in note.pointer("/detail/steps").and_then(Value::as_array).into_iter().flatten() {
            let part = step.get("part").and_then(Value::as_str).unwrap_or_default();
            let _ = writeln!(text, "    {part} = {}", step.get("value").map(brief).unwrap_or_default());
        }
    }
    text
}
