use mock_idp::preview::{Changed, TokenCase};

use super::*;

fn case(user: &str) -> TokenCase {
    TokenCase {
        user: Some(user.to_owned()),
        user_id: None,
        client: "Web".to_owned(),
        client_id: "0oaweb".to_owned(),
        grant: "authorization_code",
        server: "default".to_owned(),
        scope: None,
    }
}

fn alteration(user: &str, before: &str, after: &str) -> Alteration {
    let changed = Changed {
        what: "token.access_token.role".to_owned(),
        is_claim: true,
        before: before.into(),
        after: after.into(),
        cause: "expression `user.role`".to_owned(),
    };
    Alteration { case: case(user), changes: vec![changed] }
}

fn reported<'a>(
    alterations: &'a [Alteration],
    added: &'a [AddedCase],
    removed: &'a [RemovedCase],
) -> ReportedChanges<'a> {
    ReportedChanges { cases: 9, alterations, added, removed }
}

#[test]
fn a_text_has_the_claim_its_cause_and_the_affected_requests() {
    let alterations = [alteration("ann", "a", "b"), alteration("bob", "a", "b"), alteration("cat", "a", "c")];
    let added = [AddedCase { path: "web/dan/x.json".to_owned(), case: case("dan") }];
    let removed = [RemovedCase { path: "web/eve/x.json".to_owned(), why: "eve is SUSPENDED".to_owned() }];
    let expected = "\
3 of 9 token requests come out differently, 1 new, 1 removed

token.access_token.role of 3 requests, from expression `user.role`
  \"a\" -> \"b\"
    ann · Web · authorization_code · default · (default scopes)
    bob · Web · authorization_code · default · (default scopes)
  \"a\" -> \"c\"
    cat · Web · authorization_code · default · (default scopes)

new:
    dan · Web · authorization_code · default · (default scopes)

removed:
    web/eve/x.json: eve is SUSPENDED
";
    assert_eq!(text(&reported(&alterations, &added, &removed)), expected);
    assert_eq!(text(&reported(&[], &[], &[])), "no difference in 9 token requests\n");
}

#[test]
fn a_comment_lists_the_requests_in_a_table_and_escapes_markup() {
    let alterations = [alteration("a|b@team<x>", "a", "b")];
    let comment = markdown(&reported(&alterations, &[], &[]));
    assert!(comment.starts_with("### Tokens: 1 of 9 token requests come out differently\n"), "{comment}");
    assert!(comment.contains("<code>\"a\"</code> → <code>\"b\"</code>\n"), "{comment}");
    assert!(comment.contains("| <code>a&#124;b&#64;team&lt;x&gt;</code> | <code>Web</code> |"), "{comment}");
}

#[test]
fn a_comment_stays_below_the_length_that_github_takes_and_counts_the_rest() {
    let alterations: Vec<Alteration> =
        (0..5_000).map(|number| alteration(&format!("user{number}"), "a", "b")).collect();
    let comment = markdown(&reported(&alterations, &[], &[]));
    assert!(comment.len() < 65_536, "{}", comment.len());
    let listed = comment.matches("<code>user").count();
    assert!(
        comment.ends_with(&format!("… and {} requests more.\n", 5_000 - listed))
            || comment.contains(&format!("and {} requests", 5_000 - listed)),
        "{listed}"
    );
    assert!(comment.contains("<details><summary>"), "a long table is folded");
}
