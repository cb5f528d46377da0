//! Functions of `eval` and `where`.

use tripline_ir::{
    Case, Coerce, Dialect, Expr, Function, Hash, Round, TimeFormat, TypeNames, Value, replacement,
};

/// Lowers a function of these arguments; `None` when it is not known.
// Table: functions.
#[expect(clippy::too_many_lines, reason = "a table: one line for each function")]
pub(super) fn apply(name: &str, mut values: Vec<Expr>) -> Option<Expr> {
    use Function as F;
    let literal = |value: Value| Some(Expr::Literal(value));
    let now = || Expr::call(F::ToUnixSeconds, vec![Expr::call(F::Now, Vec::new())]);
    let function = match name {
        "null" => return literal(Value::Null),
        "true" => return literal(Value::Bool(true)),
        "false" => return literal(Value::Bool(false)),
        "pi" => return literal(Value::Float(std::f64::consts::PI)),
        "now" | "time" => return Some(now()),
        "exact" | "sigfig" if values.len() == 1 => return values.pop(),
        "abs" => F::Abs,
        "ceil" | "ceiling" => F::Ceiling,
        "floor" => F::Floor,
        "round" => F::Round,
        "sqrt" => F::SquareRoot,
        "pow" => F::Power,
        "exp" => F::Exponential,
        "ln" => F::Logarithm,
        "log" => {
            if values.len() == 1 {
                values.push(Expr::Literal(Value::Int(10)));
            }
            F::Logarithm
        }
        "min" => F::LeastKnown,
        "max" => F::GreatestKnown,
        "sum" => {
            let list = Expr::call(F::ListConcat, values);
            return Some(Expr::call(F::ListSum, vec![list]));
        }
        "avg" => {
            let list = Expr::call(F::ListConcat, values);
            return Some(Expr::call(F::ListAverage, vec![list]));
        }
        "bit_and" => F::BitAnd,
        "bit_or" => F::BitOr,
        "bit_xor" => F::BitXor,
        "bit_not" => F::BitNot,
        "bit_shift_left" => F::ShiftLeft,
        "bit_shift_right" => F::ShiftRight,
        "if" => F::If,
        "case" => F::Case,
        "coalesce" => F::Coalesce,
        "nullif" => F::NullIf,
        "isnull" => F::IsNull,
        "isnotnull" => {
            let null = Expr::call(F::IsNull, values);
            return Some(Expr::call(F::Not, vec![null]));
        }
        "isnum" | "isdouble" => F::IsNumber,
        "isint" => F::IsInt,
        "isstr" => F::IsText,
        "isbool" => F::IsBool,
        "isarray" | "ismv" => F::IsList,
        "isobject" => F::IsObject,
        "typeof" => F::TypeOf(TypeNames::Splunk),
        "in" => F::In(Case::Sensitive, Coerce::Loose),
        "like" => F::Like(Case::Sensitive),
        "match" => F::RegexMatch(Dialect::Pcre),
        "cidrmatch" => {
            values.reverse();
            F::InNetwork
        }
        "len" => F::LengthCharacters,
        "lower" => F::Lower,
        "upper" => F::Upper,
        "substr" => F::SubstringOne,
        "trim" => F::Trim,
        "ltrim" => F::TrimStart,
        "rtrim" => F::TrimEnd,
        "urldecode" => F::UrlDecode,
        "replace" => {
            if let Some(Expr::Literal(Value::Text(text))) = values.get_mut(2) {
                *text = replacement(text);
            }
            F::RegexReplace(Dialect::Pcre)
        }
        "split" => F::Split,
        "mvcount" => F::ListLength,
        "mvindex" if values.len() == 3 => F::Slice,
        "mvindex" => F::Index,
        "mvjoin" => F::Join,
        "mvappend" => F::ListConcat,
        "mvdedup" => F::Distinct,
        "mvsort" => F::ListSort,
        "mvreverse" => F::ListReverse,
        "mvzip" => F::Zip,
        "mvrange" => F::Range,
        "mvfind" => F::ListFindRegex,
        "tobool" => F::ToBool,
        "tonumber" => F::ToNumber,
        "tostring" => return to_string(values),
        "printf" => F::Printf,
        "relative_time" => F::RelativeTime,
        "strftime" => F::FormatTime(TimeFormat::Strftime),
        "strptime" => {
            let time = Expr::call(F::ParseTime(TimeFormat::Strftime), values);
            return Some(Expr::call(F::ToUnixSeconds, vec![time]));
        }
        "md5" => F::Hash(Hash::Md5),
        "sha1" => F::Hash(Hash::Sha1),
        "sha256" => F::Hash(Hash::Sha256),
        "sha512" => F::Hash(Hash::Sha512),
        "json" => F::ParseJson,
        "json_extract" | "spath" if values.len() == 2 => F::SplunkPath,
        "json_extract" if values.len() == 1 => F::ParseJson,
        "json_object" => return Some(json_text(Expr::call(F::Object, values))),
        "json_array" => return Some(json_text(Expr::call(F::List, values))),
        "json_keys" => {
            let parsed = Expr::call(F::ParseJson, values);
            return Some(json_text(Expr::call(F::Keys, vec![parsed])));
        }
        "json_array_to_mv" if values.len() < 3 => {
            values.truncate(1);
            F::ParseJson
        }
        "mv_to_json_array" if values.len() == 1 => {
            return Some(json_text(Expr::call(F::ListConcat, values)));
        }
        "json_set" => return json_set(values),
        "ipmask" => return ip_mask(&values),
        "validate" => {
            // The value of the first condition that does not hold.
            let each = values.into_iter().enumerate().map(|(at, value)| {
                if at % 2 == 1 {
                    return value;
                }
                Expr::call(F::Not, vec![value])
            });
            return Some(Expr::call(F::Case, each.collect()));
        }
        "json_valid" => {
            let parsed = Expr::call(F::IsNull, vec![Expr::call(F::ParseJson, values)]);
            return Some(Expr::call(F::Not, vec![parsed]));
        }
        _ => return None,
    };
    Some(Expr::call(function, values))
}

/// A value as the text of JSON.
fn json_text(value: Expr) -> Expr {
    Expr::call(Function::ToTextOrJson, vec![value])
}

/// `json_set(json, key, value, ...)` with plain keys.
fn json_set(values: Vec<Expr>) -> Option<Expr> {
    let mut values = values.into_iter();
    let mut json = Expr::call(Function::ParseJson, vec![values.next()?]);
    while let Some(key) = values.next() {
        let plain = matches!(&key, Expr::Literal(Value::Text(key)) if !key.contains(['.', '{']));
        if !plain {
            return None;
        }
        json = Expr::call(Function::WithKey, vec![json, key, values.next()?]);
    }
    Some(json_text(json))
}

/// `ipmask("255.255.255.0", ip)` with a mask that is a prefix.
fn ip_mask(values: &[Expr]) -> Option<Expr> {
    let [Expr::Literal(Value::Text(mask)), ip] = values else {
        return None;
    };
    let mask: std::net::Ipv4Addr = mask.parse().ok()?;
    let bits = mask.to_bits().leading_ones();
    let prefix = mask.to_bits().count_ones() == bits;
    let bits = Expr::Literal(Value::Int(i64::from(bits)));
    prefix.then(|| Expr::call(Function::FormatIpv4, vec![ip.clone(), bits]))
}

/// `tostring(x)` and its formats.
fn to_string(mut values: Vec<Expr>) -> Option<Expr> {
    if values.len() < 2 {
        let value = values.first()?;
        if is_truth(value) {
            let name = |name: &str| Expr::Literal(Value::Text(name.into()));
            let not = Expr::call(Function::Not, vec![value.clone()]);
            let names = vec![value.clone(), name("True"), not, name("False")];
            return Some(Expr::call(Function::Case, names));
        }
        return Some(Expr::call(Function::ToText, values));
    }
    let format = values.pop();
    let Some(Expr::Literal(Value::Text(format))) = format else {
        return None;
    };
    match format.as_str() {
        "commas" => {
            values.push(Expr::Literal(Value::Text(",".into())));
            Some(Expr::call(Function::FormatCommas, values))
        }
        "duration" => Some(Expr::call(Function::FormatDuration, values)),
        "hex" => {
            let whole = Expr::call(Function::ToInt(Round::Truncate), values);
            let format = Expr::Literal(Value::Text("0x%X".into()));
            Some(Expr::call(Function::Printf, vec![format, whole]))
        }
        _ => None,
    }
}

/// Whether a value is true or false, as far as its form says.
fn is_truth(value: &Expr) -> bool {
    use Function as F;
    match value {
        Expr::Literal(Value::Bool(_)) => true,
        Expr::Call { function, .. } => matches!(
            function,
            F::Not
                | F::And
                | F::Or
                | F::Xor
                | F::IsNull
                | F::IsTrue
                | F::Compare(..)
                | F::In(..)
                | F::Like(_)
                | F::RegexMatch(_)
                | F::InNetwork
                | F::IsNumber
                | F::IsInt
                | F::IsText
                | F::IsBool
        ),
        _ => false,
    }
}
