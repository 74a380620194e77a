//! Runs every file under `fixtures/expressions`: an expression, its subject and the expected result.

use std::path::Path;

use mock_idp_core::expression::Expression;

use crate::expression_cases::{ExpressionOutcome, cases, folder, load};

fn check(path: &Path) -> Result<(), String> {
    let (case, view) = load(path)?;
    let parsed = Expression::parse(&case.expression);
    let outcome = match (&case.outcome, parsed) {
        (ExpressionOutcome::Rejected(_), parsed) => {
            ExpressionOutcome::Rejected(parsed.err().map_or(String::new(), |error| error.to_string()))
        }
        (_, Err(error)) => ExpressionOutcome::Rejected(error.to_string()),
        (_, Ok(expression)) => match expression.evaluate(&view) {
            Ok(value) => ExpressionOutcome::Result(value.into()),
            Err(error) => ExpressionOutcome::Fails(error.to_string()),
        },
    };
    let matches = match (&case.outcome, &outcome) {
        (ExpressionOutcome::Result(wanted), ExpressionOutcome::Result(value)) => wanted == value,
        (ExpressionOutcome::Fails(wanted), ExpressionOutcome::Fails(error))
        | (ExpressionOutcome::Rejected(wanted), ExpressionOutcome::Rejected(error)) => {
            error.contains(wanted.as_str()) && !wanted.is_empty()
        }
        _ => false,
    };
    if matches {
        Ok(())
    } else {
        Err(format!("{}\n  wanted {:?}\n  found  {outcome:?}", case.expression, case.outcome))
    }
}

#[test]
fn every_input_file_has_its_documented_result() {
    let mut paths = Vec::new();
    cases(&folder(), &mut paths);
    assert!(paths.len() > 100, "only {} input files", paths.len());
    let failures: Vec<String> = (paths.iter())
        .filter_map(|path| check(path).err().map(|failure| format!("{}: {failure}", path.display())))
        .collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), paths.len(), failures.join("\n"));
}
