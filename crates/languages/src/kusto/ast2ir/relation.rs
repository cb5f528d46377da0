//! Tables while they are lowered.

use super::scalar::{Kind, View};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr, FieldRef, Loss, Plan, Predicate, Projection, Text};
use tripline_schema::{Activity, Scheme};

/// A table: the rows of each of its branches.
#[derive(Clone)]
pub(super) struct Relation {
    pub(super) branches: Vec<Branch>,
}

/// Rows of one source, or of a stage that joined several.
#[derive(Clone)]
pub(super) struct Branch {
    pub(super) plan: Plan,
    pub(super) scheme: Scheme,
    pub(super) activity: Activity,
    /// Columns that stages added or took from fields.
    pub(super) columns: BTreeMap<Text, Column>,
    /// Names that a stage gave a new value since the events were read.
    pub(super) derived: BTreeSet<Text>,
    /// Names of columns that show their own field otherwise than it is: `X = parse_json(X)`.
    pub(super) reread: BTreeSet<Text>,
    /// All columns in order, once a stage has listed them.
    pub(super) listed: Option<Vec<Text>>,
    /// Columns that are read under another name while the items of one stage are lowered.
    pub(super) old: Vec<(Text, Text)>,
    /// Why it is not known how often a row stands here; told where rows are counted.
    pub(super) repeated: Option<Loss>,
    /// Every stage so far looks at one row alone and drops none but by tests.
    pub(super) row_wise: bool,
}

/// A column that a stage added.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) kind: Kind,
    /// The field that it shows, while that can be tested in its place.
    pub(super) view: Option<View>,
    /// Why it has no value; told when something reads it that matters.
    pub(super) lost: Option<Loss>,
}

impl Relation {
    pub(super) fn of(branch: Branch) -> Self {
        Self {
            branches: vec![branch],
        }
    }

    pub(super) fn into_plan(self) -> Plan {
        self.joined().plan
    }

    /// One branch of all: after stages that look at several rows.
    pub(super) fn joined(mut self) -> Branch {
        if self.branches.len() == 1 {
            return self.branches.remove(0);
        }
        let activity = match self.branches.first().map(|branch| branch.activity) {
            Some(first) if self.branches.iter().all(|b| b.activity == first) => first,
            _ => Activity::Other,
        };
        let scheme = self.branches.first().map_or(Scheme::Sentinel, |b| b.scheme);
        let mut columns: BTreeMap<Text, Column> = BTreeMap::new();
        let mut derived = BTreeSet::new();
        for branch in &self.branches {
            derived.extend(branch.derived.iter().cloned());
            for (name, column) in &branch.columns {
                let plain = Column {
                    view: None,
                    ..column.clone()
                };
                columns.entry(name.clone()).or_insert(plain);
            }
        }
        let repeated = self.branches.iter().find_map(|b| b.repeated.clone());
        let listed = self
            .branches
            .iter()
            .map(|branch| branch.listed.clone())
            .reduce(|a, b| {
                let (mut a, b) = (a?, b?);
                a.extend(
                    b.into_iter()
                        .filter(|name| !a.contains(name))
                        .collect::<Vec<_>>(),
                );
                Some(a)
            });
        Branch {
            plan: Plan::Append(
                self.branches
                    .into_iter()
                    .map(|branch| branch.plan)
                    .collect(),
            ),
            scheme,
            activity,
            columns,
            derived,
            reread: BTreeSet::new(),
            listed: listed.flatten(),
            old: Vec::new(),
            repeated,
            row_wise: false,
        }
    }
}

impl Branch {
    /// A branch of this plan whose columns are not known.
    pub(super) fn new(plan: Plan, scheme: Scheme, activity: Activity) -> Self {
        Self {
            plan,
            scheme,
            activity,
            columns: BTreeMap::new(),
            derived: BTreeSet::new(),
            reread: BTreeSet::new(),
            listed: None,
            old: Vec::new(),
            repeated: None,
            row_wise: true,
        }
    }

    /// Whether it is known that the rows have a column.
    pub(super) fn has(&self, name: &Text) -> bool {
        let listed = self.listed.as_ref();
        self.columns.contains_key(name) || listed.is_some_and(|all| all.contains(name))
    }

    /// Replaces the plan by a stage over it.
    pub(super) fn stage(&mut self, build: impl FnOnce(Box<Plan>) -> Plan) {
        let plan = std::mem::replace(&mut self.plan, Plan::Given);
        self.plan = build(Box::new(plan));
    }

    /// From here on a name is a value of the row and no field of an event.
    pub(super) fn leave_events(&mut self) {
        self.row_wise = false;
        for column in self.columns.values_mut() {
            column.view = None;
        }
    }

    /// Names a column; views of a field of that name end.
    pub(super) fn define(&mut self, name: &Text, column: Column, computed: bool) {
        if computed {
            for other in self.columns.values_mut() {
                let hidden = other.view.as_ref().is_some_and(|view| {
                    view.field.name == *name
                        || view
                            .field
                            .name
                            .strip_prefix(name.as_str())
                            .is_some_and(|rest| rest.starts_with('.'))
                });
                if hidden {
                    other.view = None;
                }
            }
            self.reread.remove(name);
            self.derived.insert(name.clone());
        }
        self.columns.insert(name.clone(), column);
        if let Some(listed) = &mut self.listed
            && !listed.contains(name)
        {
            listed.push(name.clone());
        }
    }

    /// Adds computed columns.
    pub(super) fn derive(&mut self, columns: Vec<(Text, Expr)>) {
        if columns.is_empty() {
            return;
        }
        self.stage(|input| Plan::Derive { input, columns });
    }

    /// Whether a test of the rows is one of their events too; `viewed` when it reads columns as
    /// the fields that they show.
    pub(super) fn at_events(&self, predicate: &Predicate, viewed: bool) -> bool {
        let below = |field: &FieldRef, name: &Text| {
            let rest = field.name.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let own = |field: &FieldRef| {
            !self.derived.iter().any(|name| below(field, name))
                && (viewed || !self.reread.iter().any(|name| below(field, name)))
        };
        self.row_wise && fields_of(predicate).into_iter().all(own)
    }

    /// Keeps the rows that pass a test: at the events where that means the same.
    pub(super) fn filter(&mut self, predicate: Predicate) {
        self.filter_read(predicate, false);
    }

    /// As [`Branch::filter`], for a test that may read columns as the fields that they show.
    pub(super) fn filter_read(&mut self, predicate: Predicate, viewed: bool) {
        if predicate == Predicate::True {
            return;
        }
        if self.at_events(&predicate, viewed) {
            match push(&mut self.plan, predicate) {
                None => return,
                Some(predicate) => {
                    self.stage(|input| Plan::Filter { input, predicate });
                    return;
                }
            }
        }
        if let Plan::Aggregate(aggregate) = &mut self.plan {
            let having = std::mem::replace(&mut aggregate.having, Predicate::True);
            aggregate.having = Predicate::and([having, predicate]);
            return;
        }
        self.stage(|input| Plan::Filter { input, predicate });
    }

    /// Keeps these columns alone.
    pub(super) fn keep(&mut self, names: Vec<Text>, fields: Vec<FieldRef>) {
        self.stage(|input| Plan::Project {
            input,
            projection: Projection::Keep(fields),
        });
        self.columns.retain(|name, _| names.contains(name));
        self.listed = Some(names);
    }
}

/// Every field that a predicate reads.
fn fields_of(predicate: &Predicate) -> Vec<&FieldRef> {
    let mut found = Vec::new();
    predicate.visit(&mut |atom| {
        found.extend(atom.fields());
        if let tripline_ir::Test::Compare(compare) = &atom.test {
            found.extend(compare.other.fields());
        }
    });
    found
}

/// Adds a test to the match below stages that keep rows as they are; gives it back when there is
/// none.
fn push(plan: &mut Plan, predicate: Predicate) -> Option<Predicate> {
    match plan {
        Plan::Match(found) => {
            let before = std::mem::replace(&mut found.predicate, Predicate::True);
            found.predicate = Predicate::and([before, predicate]);
            None
        }
        Plan::Derive { input, .. } | Plan::Project { input, .. } | Plan::Filter { input, .. } => {
            push(input, predicate)
        }
        _ => Some(predicate),
    }
}
