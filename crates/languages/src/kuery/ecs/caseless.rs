//! Fields that an index keeps in lower case.
//!
//! Elastic's `NAME.caseless` is the keyword `NAME` with the normalizer `lowercase`, which is also
//! applied to what a query looks for. Source: the mappings of Elastic's endpoint package; the
//! page on normalizers of Elasticsearch's reference.

use tripline_ir::{Case, Expr, Predicate, Subject, Test};

/// Whether the field called so is kept in lower case.
pub(crate) fn is_caseless(name: &str) -> bool {
    name.ends_with(".caseless")
}

/// Lets tests of such fields take no notice of letter case, in place.
pub fn fold(predicate: &mut Predicate) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter_mut().for_each(fold),
        Predicate::Not(inner) => fold(inner),
        Predicate::Atom(atom) => match &atom.subject {
            Subject::Field(field) | Subject::Expr(Expr::Field(field))
                if is_caseless(&field.name) =>
            {
                fold_test(&mut atom.test);
            }
            _ => {
                if let Test::Nested(inner) = &mut atom.test {
                    fold(inner);
                }
            }
        },
    }
}

fn fold_test(test: &mut Test) {
    match test {
        Test::Pattern(pattern) => pattern.case = Case::Insensitive,
        Test::Regex(regex) => regex.case_insensitive = true,
        Test::Compare(compare) => compare.case = Case::Insensitive,
        _ => {}
    }
}
