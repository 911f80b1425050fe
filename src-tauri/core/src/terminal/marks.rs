//! What the shell says about itself, between the lines: OSC 133 with our id, and OSC 7.
//!
//! Who puts the marks there is `shell.rs`; who reads the stream is `text.rs`.

/// One such saying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `A`: the prompt begins.
    Prompt,
    /// `B`: the prompt is over; a line is edited.
    Editor {
        /// The editor is the kernel's: what it draws is its echo, which is taken out by other means.
        kernel: bool,
    },
    /// `C`: a command begins; what follows is output.
    Output {
        /// The command, where the shell says it (`cmdline_url`).
        command: Option<String>,
    },
    /// `D`: the command has ended.
    Done {
        /// Its exit code.
        code: Option<i32>,
    },
    /// OSC 7: the shell's folder.
    Cwd(String),
}

impl Mark {
    /// What an OSC says. Marks of OSC 133 count only with our id.
    pub fn of(params: &[&[u8]], aid: &str) -> Option<Self> {
        match params.first() {
            Some(&b"133") => Self::of_prompt(params, aid),
            Some(&b"7") => params.get(1).and_then(|url| path_of(url)).map(Self::Cwd),
            _ => None,
        }
    }

    fn of_prompt(params: &[&[u8]], aid: &str) -> Option<Self> {
        if !params.iter().any(|param| param.strip_prefix(b"aid=") == Some(aid.as_bytes())) {
            return None;
        }
        match *params.get(1)? {
            b"A" => Some(Self::Prompt),
            b"B" => Some(Self::Editor { kernel: params.contains(&&b"editor=kernel"[..]) }),
            b"C" => Some(Self::Output { command: params.iter().find_map(|param| command_of(param)) }),
            b"D" => Some(Self::Done { code: params.get(2).and_then(|code| number(code)) }),
            _ => None,
        }
    }
}

fn number(digits: &[u8]) -> Option<i32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The path in a `file://host/path` URL.
fn path_of(url: &[u8]) -> Option<String> {
    let rest = url.strip_prefix(b"file://")?;
    percent_decoded(&rest[rest.iter().position(|&byte| byte == b'/')?..])
}

fn command_of(param: &[u8]) -> Option<String> {
    percent_decoded(param.strip_prefix(b"cmdline_url=")?).filter(|command| !command.is_empty())
}

fn percent_decoded(text: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let hex = [*bytes.next()?, *bytes.next()?];
            decoded.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_decoded() {
        let url = "file://host/tmp/a%20b/\u{fc}".as_bytes();
        assert_eq!(Mark::of(&[b"7", url], "id"), Some(Mark::Cwd("/tmp/a b/ü".into())));
        assert_eq!(Mark::of(&[b"7", b"file://host/%f"], "id"), None);
    }

    #[test]
    fn marks_of_others_are_none() {
        assert_eq!(Mark::of(&[b"133", b"B"], "id"), None);
        assert_eq!(Mark::of(&[b"133", b"B", b"aid=other"], "id"), None);
        assert_eq!(Mark::of(&[b"133", b"D", b"3", b"aid=id"], "id"), Some(Mark::Done { code: Some(3) }));
    }
}
