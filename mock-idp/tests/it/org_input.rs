//! Org documents as they are given to the program: files, standard input, encodings, and what is said about wrong ones.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};

use crate::client::TENANT_2;
use crate::program::{output, program, stderr, stdout};

/// Runs the program with a text on standard input.
fn with_input(dir: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut command = program(dir);
    let mut child =
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    match child.stdin.take().unwrap().write_all(input) {
        // The program may end before it has read everything.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    child.wait_with_output().unwrap()
}

#[test]
fn a_hyphen_is_standard_input_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let market = mock_idp::BUILT_IN_ORG.as_bytes();
    let checked = with_input(dir.path(), &["--check", "--org", "-"], TENANT_2.as_bytes());
    assert_eq!((checked.status.code(), stdout(&checked).as_str()), (Some(0), "ok: tenant2\n"), "{}", stderr(&checked));
    let args = ["token", "--org", "-", "--client", "0oamarketservice05d7", "--scope", "products:read", "--json"];
    assert_eq!(with_input(dir.path(), &args, market).status.code(), Some(0));
    let env = with_input(dir.path(), &["env", "--org", "-", "--for", "json"], market);
    assert!(stdout(&env).contains("0oamarketweb000005d7"), "{}", stderr(&env));
    let built_in = dir.path().join("market.yaml");
    std::fs::write(&built_in, market).unwrap();
    let same = with_input(dir.path(), &["diff", "-", built_in.to_str().unwrap()], market);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));

    let twice = with_input(dir.path(), &["--check", "--org", "-", "--org", "-"], market);
    assert_eq!(twice.status.code(), Some(2));
    assert!(stderr(&twice).contains("standard input is read only once"), "{}", stderr(&twice));
}

#[test]
fn an_error_has_the_file_line_and_column_in_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wrong.yaml");
    std::fs::write(&file, "org:\n  id: 00o00000000000000000\n  name: A\n  subdomian: a\n").unwrap();
    let file = file.to_str().unwrap();
    let expected = format!("{file}:4:3: unknown key `subdomian`");
    for args in [
        &["--check", "--org", file][..],
        &["serve", "--port", "0", "--org", file],
        &["env", "--org", file],
        &["token", "--client", "a", "--org", file],
        &["diff", file, file],
    ] {
        let ended = output(program(dir.path()).args(args));
        assert_eq!(ended.status.code(), Some(2), "{args:?}");
        assert!(stderr(&ended).contains(&expected), "{args:?}: {}", stderr(&ended));
    }
    let piped = with_input(dir.path(), &["--check", "--org", "-"], b"org:\n  nmae: A\n");
    assert!(stderr(&piped).contains("<stdin>:2:3: unknown key `nmae`"), "{}", stderr(&piped));
}

#[test]
fn wrong_documents_are_explained_in_the_words_of_a_user() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("org.yaml");
    let deep = format!("org: {}{}\n", "[".repeat(80), "]".repeat(80));
    for (document, place, text) in [
        (&b""[..], "1:1", "the document is empty"),
        (b"# nothing\n", "2:1", "the document is empty"),
        (b"org: {}\n---\norg: {}\n", "3:1", "a second document begins here"),
        (b"- a\n", "1:1", "the document is not an object"),
        (b"hello\n", "1:1", "the document is not an object"),
        (b"org: { name: caf\xe9 }\n", "1:17", "the byte 0xE9 is not UTF-8; save the document as UTF-8"),
        (b"org:\n\tname: a\n", "2:2", "a tab stands where only spaces may be"),
        (b"org: { name: a\n", "1:6", "the bracket is not closed"),
        (b"org: ]\n", "1:6", "a closing bracket stands here without an opening one"),
        (b"org: a: b\n", "1:7", "put a text that contains `: ` in quotes"),
        (b"org: \"abc\n", "2:1", "a quotation mark is not closed"),
        (b"org: *x\n", "1:6", "no anchor with this name stands before the alias"),
        (b"org: @a\n", "1:6", "put the text in quotes"),
        (b"org: { a: 1, a: 2 }\n", "1:14", "the key `a` is duplicated"),
        (b"org: {<<: 1}\n", "1:11", "`<<` takes an object"),
        (b"users: [[a]]\n", "1:9", "a list where an object is expected"),
        (deep.as_bytes(), "1:69", "nested too deeply"),
    ] {
        std::fs::write(&file, document).unwrap();
        let said = stderr(&output(program(dir.path()).arg("--check").arg("--org").arg(&file)));
        let expected = format!("{}:{place}: ", file.display());
        assert!(said.contains(&expected) && said.contains(text), "{place} {text}: {said}");
        for library in ["from_str", "budget", "breach", "stream did not", "os error", "serde", "policy"] {
            assert!(!said.contains(library), "{library}: {said}");
        }
    }
    let missing = stderr(&output(program(dir.path()).arg("--check").arg("--org").arg(dir.path().join("none.yaml"))));
    assert!(missing.contains("none.yaml: there is no such file"), "{missing}");
    let directory = stderr(&output(program(dir.path()).arg("--check").arg("--org").arg(dir.path())));
    assert!(directory.contains("it is a directory"), "{directory}");
}

#[test]
fn documents_in_utf_16_and_with_a_byte_order_mark_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let utf_16: Vec<u8> = format!("\u{feff}{TENANT_2}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = format!("\u{feff}{TENANT_2}");
    for bytes in [&utf_16[..], marked.as_bytes()] {
        let ended = with_input(dir.path(), &["--check", "--org", "-"], bytes);
        assert_eq!(stdout(&ended), "ok: tenant2\n", "{}", stderr(&ended));
    }
}

#[test]
fn warnings_of_a_valid_document_are_printed_by_the_check_with_their_places() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("org.yaml");
    let server = "authorizationServers:\n  - name: A\n    audiences: [\"api://a\"]\n    default: true\n    claims:\n";
    let claims = "      - { name: one, claimType: RESOURCE, value: user.departmnt }\n";
    std::fs::write(&file, format!("{TENANT_2}{server}{claims}")).unwrap();
    let checked = output(program(dir.path()).arg("--check").arg("--org").arg(&file));
    assert_eq!((checked.status.code(), stdout(&checked).as_str()), (Some(0), "ok: tenant2\n"));
    let line = TENANT_2.lines().count() + 6;
    let expected = format!(
        "warning: {}:{line}:50: claim `one`: `user.departmnt` is null: no user has the attribute `departmnt` \
         (at /authorizationServers/0/claims/0/value); did you mean `department`?\n",
        file.display()
    );
    assert_eq!(stderr(&checked), expected);
}
