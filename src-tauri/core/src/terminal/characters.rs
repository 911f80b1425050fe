//! Characters in bytes: whole or cut by the end of a read, and what is none.

/// How many bytes at the end are a character that is not whole.
pub fn cut_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(start) = tail.iter().rposition(|&byte| byte >= 0xc0) else { return 0 };
    let is_cut = std::str::from_utf8(&tail[start..]).is_err_and(|error| error.error_len().is_none());
    if is_cut { tail.len() - start } else { 0 }
}

/// Adds text, with replacements for what is no UTF-8, and without controls beyond ASCII.
pub fn push_characters(text: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        text.extend_from_slice(bytes);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        let mut valid = chunk.valid().as_bytes();
        // C1 controls are two bytes in UTF-8.
        while let Some(at) = memchr::memmem::find(valid, b"\xc2")
            && let Some(second) = valid.get(at + 1)
        {
            let end = if *second < 0xa0 { at } else { at + 2 };
            text.extend_from_slice(&valid[..end]);
            valid = &valid[at + 2..];
        }
        text.extend_from_slice(valid);
        // A lone C1 control is one, too.
        if !matches!(chunk.invalid(), [] | [0x80..=0x9f]) {
            text.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}
