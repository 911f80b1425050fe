//! Lengths of time as people write them: `2000` (milliseconds), `500ms`, `30s`, `10m`, `1h`.

use std::time::Duration;

/// The longest that is accepted, a year in milliseconds; what is longer is a slip of the pen.
pub(crate) const LONGEST: u64 = 365 * 24 * 3600 * 1_000;

/// What a good one looks like, for messages.
pub const EXPECTED: &str =
    "milliseconds as a whole number, or a number with a unit: 500ms, 30s, 10m, 1h; a year at most";

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
    of_millis(number.checked_mul(millis)?)
}

/// What was probably meant by one in words: `5 minutes` is `5m`.
pub(crate) fn meant(text: &str) -> Option<String> {
    let (number, word) = text.trim().split_at(text.trim().find(|c: char| !c.is_ascii_digit())?);
    let word = word.trim().to_ascii_lowercase();
    let unit = match &*word {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => return None,
    };
    let meant = format!("{number}{unit}");
    parse(&meant).map(|_| meant)
}

/// A duration of so many milliseconds, if it may be so long.
pub(crate) fn of_millis(millis: u64) -> Option<Duration> {
    (millis <= LONGEST).then_some(Duration::from_millis(millis))
}

/// What [`parse`] takes, as a regular expression for the schema.
pub(crate) fn pattern() -> String {
    let units = [("(ms)?", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let ways = units.map(|(unit, millis)| format!("({}){unit}", up_to(LONGEST / millis)));
    format!("^0*({})$", ways.join("|"))
}

/// The numbers up to the largest, behind any zeros.
fn up_to(largest: u64) -> String {
    let digits = largest.to_string();
    let mut ways = vec![format!("[0-9]{{1,{}}}", digits.len() - 1)];
    for (at, digit) in digits.char_indices().filter(|(_, digit)| *digit > '0') {
        let (same, rest) = (&digits[..at], digits.len() - at - 1);
        let below = (b'0'..digit as u8).next_back().map_or('0', char::from);
        ways.push(format!("{same}[0-{below}][0-9]{{{rest}}}"));
    }
    ways.push(digits);
    ways.join("|")
}

/// Writes one for people, as every message and table does: `640 ms`, `12.4 s`, `3 min 05 s`, `1 h 30 min`. Only
/// fractions of a millisecond, and of a second from a minute on, are left out.
#[must_use]
pub fn show(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (seconds, minutes) = (millis / 1_000, millis / 60_000);
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 if millis.is_multiple_of(1_000) => format!("{seconds} s"),
        1_000..60_000 => {
            let fraction = format!("{:03}", millis % 1_000);
            format!("{seconds}.{} s", fraction.trim_end_matches('0'))
        }
        60_000..3_600_000 if seconds.is_multiple_of(60) => format!("{minutes} min"),
        60_000..3_600_000 => format!("{minutes} min {:02} s", seconds % 60),
        _ if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// The same for what was measured, without digits that mean nothing.
#[must_use]
pub fn show_measured(milliseconds: f64) -> String {
    let grain = if milliseconds < 1_000.0 { 1.0 } else { 100.0 };
    let rounded = (milliseconds / grain).round() * grain;
    show(Duration::try_from_secs_f64(rounded / 1_000.0).unwrap_or_default())
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
    fn the_schemas_pattern_takes_what_the_reader_takes() {
        let pattern = regex::Regex::new(&pattern()).unwrap();
        let mut texts: Vec<String> =
            ["", "s", "0", "00", "0h", "000000000001m", "1.5s", "-1", "+1", "10 m", "1d", "1hh", "1s\n"]
                .map(str::to_owned)
                .into();
        for (unit, millis) in [("", 1), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)] {
            let largest = LONGEST / millis;
            // Around each power of ten, and around the limit itself.
            let powers = (0..13).map(|power| 10_u64.pow(power));
            for near in powers.chain([largest, largest / 2, largest - largest / 7]) {
                texts.extend((near.saturating_sub(2)..=near + 2).map(|number| format!("{number}{unit}")));
            }
        }
        for text in texts {
            assert_eq!(pattern.is_match(&text), parse(&text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_the_unit_that_people_would_use() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1 s"),
            (1_500, "1.5 s"),
            (59_999, "59.999 s"),
            (60_000, "1 min"),
            (185_000, "3 min 05 s"),
            (3_600_000, "1 h"),
            (5_460_000, "1 h 31 min"),
        ];
        for (millis, shown) in cases {
            assert_eq!(show(Duration::from_millis(millis)), shown);
        }
        let measured = [(0.4, "0 ms"), (12.6, "13 ms"), (1_234.5, "1.2 s"), (999.9, "1 s"), (-1.0, "0 ms")];
        for (millis, shown) in measured {
            assert_eq!(show_measured(millis), shown);
        }
    }
}
