//! Functions of lists and objects.

use super::{Kind, Typed, Value, number, values};
use tripline_ir::{Case, Function, Value as Constant};

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    match name {
        "pack_array" if arguments.iter().all(|a| a.as_constant().is_some()) => {
            let items = arguments.iter().filter_map(|a| a.as_constant().cloned());
            Some(Typed::of(Constant::List(items.collect())))
        }
        "array_concat" | "set_union" => constant_lists(name, arguments),
        "array_shift_left" | "array_rotate_left" => {
            let function = if name == "array_shift_left" {
                Function::ListShift
            } else {
                Function::ListRotate
            };
            let mut values = values(arguments);
            let by = values.get_mut(1)?;
            *by = Value::call(Function::Negate, vec![by.clone()]);
            Some(Typed::new(Value::call(function, values), Kind::Dynamic))
        }
        "bag_has_key" => {
            let path = arguments
                .get(1)?
                .text()
                .is_some_and(|key| key.starts_with("$."));
            let value = if path {
                let found = Value::call(Function::JsonPath, values(arguments));
                let absent = Value::call(Function::IsNull, vec![found]);
                Value::call(Function::Not, vec![absent])
            } else {
                Value::call(Function::HasKey, values(arguments))
            };
            Some(Typed::new(value, Kind::Bool))
        }
        "has_any_index" => first_word(arguments.first()?, arguments.get(1)?),
        _ => None,
    }
}

/// Lists of constants are joined at once.
fn constant_lists(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let mut all = Vec::new();
    for argument in arguments {
        match argument.as_constant()? {
            Constant::List(items) => {
                for item in items {
                    if name != "set_union" || !all.contains(item) {
                        all.push(item.clone());
                    }
                }
            }
            _ => return None,
        }
    }
    Some(Typed::of(Constant::List(all)))
}

/// `has_any_index(text, list)`: the place of the first word of the list that the text has.
fn first_word(text: &Typed, words: &Typed) -> Option<Typed> {
    let Constant::List(words) = words.as_constant()? else {
        return None;
    };
    let mut arguments = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let has = vec![text.clone().known_text(), Value::Literal(word.clone())];
        arguments.push(Value::call(Function::HasWord(Case::Insensitive), has));
        arguments.push(number(i64::try_from(at).ok()?));
    }
    arguments.push(number(-1));
    Some(Typed::new(
        Value::call(Function::Case, arguments),
        Kind::Number,
    ))
}
