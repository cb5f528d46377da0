//! Whether a plan only passes on what another product has found.
//!
//! It does when every event that it reads is a finding (`data/classes.toml` says how they are
//! told), no test looks at more than how the finding is labelled, and no stage adds a judgement:
//! a count with a bound, a sequence, a comparison with other events. Grouping findings by what
//! they are about passes them on; counting them by label alone is a statistic.

use super::data::{Finding, findings};
use std::collections::BTreeSet;
use tripline_ir::{
    Aggregate, Atom, CompareOp, Expr, Match, Measure, MeasureFunction, Number, Plan, Predicate,
    Projection, Subject, Test,
};

/// The products whose findings a plan passes on; `None` when it does more, or something else.
pub(super) fn products(plan: &Plan) -> Option<Vec<&'static str>> {
    let mut stream = Stream::default();
    stream.read(plan)?;
    (!stream.products.is_empty()).then(|| stream.products.into_iter().collect())
}

/// What is known of a stream of findings.
#[derive(Default)]
struct Stream {
    products: BTreeSet<&'static str>,
    /// Kinds of findings in the stream.
    kinds: Vec<&'static Finding>,
    /// Columns computed from labels alone, in lower case.
    derived: BTreeSet<String>,
}

impl Stream {
    /// Takes in a plan; `None` where it does more than pass on.
    fn read(&mut self, plan: &Plan) -> Option<()> {
        match plan {
            Plan::Match(found) => self.leaf(found),
            Plan::Filter { input, predicate } => {
                self.read(input)?;
                self.is_label_test(predicate).then_some(())
            }
            Plan::Derive { input, columns } => {
                self.read(input)?;
                for (name, value) in columns {
                    self.derive(name, value);
                }
                Some(())
            }
            Plan::Project { input, projection } => {
                self.read(input)?;
                if let Projection::Rename(pairs) = projection {
                    for (field, name) in pairs {
                        self.derive(name, &Expr::Field(field.clone()));
                    }
                }
                Some(())
            }
            Plan::Sort { input, .. } | Plan::Named { input, .. } => self.read(input),
            Plan::Dedup(dedup) => self.read(&dedup.input),
            Plan::Limit(limit) => self.read(&limit.input),
            Plan::Expand(expand) => self.read(&expand.input),
            Plan::Fill(fill) => self.read(&fill.input),
            Plan::Aggregate(aggregate) => self.aggregate(aggregate),
            Plan::Union(inputs) | Plan::Append(inputs) => {
                inputs.iter().try_for_each(|input| self.read(input))
            }
            Plan::Join(join) => {
                self.read(&join.left)?;
                self.read(&join.right)
            }
            _ => None,
        }
    }

    fn leaf(&mut self, found: &Match) -> Option<()> {
        let finding = findings().iter().find(|finding| is_of(found, finding))?;
        self.products.insert(&finding.product);
        self.kinds.push(finding);
        self.is_label_test(&found.predicate).then_some(())
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Option<()> {
        self.read(&aggregate.input)?;
        let about = |value: &Expr| !self.is_label(value);
        let kept = aggregate.group_by.iter().any(|key| about(&key.value))
            || aggregate.measures.iter().any(|measure| {
                keeps(measure) && measure.function.arguments().into_iter().any(about)
            });
        (kept && asks_for_any(&aggregate.having)).then_some(())
    }

    fn derive(&mut self, name: &str, value: &Expr) {
        if !value.fields().is_empty() && self.is_label(value) {
            self.derived.insert(name.to_lowercase());
        }
    }

    fn is_label_test(&self, predicate: &Predicate) -> bool {
        predicate
            .atoms()
            .into_iter()
            .all(|atom| self.is_label_atom(atom))
    }

    fn is_label_atom(&self, atom: &Atom) -> bool {
        if atom.implied || atom.test == Test::Exists {
            return true;
        }
        match &atom.subject {
            Subject::Field(field) => self.is_label_name(&field.name),
            Subject::Expr(value) => self.is_label(value),
            Subject::AnyField => self.kinds.iter().any(|finding| finding.keywords),
            Subject::Fields(_) => false,
        }
    }

    /// Whether a value is made of labels alone.
    fn is_label(&self, value: &Expr) -> bool {
        let mut fields = value.fields().into_iter();
        fields.all(|field| self.is_label_name(&field.name))
    }

    fn is_label_name(&self, name: &str) -> bool {
        self.derived.contains(&name.to_lowercase())
            || self
                .kinds
                .iter()
                .any(|finding| fits_any(name, &finding.labels))
    }
}

/// Whether every event that a match finds is such a finding.
fn is_of(found: &Match, finding: &Finding) -> bool {
    let names = &found.source.names;
    let source = finding.sources.is_empty()
        || (!names.is_empty() && names.iter().all(|name| fits_any(name, &finding.sources)));
    source && (finding.fields.is_empty() || demands(&found.predicate, finding))
}

/// Whether every event that satisfies a predicate has one of the values that tell a finding.
fn demands(predicate: &Predicate, finding: &Finding) -> bool {
    match predicate {
        Predicate::And(parts) => parts.iter().any(|part| demands(part, finding)),
        Predicate::Or(parts) => {
            !parts.is_empty() && parts.iter().all(|part| demands(part, finding))
        }
        Predicate::Atom(atom) => tells(atom, finding),
        _ => false,
    }
}

fn tells(atom: &Atom, finding: &Finding) -> bool {
    let Subject::Field(field) = &atom.subject else {
        return false;
    };
    let is_value = |value: &str| fits_any(value, &finding.values);
    let value = match &atom.test {
        Test::Pattern(pattern) => is_value(&pattern.glob()),
        Test::Number(CompareOp::Eq, Number::Int(number)) => is_value(&number.to_string()),
        _ => false,
    };
    value && fits_any(&field.name, &finding.fields)
}

/// Whether a measure keeps what the findings are about, not only their number.
fn keeps(measure: &Measure) -> bool {
    use MeasureFunction as F;
    matches!(
        measure.function,
        F::Values(_)
            | F::Set(..)
            | F::List(..)
            | F::First(_)
            | F::Last(_)
            | F::Earliest(_)
            | F::Latest(_)
            | F::Any(_)
            | F::ArgMin { .. }
            | F::ArgMax { .. }
            | F::RowOfMin(_)
            | F::RowOfMax(_)
            | F::MakeBag(_)
    )
}

/// Whether the test of a group's measures holds for every group: none, or "at least one".
fn asks_for_any(having: &Predicate) -> bool {
    having.atoms().into_iter().all(|atom| {
        matches!(
            atom.test,
            Test::Number(CompareOp::Gt, Number::Int(0))
                | Test::Number(CompareOp::Gte, Number::Int(1))
                | Test::Exists
        )
    })
}

fn fits_any(name: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| fits(name, pattern))
}

/// Whether a name fits a pattern with `*`, ignoring the case of ASCII letters.
fn fits(name: &str, pattern: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let pattern = pattern.to_ascii_lowercase();
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_fit_patterns() {
        for (name, pattern, expected) in [
            ("SecurityAlert", "securityalert", true),
            ("SecurityAlerts", "securityalert", false),
            ("logs-endpoint.alerts-default", "logs-*.alerts-*", true),
            ("logs-endpoint.alerts", "logs-*.alerts-*", false),
            ("aa", "a*a", true),
            ("a", "a*a", false),
            ("", "*", true),
        ] {
            assert_eq!(fits(name, pattern), expected, "{name} {pattern}");
        }
    }
}
