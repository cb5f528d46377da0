//! Opening rule files: size, encoding and content hash.

use crate::FileEntry;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use tripline_text::{Code, Diagnostic, Source, Span};

/// The largest rule file, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// A file's content.
#[derive(Debug, Clone)]
pub struct LoadedFile {
    /// BLAKE3 of the bytes.
    pub hash: [u8; 32],
    /// Number of bytes.
    pub size: u64,
    /// The text without its byte order mark.
    pub source: Source,
    /// Bytes of the byte order mark: 0 or 3.
    pub mark: u32,
}

/// Why a file's text could not be had.
#[derive(Debug, Clone)]
pub struct LoadError {
    /// Stands for the content in comparisons: BLAKE3 of the bytes read or of the reason.
    pub hash: [u8; 32],
    /// What to tell.
    pub diagnostic: Diagnostic,
}

/// Opens a rule file. The diagnostic names it `shown`.
///
/// # Errors
/// When it cannot be opened or read, is larger than [`MAX_FILE_BYTES`], or is not UTF-8.
pub fn load(entry: &FileEntry, shown: &str) -> Result<LoadedFile, Box<LoadError>> {
    let bytes = match read_bounded(&entry.full) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let message = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
            return Err(refused(Code::FileTooLarge, shown, message, None));
        }
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            return Err(refused(Code::FileUnreadable, shown, message, None));
        }
    };
    decode(bytes, shown)
}

/// Checks the encoding of a file's bytes.
///
/// # Errors
/// When they are not UTF-8.
pub fn decode(bytes: Vec<u8>, shown: &str) -> Result<LoadedFile, Box<LoadError>> {
    let hash = *blake3::hash(&bytes).as_bytes();
    let size = bytes.len() as u64;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[at];
            let mut refusal = refused(
                Code::InvalidUtf8,
                shown,
                format!("byte {at} (0x{byte:02x}) is not valid UTF-8"),
                Some(Span::from_usize(at..at + 1)),
            );
            refusal.hash = hash;
            return Err(refusal);
        }
    };
    let (text, mark) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, 3),
        None => (text.as_str(), 0),
    };
    Ok(LoadedFile {
        hash,
        size,
        source: Source::new(shown, text),
        mark,
    })
}

/// BLAKE3 of a whole file of any size.
///
/// # Errors
/// When it cannot be read.
pub fn hash_file(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(n) => {
                hasher.update(&buffer[..n]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The file's bytes; `None` when there are too many. Never reads more than the limit, whatever
/// the file claims to be.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_FILE_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE_BYTES).then_some(bytes))
}

fn refused(code: Code, shown: &str, message: String, span: Option<Span>) -> Box<LoadError> {
    let hash = *blake3::hash(message.as_bytes()).as_bytes();
    let mut diagnostic = Diagnostic::for_file(code, shown, message);
    if let Some(span) = span {
        diagnostic = diagnostic.at(span, "");
    }
    Box::new(LoadError { hash, diagnostic })
}
