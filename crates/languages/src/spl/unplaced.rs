//! A syntax tree without its places, so that trees of two texts can be compared.

use super::ast::{
    Aggregate, Argument, Bound, Command, Expr, Lookup, Name, Options, Pipeline, Search, Stats,
    Tstats, Word,
};
use tripline_text::Span;

/// Puts every place of a tree to the start of the text.
pub(super) fn clear(pipeline: &mut Pipeline) {
    for stage in &mut pipeline.stages {
        stage.span = Span::default();
        command(&mut stage.command);
    }
}

fn command(found: &mut Command) {
    match found {
        Command::Search(found) => search(found),
        Command::Where(found) => expr(found),
        Command::Eval(columns) => columns.iter_mut().for_each(|(own, value)| {
            name(own);
            expr(value);
        }),
        Command::Tstats(found) => tstats(found),
        Command::Stats(found) => stats(found),
        Command::Top {
            rare: _,
            options: found,
            fields,
            by,
        } => {
            options(found);
            names(fields);
            names(by);
        }
        Command::Dedup {
            options: found,
            count: _,
            fields,
        } => {
            options(found);
            names(fields);
        }
        Command::Rename(found) => pairs(found),
        Command::Fields { keep: _, fields } => names(fields),
        Command::Fillnull { value, fields } => {
            names(value);
            names(fields);
        }
        Command::Makemv {
            options: found,
            field,
        }
        | Command::Mvexpand {
            field,
            options: found,
        }
        | Command::Rex {
            options: found,
            pattern: field,
        } => {
            options(found);
            name(field);
        }
        Command::Regex {
            field,
            negated: _,
            pattern,
        } => {
            names(field);
            name(pattern);
        }
        Command::Lookup(found) => lookup(found),
        other => rare_command(other),
    }
}

fn rare_command(found: &mut Command) {
    match found {
        Command::Inputlookup {
            options: found,
            name: own,
            filter,
        } => {
            options(found);
            name(own);
            filter.iter_mut().for_each(search);
        }
        Command::Join {
            options: found,
            fields,
            on,
            right,
        } => {
            options(found);
            names(fields);
            pairs(on);
            clear(right);
        }
        Command::Foreach {
            options: found,
            fields,
            body,
        } => {
            options(found);
            names(fields);
            clear(body);
        }
        Command::Append {
            how: _,
            options: found,
            inputs,
        } => {
            options(found);
            inputs.iter_mut().for_each(clear);
        }
        Command::Bin {
            options: found,
            field,
            alias,
        } => {
            options(found);
            name(field);
            names(alias);
        }
        Command::Transaction {
            options: found,
            fields,
            starts,
            ends,
        } => {
            options(found);
            names(fields);
            starts.iter_mut().chain(ends).for_each(bound);
        }
        other => last_command(other),
    }
}

fn last_command(found: &mut Command) {
    match found {
        Command::Convert {
            options: found,
            conversions,
        } => {
            options(found);
            for (function, field, alias) in conversions {
                name(function);
                name(field);
                names(alias);
            }
        }
        Command::Sort { fields, limit: _ } => {
            for key in fields {
                name(&mut key.field);
            }
        }
        Command::Head {
            options: found,
            count: _,
            while_,
        } => {
            options(found);
            while_.iter_mut().for_each(expr);
        }
        Command::Map { limit: _, body } => clear(body),
        Command::Spath {
            options: found,
            path,
        } => {
            options(found);
            names(path);
        }
        Command::Replace {
            pairs: found,
            fields,
        } => {
            pairs(found);
            names(fields);
        }
        Command::Makeresults { options: found } => options(found),
        Command::From { kind: _, name: own } | Command::Macro(own) => name(own),
        Command::Generic {
            name: own,
            known: _,
            arguments,
        } => {
            name(own);
            name(arguments);
        }
        _ => {}
    }
}

fn tstats(found: &mut Tstats) {
    options(&mut found.options);
    found.aggregates.iter_mut().for_each(aggregate);
    names(&mut found.from);
    found.filter.iter_mut().for_each(search);
    names(&mut found.by);
    names(&mut found.span_of_time);
}

fn stats(found: &mut Stats) {
    options(&mut found.options);
    found.aggregates.iter_mut().for_each(aggregate);
    names(&mut found.over);
    names(&mut found.by);
}

fn aggregate(found: &mut Aggregate) {
    found.span = Span::default();
    name(&mut found.function);
    match &mut found.argument {
        Argument::None => {}
        Argument::Field(field) => name(field),
        Argument::Eval(value) => expr(value),
    }
    names(&mut found.alias);
}

fn lookup(found: &mut Lookup) {
    options(&mut found.options);
    name(&mut found.table);
    pairs(&mut found.keys);
    pairs(&mut found.outputs);
}

fn bound(found: &mut Bound) {
    match found {
        Bound::Search(found) => search(found),
        Bound::Eval(found) => expr(found),
    }
}

fn search(found: &mut Search) {
    match found {
        Search::And(parts) | Search::Or(parts) => parts.iter_mut().for_each(search),
        Search::Not(inner) => search(inner),
        Search::Compare {
            field,
            op: _,
            value,
            span,
        } => {
            name(field);
            word(value);
            *span = Span::default();
        }
        Search::In {
            field,
            values,
            span,
        } => {
            name(field);
            values.iter_mut().for_each(word);
            *span = Span::default();
        }
        Search::Term(found) | Search::Whole(found) | Search::Cased(found) => word(found),
        Search::Subsearch(body, span) => {
            clear(body);
            *span = Span::default();
        }
        Search::Macro(own) => name(own),
        Search::Error(span) => *span = Span::default(),
    }
}

fn expr(found: &mut Expr) {
    match found {
        Expr::Text(_, span)
        | Expr::Pattern(_, span)
        | Expr::Number(_, span)
        | Expr::Int(_, span)
        | Expr::Error(span) => {
            *span = Span::default();
        }
        Expr::Field(own) => name(own),
        Expr::Call {
            name: own,
            arguments,
            span,
        } => {
            name(own);
            arguments.iter_mut().for_each(expr);
            *span = Span::default();
        }
        Expr::Binary {
            op: _,
            left,
            right,
            span,
        } => {
            expr(left);
            expr(right);
            *span = Span::default();
        }
        Expr::Not(inner, span) | Expr::Negate(inner, span) => {
            expr(inner);
            *span = Span::default();
        }
        Expr::In {
            value,
            list,
            negated: _,
            span,
        } => {
            expr(value);
            list.iter_mut().for_each(expr);
            *span = Span::default();
        }
        Expr::Search(inner, span) => {
            search(inner);
            *span = Span::default();
        }
        Expr::Subsearch(body, span) => {
            clear(body);
            *span = Span::default();
        }
    }
}

fn options(found: &mut Options) {
    for (_, value) in found {
        name(value);
    }
}

fn pairs(found: &mut [(Name, Name)]) {
    for (left, right) in found {
        name(left);
        name(right);
    }
}

fn names<'a>(found: impl IntoIterator<Item = &'a mut Name>) {
    found.into_iter().for_each(name);
}

fn name(found: &mut Name) {
    found.span = Span::default();
}

fn word(found: &mut Word) {
    found.span = Span::default();
}
