//! Every normal form of a predicate keeps its meaning under the law.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tripline_ir::law::{Options, holds};
use tripline_ir::normal::{dnf, nnf, simplify};
use tripline_ir::{Event, Predicate, arbitrary};

/// More alternatives are not made.
const LIMIT: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let inputs = (arbitrary::event(), arbitrary::predicate());
    let Ok(tree) = inputs.new_tree(&mut runner) else {
        return;
    };
    let (event, predicate) = tree.current();
    let meaning = law(&predicate, &event);
    assert_eq!(law(&nnf(&predicate), &event), meaning, "{predicate}");
    let simple = simplify(&predicate);
    assert_eq!(law(&simple, &event), meaning, "{predicate} became {simple}");
    assert_eq!(simplify(&simple), simple, "{predicate}");
    if let Ok(alternatives) = dnf(&predicate, LIMIT) {
        let any = alternatives.iter().any(|literals| {
            let mut literals = literals.iter();
            literals.all(|l| law(&Predicate::atom(l.atom.clone()), &event) != l.negated)
        });
        assert_eq!(any, meaning, "{predicate}");
    }
});

fn law(predicate: &Predicate, event: &Event) -> bool {
    holds(predicate, event, &Options::default())
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
