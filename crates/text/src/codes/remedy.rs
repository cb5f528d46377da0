// What to do about a diagnostic that has no hint of its own, by code. Table: exempt from the bounds
// on length.

impl Code {
    /// What mends most diagnostics of this code; where nothing does, where to read more.
    pub fn remedy(self) -> String {
        let known = match self {
            Self::EqlUnclosed
            | Self::KueryUnclosed
            | Self::LuceneUnclosed
            | Self::SplUnclosed
            | Self::KustoUnclosed
            | Self::EsqlUnclosed
            | Self::YaralUnclosed => {
                "add what closes it, or escape what opens it where it is part of a value"
            }
            Self::EqlSyntax => {
                "conditions are joined by `and` and `or`, strings stand in double quotes: `process where process.name == \"cmd.exe\"`"
            }
            Self::EqlCharacter => "a value stands in double quotes, an odd field name in backticks",
            Self::EqlEscape | Self::EsqlEscape | Self::KustoEscape => {
                "a backslash that is meant is written twice"
            }
            Self::EqlType | Self::EsqlType => {
                "compare texts with texts in double quotes, numbers with numbers"
            }
            Self::EqlRegex | Self::EsqlRegex | Self::LuceneRegex => {
                "Lucene's expressions have no anchors, no look-around and no lazy repetition"
            }
            Self::KustoRegex | Self::YaralRegex => {
                "expressions are RE2's: no look-around and no references to groups"
            }
            Self::SplRegex | Self::SigmaRegex => {
                "the expression is Perl's; a brace or bracket that is meant needs a backslash"
            }
            Self::EqlNetwork | Self::EsqlNetwork | Self::YaralNetwork => {
                "a network is an address, a slash and a number of bits: `10.0.0.0/8`"
            }
            Self::EqlSequence => {
                "`sequence by KEY with maxspan=5m [event where ...] [event where ...]` has at least two steps"
            }
            Self::EqlTimeSpan | Self::EsqlTimeSpan => "a number and a unit: `30s`, `5m`, `1h`, `7d`",
            Self::EqlMissingWhere => "write `any where` before the condition",
            Self::KuerySyntax => {
                "`field: value` pairs are joined by `and`, `or`, `not`; a value with `: ( ) { } < >` stands in double quotes"
            }
            Self::KueryEscape => "a backslash that is meant is written twice, or the value quoted",
            Self::LuceneSyntax => {
                "`field:value` pairs are joined by `AND`, `OR`, `NOT`; a value with other signs stands in double quotes"
            }
            Self::SplSyntax => {
                "each stage is a command and its arguments; values with blanks or signs stand in double quotes"
            }
            Self::KustoSyntax => {
                "stages are joined by `|`, statements end with `;`, texts stand in quotes"
            }
            Self::KustoCharacter => "a text stands in quotes, an odd column name in `['...']`",
            Self::EsqlSyntax => {
                "commands are joined by `|`; texts stand in double quotes, odd names in backticks"
            }
            Self::EsqlCharacter => "a text stands in double quotes, an odd name in backticks",
            Self::YaralSyntax => {
                "each line of `events` is one condition: `$e.principal.hostname = $host`"
            }
            Self::YaralCharacter => "a text stands in double quotes, a pattern between slashes",
            Self::YaralSection => {
                "a rule has `meta`, `events`, `match`, `outcome`, `condition` and `options`, in this order"
            }
            Self::YaralWindow => "as in `match: $host over 5m`",
            Self::SigmaStructure => {
                "a rule is a map with `title`, `logsource` and `detection`; a detection is a map of selections and a `condition`"
            }
            Self::SigmaMissingKey => "a rule needs `title`, `logsource`, and `detection` with a `condition`",
            Self::SigmaCondition => {
                "a condition joins selections by `and`, `or`, `not`, as in `selection and not 1 of filter_*`"
            }
            Self::YamlSyntax => {
                "a value with `: `, `#` or a sign at its start stands in quotes; lines of one map begin in one column"
            }
            _ => return format!("`tripline explain {}` tells what it means", self.id()),
        };
        known.to_owned()
    }
}
