//! Hash functions, by their standards (RFC 1321, FIPS 180-4, the xxHash specification), written out because rules use them
//! a handful of times and speed does not matter here.

use crate::Hash;

pub(super) fn of(which: Hash, bytes: &[u8]) -> Vec<u8> {
    match which {
        Hash::Md5 => md5(bytes),
        Hash::Sha1 => sha1(bytes),
        Hash::Sha256 => sha256(bytes),
        Hash::Sha512 => sha512(bytes),
    }
}

const XX: [u64; 5] = [
    11_400_714_785_074_694_791,
    14_029_467_366_897_019_727,
    1_609_587_929_392_839_161,
    9_650_029_242_287_828_579,
    2_870_177_450_012_600_261,
];

/// XXH64 with seed 0, as a signed number.
pub(super) fn xx(bytes: &[u8]) -> i64 {
    let round = |lane: u64, input: u64| {
        let mixed = lane.wrapping_add(input.wrapping_mul(XX[1]));
        mixed.rotate_left(31).wrapping_mul(XX[0])
    };
    let eight = |part: &[u8]| {
        part.iter()
            .rev()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    };
    let stripes = bytes.chunks_exact(32);
    let mut rest = stripes.remainder();
    let mut hash = XX[4];
    if bytes.len() >= 32 {
        let mut lanes = [
            XX[0].wrapping_add(XX[1]),
            XX[1],
            0,
            0_u64.wrapping_sub(XX[0]),
        ];
        for stripe in stripes {
            for (lane, part) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
                *lane = round(*lane, eight(part));
            }
        }
        let turned = lanes.iter().zip([1, 7, 12, 18]);
        hash = turned.fold(0, |all: u64, (lane, by)| {
            all.wrapping_add(lane.rotate_left(by))
        });
        for lane in lanes {
            hash = (hash ^ round(0, lane))
                .wrapping_mul(XX[0])
                .wrapping_add(XX[3]);
        }
    }
    hash = hash.wrapping_add(bytes.len() as u64);
    while let Some((part, after)) = rest.split_at_checked(8) {
        hash = (hash ^ round(0, eight(part))).rotate_left(27);
        hash = hash.wrapping_mul(XX[0]).wrapping_add(XX[3]);
        rest = after;
    }
    if let Some((part, after)) = rest.split_at_checked(4) {
        hash = (hash ^ eight(part).wrapping_mul(XX[0])).rotate_left(23);
        hash = hash.wrapping_mul(XX[1]).wrapping_add(XX[2]);
        rest = after;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(XX[4])).rotate_left(11);
        hash = hash.wrapping_mul(XX[0]);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(XX[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(XX[2]);
    (hash ^ hash >> 32).cast_signed()
}

/// The message with a 1 bit, zeros, and its length in bits at the end of a block.
fn padded(bytes: &[u8], block: usize, big_endian: bool) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.push(0x80);
    let length = (bytes.len() as u64).wrapping_mul(8);
    while out.len() % block != block - 8 {
        out.push(0);
    }
    if big_endian {
        out.extend(length.to_be_bytes());
    } else {
        out.extend(length.to_le_bytes());
    }
    out
}

fn words32(block: &[u8], big_endian: bool) -> Vec<u32> {
    let word = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big_endian {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        }
    };
    block.chunks_exact(4).map(word).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the table is defined as the whole part of a sine scaled by 2^32"
)]
fn md5(bytes: &[u8]) -> Vec<u8> {
    const SHIFTS: [[u32; 4]; 4] = [
        [7, 12, 17, 22],
        [5, 9, 14, 20],
        [4, 11, 16, 23],
        [6, 10, 15, 21],
    ];
    let table: Vec<u32> = (1..=64_i32)
        .map(|i| (f64::from(i).sin().abs() * 4_294_967_296.0) as u32)
        .collect();
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(bytes, 64, false).chunks_exact(64) {
        let words = words32(block, false);
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64 {
            let (mix, word) = match i / 16 {
                0 => (b & c | !b & d, i),
                1 => (d & b | !d & c, (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), 7 * i % 16),
            };
            let sum = a
                .wrapping_add(mix)
                .wrapping_add(table[i])
                .wrapping_add(words[word]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4]));
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d]) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut state = [
        0x6745_2301_u32,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    for block in padded(bytes, 64, true).chunks_exact(64) {
        let mut words = words32(block, true);
        for i in 16..80 {
            words
                .push((words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in words.iter().enumerate() {
            let (mix, constant) = match i / 20 {
                0 => (b & c | !b & d, 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(mix)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d, e]) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// The first primes; the constants of SHA-2 are the fractions of their roots.
fn primes(count: usize) -> Vec<u64> {
    let is_prime = |n: &u64| {
        (2..*n)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    (2..).filter(is_prime).take(count).collect()
}

/// The first 64 bits behind the point of a square (`power` 2) or cube root: the largest whole
/// number whose power is at most `n` scaled, found bit by bit.
fn root_fraction(n: u64, power: u32) -> u64 {
    // floor(n^(1/power) * 2^64) by bisection; compares x^power with n * 2^(64 * power).
    let (mut low, mut high) = (0_u128, 1_u128 << 70);
    while high - low > 1 {
        let middle = u128::midpoint(low, high);
        if power_at_most(middle, power, n) {
            low = middle;
        } else {
            high = middle;
        }
    }
    u64::try_from(low & u128::from(u64::MAX)).unwrap_or(u64::MAX)
}

/// Whether `x^power <= n * 2^(64 * power)`, in long numbers of 32-bit digits.
fn power_at_most(x: u128, power: u32, n: u64) -> bool {
    let digits = |mut x: u128| {
        let mut out = Vec::new();
        while x > 0 {
            out.push((x & 0xffff_ffff) as u64);
            x >>= 32;
        }
        out
    };
    let factor = digits(x);
    let mut product = factor.clone();
    for _ in 1..power {
        product = multiplied(&product, &factor);
    }
    let mut bound = vec![0; 2 * power as usize];
    bound.extend(digits(u128::from(n)));
    while product.last() == Some(&0) {
        product.pop();
    }
    product
        .len()
        .cmp(&bound.len())
        .then_with(|| product.iter().rev().cmp(bound.iter().rev()))
        .is_le()
}

fn multiplied(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = vec![0_u64; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0;
        for (j, y) in b.iter().enumerate() {
            let sum = out[i + j] + x * y + carry;
            out[i + j] = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
        out[i + b.len()] = carry;
    }
    out
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    let primes = primes(64);
    let high = |fraction: u64| (fraction >> 32) as u32;
    let constants: Vec<u32> = primes.iter().map(|&p| high(root_fraction(p, 3))).collect();
    let mut state: Vec<u32> = primes[..8]
        .iter()
        .map(|&p| high(root_fraction(p, 2)))
        .collect();
    for block in padded(bytes, 64, true).chunks_exact(64) {
        let mut w = words32(block, true);
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut s = state.clone();
        for (word, constant) in w.iter().zip(&constants) {
            let s1 = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
            let choice = s[4] & s[5] ^ !s[4] & s[6];
            let t1 = s[7]
                .wrapping_add(s1)
                .wrapping_add(choice)
                .wrapping_add(*constant)
                .wrapping_add(*word);
            let s0 = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2];
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(t1);
            s[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for (total, part) in state.iter_mut().zip(s) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    let primes = primes(80);
    let constants: Vec<u64> = primes.iter().map(|&p| root_fraction(p, 3)).collect();
    let mut state: Vec<u64> = primes[..8].iter().map(|&p| root_fraction(p, 2)).collect();
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 128 != 112 {
        message.push(0);
    }
    message.extend((bytes.len() as u128).wrapping_mul(8).to_be_bytes());
    for block in message.chunks_exact(128) {
        let word = |pair: &[u32]| u64::from(pair[0]) << 32 | u64::from(pair[1]);
        let mut w: Vec<u64> = words32(block, true).chunks_exact(2).map(word).collect();
        for i in 16..80 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(1) ^ a.rotate_right(8) ^ (a >> 7);
            let s1 = b.rotate_right(19) ^ b.rotate_right(61) ^ (b >> 6);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut s = state.clone();
        for (word, constant) in w.iter().zip(&constants) {
            let s1 = s[4].rotate_right(14) ^ s[4].rotate_right(18) ^ s[4].rotate_right(41);
            let choice = s[4] & s[5] ^ !s[4] & s[6];
            let t1 = s[7]
                .wrapping_add(s1)
                .wrapping_add(choice)
                .wrapping_add(*constant)
                .wrapping_add(*word);
            let s0 = s[0].rotate_right(28) ^ s[0].rotate_right(34) ^ s[0].rotate_right(39);
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2];
            s.rotate_right(1);
            s[4] = s[4].wrapping_add(t1);
            s[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for (total, part) in state.iter_mut().zip(s) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}
