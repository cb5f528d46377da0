//! Hash functions of bytes.

use crate::Hash;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use twox_hash::XxHash64;

pub(super) fn of(which: Hash, bytes: &[u8]) -> Vec<u8> {
    match which {
        Hash::Md5 => Md5::digest(bytes).to_vec(),
        Hash::Sha1 => Sha1::digest(bytes).to_vec(),
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
    }
}

/// XXH64 with seed 0, as a signed number.
pub(super) fn xx(bytes: &[u8]) -> i64 {
    XxHash64::oneshot(0, bytes).cast_signed()
}
