//! `mock-idp ca`: the path and certificate of the certificate authority, and how programs trust it. Nothing is installed.

use std::fs;
use std::path::Path;

use mock_idp::MockIdp;

use super::config::CaCommand;
use super::env::shell_quoted;
use super::failure::Failure;
use super::output::print;

/// Runs `mock-idp ca`.
pub(super) fn run(command: &CaCommand) -> Result<(), Failure> {
    let dir = command.state().dir();
    let dir = dir.ok_or_else(|| Failure::machine("there is no home directory; give --state-dir DIR"))?;
    let path = MockIdp::ensure_certificate_authority(&dir)?;
    match command {
        CaCommand::Path(_) => print(&format!("{}\n", path.display())),
        CaCommand::Print(_) => print(&fs::read_to_string(&path).map_err(Failure::machine)?),
        CaCommand::Hint(args) => print(&hint(&path, &args.base())),
    }
}

/// What `ca hint` prints.
fn hint(path: &Path, base: &str) -> String {
    let path = path.to_string_lossy();
    let path = shell_quoted(&path);
    format!(
        "# Trust the mock's certificate authority in one program at a time; nothing is installed.\n\
         \n\
         # Node\n\
         export NODE_EXTRA_CA_CERTS={path}\n\
         \n\
         # Python: requests; httpx and ssl\n\
         export REQUESTS_CA_BUNDLE={path}\n\
         export SSL_CERT_FILE={path}\n\
         \n\
         # Java: a copy of its trust store with the authority added\n\
         cp \"$JAVA_HOME/lib/security/cacerts\" mock-idp-trust.p12\n\
         keytool -importcert -noprompt -alias mock-idp -file {path} -keystore mock-idp-trust.p12 -storepass changeit\n\
         export JAVA_TOOL_OPTIONS=\"-Djavax.net.ssl.trustStore=mock-idp-trust.p12 -Djavax.net.ssl.trustStorePassword=changeit\"\n\
         \n\
         # .NET on Linux, Go, Ruby, PHP, Rust with native roots\n\
         export SSL_CERT_FILE={path}\n\
         # .NET on macOS and Windows takes it from the user's store:\n\
         #   security add-trusted-cert -k ~/Library/Keychains/login.keychain-db {path}\n\
         #   certutil -user -addstore Root {path}\n\
         \n\
         # curl\n\
         curl --cacert {path} {base}/healthz\n\
         \n\
         # Browsers: import the file in the certificate settings (\"authorities\").\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_has_a_line_for_every_runtime_and_quotes_the_path() {
        let text = hint(Path::new("/home/a b/ca.pem"), "https://localhost:9443");
        for line in [
            "export NODE_EXTRA_CA_CERTS='/home/a b/ca.pem'",
            "export REQUESTS_CA_BUNDLE='/home/a b/ca.pem'",
            "export SSL_CERT_FILE='/home/a b/ca.pem'",
            "curl --cacert '/home/a b/ca.pem' https://localhost:9443/healthz",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
        assert!(text.contains("keytool -importcert"));
    }
}
