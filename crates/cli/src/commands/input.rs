//! Reading what a command is given: a file, or standard input as `-`.

use crate::exit::{Exit, Problem};
use std::io::Read as _;
use std::path::Path;

/// Most bytes read of one input.
const MAX_BYTES: u64 = 1 << 30;

/// Whether the name means standard input.
pub(super) fn is_stdin(name: &str) -> bool {
    name == "-"
}

/// The name shown for an input.
pub(super) fn shown(name: &str) -> &str {
    if is_stdin(name) { "<stdin>" } else { name }
}

/// The bytes of a file, or of standard input.
pub(super) fn bytes(name: &str) -> Result<Vec<u8>, Problem> {
    let failure = |error: std::io::Error| {
        let message = format!("{} cannot be read: {error}", shown(name));
        Problem::new(Exit::Failure, message)
    };
    let mut bytes = Vec::new();
    let read = if is_stdin(name) {
        let stdin = std::io::stdin().lock();
        stdin.take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(Path::new(name)).map_err(failure)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)
    };
    if read.map_err(failure)? as u64 > MAX_BYTES {
        let message = format!("{} is larger than 1 GiB", shown(name));
        return Err(Problem::new(Exit::Failure, message));
    }
    Ok(bytes)
}

/// The text of a file, or of standard input.
pub(super) fn text(name: &str) -> Result<String, Problem> {
    String::from_utf8(bytes(name)?).map_err(|_| {
        let message = format!("{} is not valid UTF-8", shown(name));
        Problem::new(Exit::Failure, message)
    })
}
