//! `mock-idp health`: whether a mock is ready, for health checks of containers.

use std::net::IpAddr;

use mock_idp::MockIdp;
use serde_json::Value;

use super::config::HealthArgs;
use super::failure::{Failure, NEGATIVE};
use super::http_client::get;
use super::output::print;

/// Runs `mock-idp health`. Whatever is wrong is exit code 1: Docker knows no other.
pub(super) fn run(args: &HealthArgs) -> Result<(), Failure> {
    let url = args.base.as_ref().or(args.url.as_ref()).cloned().unwrap_or_else(|| base(&args.host, args.port));
    let unhealthy = |text: String| Failure { code: NEGATIVE, text };
    let readyz = format!("{}/readyz", url.trim_end_matches('/'));
    let (status, answer) = get(&readyz, None).map_err(|failure| unhealthy(failure.text))?;
    let field = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if field("product") != "mock-idp" && status == 200 {
        return Err(unhealthy(format!("{url} is not a mock-idp")));
    }
    if status != 200 {
        return Err(unhealthy(format!("{readyz} answered {status}: {}", field("error"))));
    }
    print(&format!("ok: mock-idp {} at {url}\n", field("version")))
}

/// The base URL of a mock that was started with this host and port.
fn base(host: &str, port: Option<u16>) -> String {
    let port = port.filter(|port| *port != 0).unwrap_or(MockIdp::DEFAULT_PORT);
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => format!("http://localhost:{port}"),
        Ok(IpAddr::V6(ip)) => format!("http://[{ip}]:{port}"),
        _ => format!("http://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_where_a_mock_with_the_same_settings_listens() {
        assert_eq!(base("localhost", None), "http://localhost:7801");
        assert_eq!(base("0.0.0.0", Some(9_000)), "http://localhost:9000");
        assert_eq!(base("::", Some(0)), "http://localhost:7801");
        assert_eq!(base("::1", None), "http://[::1]:7801");
        assert_eq!(base("idp", None), "http://idp:7801");
    }
}
