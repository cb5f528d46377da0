//! Names that a front end gave to parts of a computed value, put back where they stand.

use tripline_ir::{Expr, Text};

/// More uses of such a name are left as they are.
const MAX_USES: usize = 64;

/// The value without names that the author did not write (`$value3`).
pub(super) fn inlined(expr: &Expr) -> Expr {
    Inlining {
        known: Vec::new(),
        left: MAX_USES,
    }
    .of(expr)
}

struct Inlining {
    known: Vec<(Text, Expr)>,
    left: usize,
}

impl Inlining {
    fn of(&mut self, expr: &Expr) -> Expr {
        match expr {
            Expr::Literal(_) | Expr::Field(_) => expr.clone(),
            Expr::Variable(name) => {
                let known = self.known.iter().rev().find(|(known, _)| known == name);
                match known {
                    Some((_, value)) if self.left > 0 => {
                        self.left -= 1;
                        value.clone()
                    }
                    _ => expr.clone(),
                }
            }
            Expr::Call {
                function,
                arguments,
            } => Expr::call(
                *function,
                arguments.iter().map(|one| self.of(one)).collect(),
            ),
            Expr::Each {
                how,
                list,
                variable,
                body,
            } => Expr::Each {
                how: *how,
                list: Box::new(self.of(list)),
                variable: variable.clone(),
                body: Box::new(self.of(body)),
            },
            Expr::Let {
                variable,
                value,
                body,
            } => self.binding(variable, value, body),
        }
    }

    fn binding(&mut self, variable: &Text, value: &Expr, body: &Expr) -> Expr {
        let value = self.of(value);
        if !variable.starts_with('$') {
            return Expr::Let {
                variable: variable.clone(),
                value: Box::new(value),
                body: Box::new(self.of(body)),
            };
        }
        self.known.push((variable.clone(), value));
        let body = self.of(body);
        self.known.pop();
        body
    }
}
