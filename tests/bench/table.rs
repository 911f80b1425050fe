//! One printed table: medians, the noise around them, and ratios to the first row, taken pair by pair.

use std::fmt;

/// A table; its first row is what the others are compared with.
pub struct Table {
    title: String,
    unit: &'static str,
    rows: Vec<Row>,
    notes: Vec<String>,
}

struct Row {
    name: String,
    values: Vec<f64>,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, unit: &'static str) -> Self {
        Self { title: title.into(), unit, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds the next pair's value to a row, which is made when it is first named.
    pub fn add(&mut self, name: &str, value: f64) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.values.push(value),
            None => self.rows.push(Row { name: name.to_owned(), values: vec![value] }),
        }
    }

    /// Adds a line below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds the line that says that a peer is not here.
    pub fn skip(&mut self, peer: &str, why: &str) {
        self.note(format!("{peer} is skipped: {why}"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{} ({})", self.title, self.unit)?;
        let first = self.rows.first().map_or("", |row| &row.name);
        let by = format!("ratio to {first}");
        writeln!(f, "  {:<28} {:>10}  {:<21} {by:<16} min–max", "", "median", "min–max")?;
        for (index, row) in self.rows.iter().enumerate() {
            let (low, middle, high) = spread(&row.values);
            let range = format!("{}–{}", figure(low), figure(high));
            write!(f, "  {:<28} {:>10}  {range:<21} ", row.name, figure(middle))?;
            if index == 0 {
                writeln!(f, "1")?;
            } else {
                let base = &self.rows[0].values;
                let ratios: Vec<f64> =
                    row.values.iter().zip(base).map(|(value, base)| value / base).collect();
                let (low, middle, high) = spread(&ratios);
                writeln!(f, "{:<16} {}–{}", figure(middle), figure(low), figure(high))?;
            }
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

/// The least, the median and the greatest.
pub fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(&low), Some(&middle), Some(&high)) => (low, middle, high),
        _ => (f64::NAN, f64::NAN, f64::NAN),
    }
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
