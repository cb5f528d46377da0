//! Compressed bytes, and lists of byte strings in them.
//!
//! Compressed: the length of what was compressed (four bytes, little endian), then a Zstandard
//! frame. A list: the number of items and the length of each (four bytes each), then the items.
//! The same bytes always compress to the same bytes.

use std::io;

/// Fast enough that compressing costs less than writing what it saves.
const LEVEL: i32 = 1;
/// The most that one piece may expand to.
const MAX_EXPANDED: usize = 1 << 30;

/// Compresses a piece.
pub(crate) fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let length = length(bytes.len())?;
    let mut out = length.to_le_bytes().to_vec();
    out.append(&mut zstd::bulk::compress(bytes, LEVEL)?);
    Ok(out)
}

/// The piece that [`compress`] was given.
pub(crate) fn expand(data: &[u8]) -> io::Result<Vec<u8>> {
    let (head, frame) = data.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = u32::from_le_bytes(*head) as usize;
    if length > MAX_EXPANDED {
        return Err(cut());
    }
    let bytes = zstd::bulk::decompress(frame, length)?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(cut())
    }
}

/// Compresses a list.
pub(crate) fn pack(items: &[&[u8]]) -> io::Result<Vec<u8>> {
    let size: usize = items.iter().map(|item| item.len() + 4).sum();
    let mut bytes = Vec::with_capacity(size + 4);
    bytes.extend(length(items.len())?.to_le_bytes());
    for item in items {
        bytes.extend(length(item.len())?.to_le_bytes());
    }
    for item in items {
        bytes.extend_from_slice(item);
    }
    compress(&bytes)
}

/// A list, expanded.
#[derive(Debug)]
pub(crate) struct Unpacked {
    bytes: Vec<u8>,
    /// Where each item begins, and where the last ends.
    bounds: Vec<usize>,
}

impl Unpacked {
    /// The list that [`pack`] was given.
    pub(crate) fn of(data: &[u8]) -> io::Result<Self> {
        let bytes = expand(data)?;
        let number = |at: usize| -> io::Result<usize> {
            let four = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
            four.map(|four| u32::from_le_bytes(*four) as usize)
                .ok_or_else(cut)
        };
        let count = number(0)?;
        let mut end = count.checked_add(1).and_then(|n| n.checked_mul(4));
        let mut bounds = Vec::new();
        for n in 0..count {
            bounds.push(end.ok_or_else(cut)?);
            let length = number(4 * (n + 1))?;
            end = end.and_then(|end| end.checked_add(length));
        }
        let end = end.filter(|end| *end == bytes.len()).ok_or_else(cut)?;
        bounds.push(end);
        Ok(Self { bytes, bounds })
    }

    /// Number of items.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// An item.
    pub(crate) fn get(&self, n: usize) -> Option<&[u8]> {
        let (start, end) = (*self.bounds.get(n)?, *self.bounds.get(n + 1)?);
        self.bytes.get(start..end)
    }

    /// The items in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let pairs = self.bounds.windows(2);
        pairs.filter_map(|pair| self.bytes.get(pair[0]..pair[1]))
    }
}

fn length(n: usize) -> io::Result<u32> {
    let fits = u32::try_from(n).ok().filter(|_| n <= MAX_EXPANDED);
    fits.ok_or_else(|| io::Error::other("a piece is larger than 1 GiB"))
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a piece is cut or altered")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_come_back(items: Vec<Vec<u8>>) {
            let slices: Vec<&[u8]> = items.iter().map(Vec::as_slice).collect();
            let packed = pack(&slices).expect("packs");
            let unpacked = Unpacked::of(&packed).expect("unpacks");
            prop_assert_eq!(unpacked.len(), items.len());
            prop_assert_eq!(unpacked.iter().collect::<Vec<_>>(), slices.clone());
            for (n, item) in slices.iter().enumerate() {
                prop_assert_eq!(unpacked.get(n), Some(*item));
            }
            prop_assert_eq!(unpacked.get(items.len()), None);
        }

        #[test]
        fn what_was_altered_is_refused_or_a_list(items: Vec<Vec<u8>>, at: usize, to: u8) {
            let slices: Vec<&[u8]> = items.iter().map(Vec::as_slice).collect();
            let mut packed = pack(&slices).expect("packs");
            let at = at % packed.len();
            packed[at] = to;
            if let Ok(list) = Unpacked::of(&packed) {
                prop_assert_eq!(list.iter().count(), list.len());
            }
            packed.truncate(at);
            prop_assert!(Unpacked::of(&packed).is_err());
        }
    }

    #[test]
    fn a_lying_length_is_refused() {
        let mut packed = compress(b"abc").expect("compresses");
        packed[0] = 2;
        assert!(expand(&packed).is_err());
        packed[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(expand(&packed).is_err());
        let counts = compress(&u32::MAX.to_le_bytes()).expect("compresses");
        assert!(Unpacked::of(&counts).is_err());
    }
}
