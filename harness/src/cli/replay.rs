//! `harness replay`.

use std::io::{self, Write as _};
use std::path::Path;

use url::Url;

use super::args::ReplayArgs;
use super::error::CommandError;
use crate::embedded::Mock;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{Text, read_file};
use crate::record::Recorder;
use crate::record::scrub::Scrubber;
use crate::run::{RunError, TargetSource, target_file};
use crate::tape::{ExpectedDifferences, ReplayReport, ReplayTarget, TapeLine, read_tape, replay, summary};
use crate::wire::{Body, Http, Request, WireError};

/// The name of the built-in mock.
const MOCK: &str = "mock";

/// Replays tapes and writes the reports.
pub(super) fn run(args: &ReplayArgs, fixtures: &Fixtures, reports: &Path) -> Result<Exit, CommandError> {
    let tapes = args.tapes.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut expected = match &args.expected {
        None => ExpectedDifferences::default(),
        Some(path) => {
            let list = ExpectedDifferences::parse(&read_file(path).map_err(RunError::from)?);
            list.map_err(|error| CommandError(Exit::Configuration, format!("{}: {error}", path.display())))?
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let opened = OpenedTarget::of(args, fixtures)?;
    let mut report =
        ReplayReport { target: args.target.clone(), tapes: Vec::new(), no_longer: Vec::new(), broken: Vec::new() };
    runtime.block_on(async {
        for (name, lines) in &tapes {
            match opened.replay(name, lines, &mut expected).await? {
                Ok(result) => report.tapes.push(result),
                Err(error) => report.broken.push((name.clone(), error.to_string())),
            }
        }
        Ok::<_, CommandError>(())
    })?;
    report.no_longer = expected.no_longer();
    report
        .write(reports)
        .map_err(|error| CommandError(Exit::Configuration, format!("{}: {error}", reports.display())))?;
    write!(io::stdout(), "{}", summary(&report))?;
    Ok(match (report.is_as_expected(), report.tapes.is_empty()) {
        (true, _) => Exit::Expected,
        (false, true) => Exit::Unreachable,
        (false, false) => Exit::Failures,
    })
}

/// A tape with its name: that of the file.
fn read(path: &Path) -> Result<(String, Vec<TapeLine>), CommandError> {
    let text = read_file(path).map_err(RunError::from)?;
    let lines = read_tape(&text);
    let lines = lines.map_err(|error| CommandError(Exit::Configuration, format!("{}: {error}", path.display())))?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok((name.unwrap_or_default(), lines))
}

/// The built-in mock, a new one for each tape, or a running org.
enum OpenedTarget {
    Mock { token: String, extra: bool },
    Running { target: ReplayTarget, reset: bool },
}

impl OpenedTarget {
    fn of(args: &ReplayArgs, fixtures: &Fixtures) -> Result<Self, CommandError> {
        let extra = args.extra;
        if args.target == MOCK {
            let file = target_file(MOCK, fixtures).map_err(RunError::from)?;
            if let TargetSource::File(file) = file
                && let Some(Text::Plain(token)) = file.api_token
            {
                return Ok(Self::Mock { token, extra });
            }
            return Err(CommandError(Exit::Configuration, "the target file of the mock has no api_token".to_owned()));
        }
        let usage = |reason: String| CommandError(Exit::Usage, reason);
        let base = Url::parse(&args.target).map_err(|error| usage(format!("--target {}: {error}", args.target)))?;
        let token =
            args.token.clone().ok_or_else(|| usage("OKTA_API_TOKEN is needed to replay at an org".to_owned()))?;
        let ca = args.ca.as_deref().map(read_file).transpose().map_err(RunError::from)?;
        let http = client(ca.as_deref())?;
        Ok(Self::Running { target: ReplayTarget { http, base, token, extra }, reset: args.reset })
    }

    async fn replay(
        &self,
        name: &str,
        lines: &[TapeLine],
        expected: &mut ExpectedDifferences,
    ) -> Result<Result<crate::tape::TapeResult, WireError>, CommandError> {
        match self {
            Self::Mock { token, extra } => {
                let mock = Mock::start().await.map_err(|error| CommandError(Exit::Unreachable, error.to_string()))?;
                let (http, base) = (client(None)?, mock.base.clone());
                let target = ReplayTarget { http, base, token: token.clone(), extra: *extra };
                Ok(replay(name, lines, &target, expected).await)
            }
            Self::Running { target, reset } => {
                if *reset {
                    self::reset(target).await.map_err(|error| CommandError(Exit::Unreachable, error.to_string()))?;
                }
                Ok(replay(name, lines, target, expected).await)
            }
        }
    }
}

fn client(ca: Option<&str>) -> Result<Http, CommandError> {
    let http = Http::new(ca, Recorder::new(Scrubber::default()));
    http.map_err(|error| CommandError(Exit::Configuration, error.to_string()))
}

/// Resets a running mock.
async fn reset(target: &ReplayTarget) -> Result<(), WireError> {
    let url = target.base.join("/_mock/reset").map_err(|error| WireError::Unreadable {
        url: target.base.to_string(),
        wanted: "a base URL",
        reason: error.to_string(),
    })?;
    let reply = target.http.send(Request::new(reqwest::Method::POST, url, Body::Json(serde_json::json!({})))).await?;
    if reply.status == 200 {
        return Ok(());
    }
    Err(WireError::Unreadable { url: reply.url.to_string(), wanted: "a mock that is reset", reason: reply.body })
}
