#![expect(clippy::expect_used, reason = "a test that cannot be set up may stop")]

mod expressions;
