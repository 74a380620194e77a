use std::path::PathBuf;

use super::*;

fn package(files: &[(&str, &str)]) -> Package {
    let sources = files.iter().map(|(path, code)| Source::parse(PathBuf::from(path), code).unwrap());
    Package::new(source::without_tests(sources.collect()))
}

fn uses(package: &Package) -> Vec<String> {
    let described = package
        .uses()
        .map(|(user, used, name)| format!("{} uses {name} of {}", user.path.display(), used.path.display()));
    described.collect()
}

#[test]
fn a_name_behind_a_re_export_belongs_to_the_file_that_defines_it() {
    let package = package(&[
        ("a/mod.rs", "mod one; mod two; pub use one::One; pub use two::*;"),
        ("a/one.rs", "pub struct One;"),
        ("a/two.rs", "pub struct Two; use super::One;"),
        ("b.rs", "fn f(x: crate::a::Two) -> crate::a::One { todo!() }"),
    ]);
    assert_eq!(
        uses(&package),
        [
            "a/two.rs uses super::One of a/one.rs",
            "b.rs uses crate::a::One of a/one.rs",
            "b.rs uses crate::a::Two of a/two.rs"
        ]
    );
    assert!(package.cycles().is_empty());
}

#[test]
fn a_parent_that_calls_its_child_and_lends_it_a_type_is_a_cycle() {
    let package = package(&[
        ("a/mod.rs", "mod one; pub struct Shared; fn f() { one::g(&Shared) }"),
        ("a/one.rs", "use super::Shared; pub fn g(_: &Shared) {}"),
        ("b.rs", "fn f() { format!(\"{}\", crate::a::f()) }"),
    ]);
    assert_eq!(
        package.cycles(),
        [
            "2 files use each other, for example\n  a/mod.rs uses one::g of a/one.rs\n  a/one.rs uses super::Shared of a/mod.rs\n"
        ]
    );
    assert!(uses(&package).contains(&"b.rs uses crate::a::f of a/mod.rs".to_owned()));
}

#[test]
fn a_longer_cycle_is_found_through_imports_with_other_names() {
    let package = package(&[
        ("a.rs", "use crate::b as other; fn f() { other::g() }"),
        ("b.rs", "use crate::c::H as G; pub fn g() -> G { loop {} }"),
        ("c.rs", "pub struct H(crate::a::Missing);"),
    ]);
    assert_eq!(package.cycles().len(), 1);
}

#[test]
fn code_for_tests_does_not_count() {
    let package = package(&[
        ("a.rs", "#[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B(crate::a::A);"),
    ]);
    assert!(package.cycles().is_empty());
}

#[test]
fn files_functions_arms_and_variants_for_tests_do_not_count() {
    let package = package(&[
        (
            "a/mod.rs",
            "#[cfg(test)] mod fake; enum E { A, #[cfg(test)] B(fake::F) }
             impl E { #[cfg(test)] fn f() { crate::b::f() } fn g(&self) { match self { #[cfg(test)] E::B(_) => crate::b::f(), _ => {} } } }",
        ),
        ("a/fake.rs", "pub struct F(super::E);"),
        ("b.rs", "pub fn f() { crate::a::E::A; }"),
    ]);
    assert_eq!(uses(&package), ["b.rs uses crate::a::E::A of a/mod.rs"]);
}

#[test]
fn a_use_of_the_same_or_a_higher_layer_is_a_violation() {
    let package = package(&[
        ("high.rs", "pub struct High(crate::low::Low, crate::side::Side);"),
        ("low.rs", "pub struct Low; fn f(x: crate::high::High) {}"),
        ("side.rs", "pub struct Side;"),
        ("new.rs", ""),
    ]);
    assert_eq!(
        package.violations(&[&["low"], &["high", "side"]]),
        ["high.rs uses crate::side::Side of side.rs", "low.rs uses crate::high::High of high.rs", "new has no layer"]
    );
}

#[test]
fn paths_out_of_the_package_are_listed_by_their_crate() {
    let package = package(&[("a.rs", "use serde::Serialize; pub use url::Url; fn f() { http::get() }")]);
    let (_, foreign) = package.foreign().next().unwrap();
    assert!(["serde", "url", "http"].iter().all(|name| foreign.contains(*name)), "{foreign:?}");
}
