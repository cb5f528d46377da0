//! Wildcard patterns match what their definition, by plain recursion, says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tripline_ir::law::pattern_matches;
use tripline_ir::{Case, Part, Pattern, arbitrary, fold_char};

/// One character of a pattern, or a wildcard.
#[derive(Clone, Copy)]
enum Token {
    Char(char),
    AnyOne,
    AnyRun,
}

fuzz_target!(|bytes: &[u8]| {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let texts = (arbitrary::text(), arbitrary::text(), arbitrary::text());
    let Ok(tree) = (arbitrary::pattern(), texts).new_tree(&mut runner) else {
        return;
    };
    let (pattern, (a, b, c)) = tree.current();
    let text: Vec<char> = format!("{a}{b}{c}").chars().collect();
    let whole: String = text.iter().collect();
    let expected = defined(&tokens(&pattern), &text, pattern.case);
    assert_eq!(
        pattern_matches(&pattern, &whole),
        expected,
        "{pattern:?} {whole:?}"
    );
});

fn tokens(pattern: &Pattern) -> Vec<Token> {
    let one = |part: &Part| match part {
        Part::AnyRun => vec![Token::AnyRun],
        Part::AnyOne => vec![Token::AnyOne],
        Part::Literal(text) => text.chars().map(Token::Char).collect(),
    };
    pattern.parts.iter().flat_map(one).collect()
}

fn defined(tokens: &[Token], text: &[char], case: Case) -> bool {
    let Some((first, rest)) = tokens.split_first() else {
        return text.is_empty();
    };
    match first {
        Token::AnyRun => (0..=text.len()).any(|taken| defined(rest, &text[taken..], case)),
        Token::AnyOne => !text.is_empty() && defined(rest, &text[1..], case),
        Token::Char(wanted) => {
            let same = |found: char| match case {
                Case::Sensitive => *wanted == found,
                Case::Insensitive => fold_char(*wanted) == fold_char(found),
                Case::AsciiInsensitive => wanted.eq_ignore_ascii_case(&found),
            };
            text.first().is_some_and(|found| same(*found)) && defined(rest, &text[1..], case)
        }
    }
}

/// A seed made of the input. (Passing the bytes through instead never ends when they run dry.)
fn seed(bytes: &[u8]) -> [u8; 32] {
    let mut seed = [0; 32];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for (at, byte) in bytes.iter().chain(&[0; 32]).enumerate() {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        seed[at % 32] ^= state.to_le_bytes()[5];
    }
    seed
}
