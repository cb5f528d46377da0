//! Random commands and searches of them.

use super::*;

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let function = select(&["count", "dc", "values", "perc95", "max"][..]);
    let argument = prop_oneof![
        name().prop_map(Argument::Field),
        expr().prop_map(Argument::Eval),
    ];
    let built = |function: &str, argument, alias, written: &str| Aggregate {
        function: named(function.into()),
        argument,
        alias,
        written: written.into(),
        span: span(),
    };
    prop_oneof![
        (function.clone(), argument, name()).prop_map(move |(function, argument, alias)| built(
            function,
            argument,
            Some(alias),
            ""
        )),
        (function, of(name())).prop_map(move |(function, alias)| built(
            function,
            Argument::None,
            alias,
            ""
        )),
        Just(built(
            "max",
            Argument::Field(named("x".into())),
            None,
            "Max( x )"
        )),
    ]
}

fn aggregates() -> impl Strategy<Value = Vec<Aggregate>> {
    vec(aggregate(), 0..3)
}

fn stats() -> impl Strategy<Value = Command> {
    use StatsKind::*;
    let kind = select(vec![Stats, Eventstats, Streamstats, Chart, Timechart]);
    let late = vec(
        (
            select(&["by", "mode", "over"][..]).prop_map(Text::from),
            name(),
        ),
        0..2,
    );
    (kind, options(), late, aggregates(), of(name()), names()).prop_map(
        |(kind, mut options, late, aggregates, over, by)| {
            if !by.is_empty() {
                options.extend(late);
            }
            Command::Stats(crate::spl::ast::Stats {
                kind,
                options,
                aggregates,
                over,
                by,
            })
        },
    )
}

fn tstats() -> impl Strategy<Value = Command> {
    let parts = (
        any::<bool>(),
        options(),
        aggregates(),
        of(name()),
        of(search()),
        names(),
        of(name()),
    );
    parts.prop_map(
        |(metrics, options, aggregates, from, filter, by, of_time)| {
            Command::Tstats(Tstats {
                metrics,
                options,
                aggregates,
                from,
                filter,
                span_of_time: of_time.filter(|_| !by.is_empty()),
                by,
            })
        },
    )
}

/// Commands without a pipeline of their own.
fn flat() -> impl Strategy<Value = Command> {
    prop_oneof![conditions_and_columns(), of_rows(), of_values()]
}

fn conditions_and_columns() -> impl Strategy<Value = Command> {
    let trimmed = |(name, _): &(Name, Expr)| name.text.trim() == name.text;
    let column = (name(), expr()).prop_filter("a name without blanks around it", trimmed);
    let simple = (name(), relation(), quoted()).prop_map(compare);
    prop_oneof![
        simple.prop_map(Command::Search),
        expr().prop_map(Command::Where),
        vec(column, 1..3).prop_map(Command::Eval),
        stats(),
        (any::<bool>(), options(), names(), names()).prop_map(|(rare, options, fields, by)| {
            Command::Top {
                rare,
                options,
                fields,
                by,
            }
        }),
        vec((name(), name()), 1..3).prop_map(Command::Rename),
        (
            select(vec![Keep::Fields, Keep::Drop, Keep::Table]),
            some_names()
        )
            .prop_map(|(keep, fields)| Command::Fields { keep, fields }),
    ]
}

fn of_rows() -> impl Strategy<Value = Command> {
    let sortby = name().prop_map(|value| ("sortby".into(), value));
    let dedup = (options(), of(sortby), 0..4_u64, some_names());
    let ordered = (
        of(select(&["num", "str", "ip", "auto"][..]).prop_map(Text::from)),
        name(),
        any::<bool>(),
    )
        .prop_map(|(order, field, descending)| Sorted {
            order,
            field,
            descending,
        })
        .prop_filter("no direction", |key| {
            !matches!(key.field.text.as_str(), "desc" | "d" | "asc")
        });
    prop_oneof![
        dedup.prop_map(|(mut options, sortby, count, fields)| {
            options.extend(sortby);
            Command::Dedup {
                options,
                count,
                fields,
            }
        }),
        (vec(ordered, 1..3), of(0..99_u64))
            .prop_map(|(fields, limit)| Command::Sort { fields, limit }),
        (options(), of(0..99_u64), of(expr())).prop_map(|(options, count, while_)| Command::Head {
            options,
            count: count.or(while_.is_none().then_some(10)),
            while_,
        }),
        (0..99_u64).prop_map(|count| Command::Tail { count }),
        (select(&["datamodel", "lookup", "odd kind", ""][..]), name()).prop_map(|(kind, name)| {
            Command::From {
                kind: kind.into(),
                name,
            }
        }),
        options().prop_map(|options| Command::Makeresults { options }),
        (
            options(),
            name(),
            vec((name(), name()), 0..3),
            vec((name(), name()), 0..3),
            any::<bool>()
        )
            .prop_map(|(options, table, keys, outputs, only_new)| {
                Command::Lookup(Lookup {
                    options,
                    table,
                    keys,
                    outputs,
                    only_new,
                })
            }),
    ]
}

fn of_values() -> impl Strategy<Value = Command> {
    let conversion = (select(&["ctime", "num", "auto"][..]), name(), of(name()));
    let conversion =
        conversion.prop_map(|(function, field, alias)| (named(function.into()), field, alias));
    prop_oneof![
        (of(name()), names()).prop_map(|(value, fields)| Command::Fillnull { value, fields }),
        (options(), name()).prop_map(|(options, field)| Command::Makemv { options, field }),
        (name(), options()).prop_map(|(field, options)| Command::Mvexpand { field, options }),
        (options(), name()).prop_map(|(options, pattern)| Command::Rex { options, pattern }),
        (of(name()), any::<bool>(), name()).prop_map(|(field, negated, pattern)| Command::Regex {
            field,
            negated,
            pattern
        }),
        (options(), name(), of(name())).prop_map(|(options, field, alias)| Command::Bin {
            options,
            field,
            alias
        }),
        (options(), vec(conversion, 0..3)).prop_map(|(options, conversions)| Command::Convert {
            options,
            conversions
        }),
        (options(), of(name()), any::<bool>()).prop_map(|(mut options, path, among)| {
            if among {
                options.extend(path.clone().map(|path| ("path".into(), path)));
            }
            Command::Spath { options, path }
        }),
        (vec((name(), name()), 0..3), names())
            .prop_map(|(pairs, fields)| Command::Replace { pairs, fields }),
        Just(Command::Generic {
            name: named("iplocation".into()),
            known: true,
            arguments: named("prefix=\"a | b\"   src".into()),
        }),
    ]
}

fn stage(command: Command) -> Stage {
    Stage {
        command,
        span: span(),
    }
}

pub(super) fn flat_stage() -> impl Strategy<Value = Stage> {
    flat().prop_map(stage)
}

/// Commands with conditions or pipelines of their own.
fn deep() -> impl Strategy<Value = Command> {
    use Appending::*;
    let body = || vec(flat_stage(), 0..3).prop_map(|stages| Pipeline { stages });
    let bound = || {
        of(prop_oneof![
            search().prop_map(Bound::Search),
            bare().prop_map(|word| Bound::Search(Search::Term(word))),
            expr().prop_map(Bound::Eval),
        ])
    };
    prop_oneof![
        search().prop_map(Command::Search),
        tstats(),
        (options(), name(), of(search())).prop_map(|(options, name, filter)| {
            Command::Inputlookup {
                options,
                name,
                filter,
            }
        }),
        (options(), names(), vec((name(), name()), 0..3), body()).prop_map(
            |(options, fields, on, right)| Command::Join {
                options,
                fields,
                on,
                right
            }
        ),
        (
            select(vec![Append, Appendcols, Appendpipe, Union, Multisearch]),
            options(),
            vec(body(), 1..3)
        )
            .prop_map(|(how, options, inputs)| Command::Append {
                how,
                options,
                inputs
            }),
        (options(), names(), body()).prop_map(|(options, fields, body)| Command::Foreach {
            options,
            fields,
            body
        }),
        (0..20_u64, body()).prop_map(|(limit, body)| Command::Map { limit, body }),
        (options(), names(), bound(), bound()).prop_map(|(options, fields, starts, ends)| {
            Command::Transaction {
                options,
                fields,
                starts,
                ends,
            }
        }),
    ]
}

/// A whole search.
pub(in super::super) fn pipeline() -> impl Strategy<Value = Pipeline> {
    vec(prop_oneof![flat(), deep()].prop_map(stage), 1..4).prop_map(|stages| Pipeline { stages })
}
