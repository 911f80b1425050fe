//! Lengths of time as people write them: `2000` (milliseconds), `500ms`, `30s`, `10m`, `1h`.

use std::time::Duration;

/// The longest that is accepted; what is longer is a slip of the pen.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a good one looks like, for messages.
pub const EXPECTED: &str = "milliseconds as a whole number, or a number with a unit: 500ms, 30s, 10m, 1h";

/// Reads one; `None` for anything else. Also used by the command line.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "" | "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let duration = Duration::from_millis(number.checked_mul(millis)?);
    (duration <= LONGEST).then_some(duration)
}

/// Writes one the way `parse` reads it, with the largest unit that fits.
#[must_use]
pub fn show(duration: Duration) -> String {
    let millis = duration.as_millis();
    for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if millis >= size && millis.is_multiple_of(size) {
            return format!("{}{unit}", millis / size);
        }
    }
    format!("{millis}ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_milliseconds_and_units_scale() {
        assert_eq!(parse("2000"), Some(Duration::from_secs(2)));
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse("10m"), Some(Duration::from_secs(600)));
        assert_eq!(parse("1h"), Some(Duration::from_secs(3600)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "s", "1.5s", "-1", "10 m", "1d", "99999999999999999999", "9999999h", "１s"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for millis in [0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&show(duration)), Some(duration));
        }
    }
}
