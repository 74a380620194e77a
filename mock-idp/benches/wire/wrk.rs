//! Load by `wrk`: two threads, 16 connections, five seconds.

use std::process::Command;

/// One repeated request.
pub(crate) struct Load {
    path: String,
    body: Option<String>,
    authorization: Option<String>,
}

impl Load {
    pub(crate) fn get(path: &str) -> Self {
        Self { path: path.to_owned(), body: None, authorization: None }
    }

    pub(crate) fn post(path: &str, body: &str) -> Self {
        Self { path: path.to_owned(), body: Some(body.to_owned()), authorization: None }
    }

    pub(crate) fn bearer(mut self, authorization: &str) -> Self {
        self.authorization = Some(authorization.to_owned());
        self
    }

    /// Answers a second. An answer that is not a success stops the benchmark: it would measure the wrong thing.
    pub(crate) fn per_second(&self, port: u16) -> f64 {
        let mut command = Command::new("wrk");
        command.args(["-t2", "-c16", "-d5s"]);
        // The issuer follows the requested host name; tokens are valid only for the issuer that issued them.
        command.arg("-H").arg(format!("Host: localhost:{port}"));
        if let Some(authorization) = &self.authorization {
            command.arg("-H").arg(format!("Authorization: {authorization}"));
        }
        let script = std::env::temp_dir().join(format!("mock-idp-bench-{port}.lua"));
        if let Some(body) = &self.body {
            let text = format!(
                "wrk.method = \"POST\"\nwrk.body = \"{body}\"\nwrk.headers[\"Content-Type\"] = \"application/x-www-form-urlencoded\"\n"
            );
            std::fs::write(&script, text).unwrap();
            command.arg("-s").arg(&script);
        }
        command.arg(format!("http://127.0.0.1:{port}{}", self.path));
        let output = command.output().expect("`wrk` is not on the PATH: install it (Debian: apt-get install wrk)");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!text.contains("Non-2xx"), "{} was refused: {text}", self.path);
        let line = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")).expect("wrk's last lines");
        line.trim().parse().unwrap()
    }
}
