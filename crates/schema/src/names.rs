//! One naming scheme's names, indexed.

use crate::{Activity, table::NameTable};
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, HashMap};

/// No field.
pub(crate) const NONE: u16 = u16::MAX;
/// Number of activities.
const ROLES: usize = Activity::ALL.len();

/// The field that a name means, per activity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Roles {
    by_activity: [u16; ROLES],
    /// The field named first in the table: it is shown by the bare name.
    pub(crate) primary: u16,
}

impl Roles {
    /// The field under `activity`; [`NONE`] when the name means nothing there.
    pub(crate) fn get(&self, activity: Activity) -> u16 {
        self.by_activity[activity as usize]
    }

    /// Every field the name may mean, once each, in order of activity.
    pub(crate) fn fields(&self) -> Vec<u16> {
        let mut found = Vec::new();
        for &field in std::iter::once(&self.primary).chain(&self.by_activity) {
            if field != NONE && !found.contains(&field) {
                found.push(field);
            }
        }
        found
    }
}

/// A scheme's table, indexed for look-up.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Look-up only, never iterated.
    pub(crate) index: HashMap<Text, Roles>,
    /// Names in file order.
    pub(crate) order: Vec<Text>,
    /// Schemes asked when this one does not know a name, by name.
    pub(crate) inherits: Vec<Text>,
    /// Name prefixes whose rest belongs to another scheme.
    pub(crate) prefixes: Vec<(Text, Text)>,
    /// Dataset prefixes and the activity they say.
    pub(crate) datasets: BTreeMap<Text, Activity>,
    /// Names left out on purpose.
    pub(crate) unmapped: Vec<Text>,
    /// Fields of one event that mean something else there.
    pub(crate) overrides: BTreeMap<Text, BTreeMap<Text, Text>>,
    /// Errors of the table; a test shows that there are none.
    pub(crate) errors: Vec<String>,
}

impl Names {
    /// Indexes a table; `field` finds a canonical field's number.
    pub(crate) fn new(table: NameTable, field: &dyn Fn(&str) -> Option<u16>) -> Self {
        let mut names = Self {
            inherits: table.inherits,
            prefixes: table.prefixes.into_iter().collect(),
            unmapped: table.unmapped.names,
            overrides: table.overrides,
            ..Self::default()
        };
        for (dataset, activity) in table.datasets {
            let activity = Activity::from_name(&activity).unwrap_or_default();
            names.datasets.insert(dataset, activity);
        }
        for (name, row) in table.names.0 {
            let roles = names.roles(&name, &row, field);
            if names.index.insert(name.clone(), roles).is_some() {
                names.errors.push(format!("{name} stands twice"));
            }
            names.order.push(name);
        }
        names
    }

    fn roles(
        &mut self,
        name: &str,
        row: &crate::table::NameRow,
        field: &dyn Fn(&str) -> Option<u16>,
    ) -> Roles {
        let mut number = |id: &str| {
            field(id).unwrap_or_else(|| {
                self.errors
                    .push(format!("{name} means {id}, which is no field"));
                NONE
            })
        };
        match row {
            crate::table::NameRow::Always(id) => {
                let primary = number(id);
                Roles {
                    by_activity: [primary; ROLES],
                    primary,
                }
            }
            crate::table::NameRow::ByActivity(entries) => {
                let mut roles = Roles {
                    by_activity: [NONE; ROLES],
                    primary: NONE,
                };
                let other = entries.0.iter().find(|(key, _)| key == "other");
                if let Some((_, id)) = other {
                    roles.by_activity = [number(id); ROLES];
                }
                let mut unknown = Vec::new();
                for (key, id) in &entries.0 {
                    let target = number(id);
                    if roles.primary == NONE {
                        roles.primary = target;
                    }
                    match Activity::from_name(key) {
                        Some(Activity::Other) => {}
                        Some(activity) => roles.by_activity[activity as usize] = target,
                        None => unknown.push(format!("{name} has the unknown activity {key}")),
                    }
                }
                self.errors.extend(unknown);
                roles
            }
        }
    }
}
