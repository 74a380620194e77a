//! One-time passwords that depend on the time. RFC 6238, with HMAC-SHA-1 and six digits, as authenticator apps expect by default.

use aws_lc_rs::hmac;

/// Seconds for which a code is shown.
pub const STEP: i64 = 30;

/// How many digits a code has.
pub const DIGITS: usize = 6;

/// How many steps before and after the present one count. RFC 6238 5.2: at most one for the delay of the network; the other one is for
/// a clock that is ahead.
const TOLERANCE: i64 = 1;

/// The number of the step at a time in seconds since the epoch.
#[must_use]
pub fn step_at(now: i64) -> i64 {
    now.div_euclid(STEP)
}

/// The code of a step. RFC 4226 5.3.
#[must_use]
pub fn code(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let word = digest[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:0width$}", (word & 0x7fff_ffff) % 1_000_000, width = DIGITS)
}

/// The step that has this code, of those that count now.
#[must_use]
pub fn matching_step(key: &[u8], entered: &str, now: i64) -> Option<i64> {
    let present = step_at(now);
    (present - TOLERANCE..=present + TOLERANCE).find(|step| code(key, *step) == entered)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B, without the first two of eight digits.
    #[test]
    fn the_codes_are_those_of_the_specification() {
        let key = b"12345678901234567890";
        for (time, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(key, step_at(time)), expected, "{time}");
        }
    }

    #[test]
    fn a_code_counts_one_step_before_and_after_its_own() {
        let key = b"12345678901234567890";
        let entered = code(key, 100);
        for (step, counts) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            assert_eq!(matching_step(key, &entered, step * STEP).is_some(), counts, "{step}");
        }
        assert_eq!(matching_step(key, "", 3_000), None);
    }
}
