// Table: every diagnostic code. Entry: name = id, severity, title, page.
// Ids: E01xx files and YAML/TOML, E02xx Sigma, E03xx EQL, E04xx kuery, E05xx Lucene,
// E06xx SPL, E07xx Kusto, E08xx ES|QL, E09xx YARA-L, E10xx ATT&CK, E11xx catalogue,
// E12xx events; W and N take the same hundreds for warnings and notes.
codes! {
    files {
        FileUnreadable = "E0101", Error, "the file cannot be read",
            "The operating system refused to open or read the file. The message gives its reason.\n\nThe file is listed in the ledger as failed and the rest of the build goes on.";
        InvalidUtf8 = "E0102", Error, "the file is not valid UTF-8",
            "Rule files are UTF-8 text. The span points at the first byte that is not.\n\nSave the file as UTF-8. A byte order mark is allowed and ignored.";
        FileTooLarge = "E0103", Error, "the file is too large",
            "A rule file may be at most 4 MiB. Larger files are not rules, or hold something by mistake.";
    }
    yaml {
        YamlSyntax = "E0105", Error, "the file is not valid YAML",
            "The YAML reader met something that the format does not allow; the message says what, and the second place shows which list or map was open. Reading stops there: documents before it are kept, everything after it is lost.\n\nFrequent causes: a tab used for indentation, a text with `: ` or ` #` in it that has no quotes, an unclosed quote or bracket, a file that was cut off.";
        YamlDuplicateKey = "E0106", Error, "a key stands twice in one map",
            "YAML maps hold each key once. Readers differ in what they do with the second one: some keep the first value, some the last, and the rule silently means something else in each. Tripline keeps the first and reports the second.\n\nIn a Sigma selection, write one key with a list of values, or put one of the two into a selection of its own.";
        YamlTooDeep = "E0107", Error, "the YAML is nested too deeply",
            "Lists and maps may be nested 64 levels deep. No rule needs more; the bound keeps a hostile file from exhausting the stack.";
        YamlTooManyNodes = "E0108", Error, "the YAML has too many nodes",
            "A file may hold one million keys and values. The bound keeps a hostile file from exhausting memory.";
        YamlAliasBomb = "E0109", Error, "aliases repeat too much",
            "`&name` marks a part of a YAML file and `*name` repeats it. Marks inside marks multiply: a few lines can stand for billions of values. Tripline stops after 100,000 repeated values.\n\nWrite the repeated part out, or repeat less of it.";
        YamlMerge = "E0110", Error, "a merge key does not name a map",
            "`<<: *name` copies the entries of another map into this one. Its value must be a map, or a list of maps.";
    }
    queries {
        NestingTooDeep = "E0120", Error, "the query is nested too deeply",
            "Parsers stop at a fixed depth so that no input can exhaust the stack. The span points at the first part that lies too deep.";
        NameNearlyKnown = "W0122", Warning, "a name is nearly that of a known one",
            "The tables of fields, data models and event types do not have this name, but one that differs by a single letter: one too many, one too few, another one, or two exchanged. A test of a field that no event has is never true.\n\nNo table lists every name, so a name that is right may be reported when it is that close to another. Only `tripline check` looks for this.";
        LanguageNotRead = "N0121", Note, "the query's language is not read yet",
            "The rule and its metadata are kept, with the query verbatim. The query itself has no front end yet, so the rule counts as partial in the ledger.";
    }
    eql {
        EqlCharacter = "E0301", Error, "a character does not belong to EQL",
            "The lexer met a character, or another language's operator, that EQL does not have. It is skipped, or read as the keyword it stands for, and the rest of the query is read on.\n\nEQL joins conditions by the words `and`, `or` and `not` in lower case. Typographic quotes, often pasted from a document, are not string quotes.";
        EqlUnclosed = "E0302", Error, "something is opened and not closed",
            "A string, a backtick, a comment, a parenthesis or a bracket begins and has no end. A string in single or double quotes ends on its own line; one in `\"\"\"` may go on over lines.\n\nThe second place shows what was opened.";
        EqlEscape = "E0303", Error, "an escape is not known",
            "After a backslash EQL knows `\\\\`, `\\\"`, `\\n`, `\\r`, `\\t` and `\\u{...}` with 2 to 8 hexadecimal digits. Windows paths need every backslash twice: `\"C:\\\\Windows\"`. A string in `\"\"\"` has no escapes at all.";
        EqlSyntax = "E0304", Error, "something else was expected",
            "The query does not follow EQL's grammar at this place. The message names what could stand here and what does.\n\nThe part is skipped up to the next `and`, `or`, `,` or closing bracket, so that later errors are reported too. A rule with a skipped part is never counted as fully read.";
        EqlSingleEquals = "E0305", Error, "`=` is not a comparison",
            "EQL compares by `==` (exactly, with letter case) or `:` (without letter case, with the wildcards `*` and `?`). A single `=` only gives `maxspan` and `runs` their values.";
        EqlSingleQuotes = "E0306", Error, "a string stands in single quotes",
            "Elasticsearch reads strings in double quotes, or in three double quotes without escapes. Single quotes are from the older Endgame dialect. Tripline reads the string and goes on.";
        EqlMissingWhere = "E0307", Error, "the query has no `where`",
            "An EQL query names a category of events, then `where`, then a condition: `process where process.name == \"a.exe\"`. `any where` stands for events of every category, `where true` for no condition.";
        EqlCategory = "E0308", Error, "the event category cannot be read",
            "One name or one string in double quotes stands before `where`. A query is about one category, or about `any`; several are asked for in the condition, by `event.category`.";
        EqlFunction = "E0309", Error, "there is no such function",
            "The name is none of EQL's functions; letter case does not matter in it. A `~` directly after the name makes some functions ignore letter case: `between`, `endsWith`, `indexOf`, `startsWith` and `stringContains`.\n\nThe condition that the function stands in is left out, so the rule counts as partly read.";
        EqlArguments = "E0310", Error, "a function has the wrong arguments",
            "The function takes another number of arguments, or other kinds. The hint shows how it is written; parts in square brackets may be left out.";
        EqlChained = "E0311", Error, "comparisons are chained",
            "`1 < x < 5` is not EQL. Write two comparisons: `x > 1 and x < 5`.";
        EqlFieldComparison = "E0312", Error, "two values of an event are compared",
            "Elasticsearch compares a field with a constant only. Elastic Endpoint compares two fields as well; a rule taken from there does not run in Elasticsearch.\n\nTripline keeps the comparison's meaning.";
        EqlType = "E0313", Error, "a value has the wrong kind",
            "A condition stands where a value belongs, or a value where a condition belongs, or an operator meets a kind of value that it does not take: `:`, `like` and `regex` take strings, arithmetic takes numbers, `<` and its kin take numbers or strings.";
        EqlRegex = "E0314", Error, "the regular expression cannot be read",
            "`regex` takes Lucene's syntax. It has no anchors, since the whole value must match, no look-around and no lazy repetition; `@ & ~ # < > \"` have meanings of their own and need a backslash as plain characters.";
        EqlNetwork = "E0315", Error, "the network cannot be read",
            "`cidrMatch` takes networks as an IPv4 or IPv6 address, a slash and the number of bits: `10.0.0.0/8`, `fe80::/10`. An address alone is the network of that one address.";
        EqlSequence = "E0316", Error, "the sequence or sample is malformed",
            "A sequence has at least two steps, as many keys after `by` in each, and runs of 1 to 100. A missing step `![ ]` needs `with maxspan` and at least one step beside it that is not missing. A sample has at least two steps and one key, and no order: no `maxspan`, `until` or runs.";
        EqlTimeSpan = "E0317", Error, "the time span cannot be read",
            "`maxspan` is a whole number and a unit: `ms`, `s`, `m`, `h` or `d`.";
        EqlPipe = "E0318", Error, "the pipe is not known",
            "Elasticsearch has the pipes `head` and `tail`, each with a number of rows. `count`, `filter`, `sort`, `unique` and `unique_count` are Endgame's.";
        EqlDialect = "E0319", Error, "a construct belongs to another dialect",
            "EQL has three dialects: Elasticsearch, Elastic Endpoint and Endgame. Process relations (`descendant of`), `_arraysearch` with `$name`, names for steps, `join`, `fork` and some functions do not run in Elasticsearch.\n\nTripline keeps the meaning where it can.";
        EqlLiteralWildcard = "W0320", Warning, "`*` is an ordinary character here",
            "`==`, `!=` and `in` compare texts as they stand: `\"*.exe\"` is only equal to the five characters. Wildcards work after `:`, `like` and `like~`.";
    }
    kuery {
        KuerySyntax = "E0401", Error, "the kuery query has a syntax error",
            "Something stands where the query language has no place for it. The message names what was found and what could stand there.\n\nFrequent causes: a missing `and` or `or` between two expressions, a value with a `:` or a parenthesis in it that is neither quoted nor escaped, an operator without a right side. The part is skipped and the rest of the query is read.";
        KueryEscape = "E0402", Error, "a backslash escapes nothing",
            "Outside quotes a backslash may stand before one of `\\ ( ) : < > \" * { }`, before `t`, `r`, `n` or `uXXXX`, and before a whole `and`, `or` or `not`. Kibana refuses any other.\n\nA literal backslash is written twice. In quotes a single one is enough, except before a quote or another backslash.";
        KueryUnclosed = "E0403", Error, "a quote, parenthesis or brace is not closed",
            "The place where it was opened is shown. The query is read as if it were closed where the reader stopped.";
        KueryBlanks = "W0404", Warning, "a value of several words has no quotes",
            "On a keyword field the words and the blanks between them are one value, as if they stood in quotes. On a full-text field each word is looked for by itself, and one of them is enough.\n\nQuotes make plain which of the two is meant. A value with wildcards cannot be quoted; there the warning is left out.";
    }
    lucene {
        LuceneSyntax = "E0501", Error, "the Lucene query has a syntax error",
            "Something stands where the query language has no place for it. The message names what was found and what could stand there.\n\nThe characters `+ - = & | > < ! ( ) { } [ ] ^ \" ~ * ? : \\ /` have a meaning of their own; in a value they need a backslash, or the value needs quotes. The part is skipped and the rest of the query is read.";
        LuceneUnclosed = "E0502", Error, "a quote, bracket or slash is not closed",
            "The place where it was opened is shown. The query is read as if it were closed where the reader stopped.";
        LuceneOptional = "W0503", Warning, "a clause has no effect on what matches",
            "Lucene's query parser gives each clause one of three marks instead of ordinary precedence: required, prohibited or optional. `AND` makes both of its neighbours required, `NOT` its right one prohibited, and everything else is optional. Once a clause of the same level is required, optional ones only change the ranking: `a OR b AND c` matches what `b AND c` matches.\n\nParentheses say which was meant.";
        LuceneLowerCase = "W0504", Warning, "an operator in lower case is a search term",
            "Lucene's operators are `AND`, `OR` and `NOT`, in capitals. In lower case they are ordinary terms that an event may hold.";
        LuceneAnchor = "W0505", Warning, "an anchor in a Lucene regular expression is a literal character",
            "Lucene matches a regular expression against the whole value and has no anchors: `^` and `$` are ordinary characters there. `.*` at either end makes it match a part.";
        LuceneRegex = "E0506", Error, "the regular expression cannot be read",
            "Between slashes stands Lucene's own syntax of regular expressions. It has no anchors, since the whole value must match, no look-around and no lazy repetition; `@ & ~ # < > \"` have meanings of their own and need a backslash as plain characters. Elasticsearch refuses a query with one that it cannot read.";
    }
    spl {
        SplSyntax = "E0601", Error, "a part of the search cannot be read",
            "Something else stands where the language expects a name, a value, an operator or an option. The stage that it stands in (the part between two `|`) is left out or read in part, and the rule counts as partial; the other stages are read.";
        SplUnclosed = "E0602", Error, "something is opened and not closed",
            "A quote, a parenthesis or a subsearch's bracket begins and has no end. A quote inside a quoted text is written `\\\"`; a text may not end in a single backslash, since that would keep the quote from closing it: write `\\\\`.";
        SplUnknownCommand = "E0603", Error, "the command is not known",
            "Each stage of a search begins with the name of a command. This one is in no list of Splunk's commands. It may be a typing error, or come with an app. The stage is kept as text, and the rule counts as partial.";
        SplUnknownFunction = "E0604", Error, "the function is not known",
            "The name before the parenthesis is no function of `eval` and `where`, or no aggregate of `stats`. The part that it stands in cannot be decided, and the rule counts as partial.";
        SplMacro = "E0605", Error, "the macro is not defined",
            "A name between backticks stands for text that `macros/*.yml` defines. The corpus has no macro of this name and number of arguments. The part it stands for is left out of the rule's meaning, and the rule counts as partial.\n\nThree kinds need no definition: `NAME_filter`, which is empty until the user fills it; `drop_dm_object_name(X)`, which removes a data model's prefix from field names; and the settings in `security_content_summariesonly`.";
        SplMacroCycle = "E0606", Error, "a macro leads to itself",
            "The text that a macro stands for calls the macro again, directly or through others. The message shows the way around. The call is left out.";
        SplTooLarge = "E0607", Error, "the search is too large",
            "A search may have 512 KiB of text once its macros are replaced, macros may be nested 16 levels deep, and an expression may have 2,000 operators of one level, so that no input can exhaust memory.";
        SplLookup = "E0608", Error, "the lookup is not defined",
            "A lookup is a table that `lookups/*.yml` defines and a CSV file holds. The corpus has no lookup of this name. What the search takes from it is not known, and the rule counts as partial.";
        SplArgument = "E0609", Error, "an argument does not fit the command or function",
            "The command or function has no such option, needs another number of arguments, or asks for another kind of value. The part is left out of the rule's meaning, and the rule counts as partial.";
        SplRegex = "E0610", Error, "the regular expression is not valid",
            "The expression between quotes cannot be compiled. The message gives the reason. Before the expression is read, the search language turns `\\\\` into `\\` and `\\\"` into `\"`, so a literal backslash takes four.";
        SplRuleKey = "E0614", Error, "a required key is missing",
            "A detection of Splunk's security content holds its search under `search`. Without it the rule has no meaning.";
        SplLowerCaseOperator = "W0611", Warning, "an operator in lower case is a word to search for",
            "`AND`, `OR` and `NOT` are operators in upper case only. In lower case the search language takes them for words that must stand in the event, which is hardly ever meant. In `eval` and `where` either case will do.";
        SplDottedName = "W0612", Warning, "a dot outside of quotes joins two texts",
            "In `eval` and `where`, `a.b` takes the fields `a` and `b` and joins their texts. A field whose own name has a dot in it stands in single quotes: `'a.b'`. Without them the value is null unless both fields exist.";
        SplMissingField = "W0613", Warning, "the field does not exist at this stage",
            "`stats`, `tstats`, `table`, `fields` and `top` leave only the fields that they name. A later stage that tests another field finds nothing there: the test is never true, and what it decides never happens.\n\nAdd the field to the earlier stage, or test it before.";
    }
    esql {
        EsqlCharacter = "E0801", Error, "a character does not belong to ES|QL",
            "The lexer met a character, or another language's operator, that ES|QL does not have. Conditions are joined by the words `AND`, `OR` and `NOT`, in any letter case.";
        EsqlUnclosed = "E0802", Error, "something is opened and not closed",
            "A string, a backtick, a comment, a parenthesis, a bracket or a brace begins and has no end. A string ends on its own line, in double quotes as in three.\n\nThe second place shows what was opened.";
        EsqlEscape = "E0803", Error, "an escape is not known",
            "After a backslash a string in double quotes knows `\\\\`, `\\\"`, `\\n`, `\\r` and `\\t`. A string in three double quotes has no escapes: there a backslash stands for itself, which suits paths and regular expressions.";
        EsqlSyntax = "E0804", Error, "something else was expected",
            "The query does not follow ES|QL's grammar at this place. The message names what could stand here and what does.\n\nThe part is skipped up to the next `,`, `AND`, `OR`, closing bracket or `|`, so that later errors are reported too. A rule with a skipped part is never counted as fully read.";
        EsqlCommand = "E0805", Error, "there is no such command",
            "After each `|` stands a command: `WHERE`, `EVAL`, `STATS ... BY`, `INLINE STATS`, `KEEP`, `DROP`, `RENAME`, `SORT`, `LIMIT`, `DISSECT`, `GROK`, `ENRICH`, `MV_EXPAND`, `LOOKUP JOIN`, `CHANGE_POINT`, `COMPLETION`, `RERANK`, `SAMPLE`, `FORK` or `FUSE`, in any letter case.\n\nThe command is left out, and the rule counts as partly read.";
        EsqlSource = "E0806", Error, "the query does not begin with a source",
            "A query begins with `FROM` and index patterns, `ROW` with constants, `SHOW INFO`, or `TS` with time series; `SET name = value;` may stand before.";
        EsqlFunction = "E0807", Error, "there is no such function",
            "The name is none of ES|QL's functions; letter case does not matter in it. The expression that it stands in counts as unknown, so the rule counts as partly read.";
        EsqlArguments = "E0808", Error, "a function has the wrong arguments",
            "The function takes another number of arguments, or other kinds. The hint shows how it is written; parts in square brackets may be left out.";
        EsqlSingleEquals = "E0809", Error, "`=` is not a comparison",
            "`==` compares; a single `=` gives a column its name in `EVAL`, `STATS` and `ROW`.";
        EsqlQuotes = "E0810", Error, "a string stands in other quotes",
            "Strings stand in double quotes, or in three of them without escapes; names of columns with odd characters in backticks. Single and typographic quotes belong to neither. Tripline reads the string and goes on.";
        EsqlTimeSpan = "E0811", Error, "the unit of time is not known",
            "A time span is a whole number and a unit: `5 minutes`, `1 day`, `30s`, `1 month`.";
        EsqlType = "E0812", Error, "a value has the wrong kind",
            "A condition stands where a value belongs or a value where a condition belongs, an operator meets a kind of value that it does not take, or the type after `::` is not known.";
        EsqlRegex = "E0813", Error, "the regular expression cannot be read",
            "`RLIKE` takes Lucene's syntax, without anchors, since the whole value must match, and without look-around and lazy repetition; `@ & ~ # < > \"` have meanings of their own there. `REPLACE`, `GROK` and their kin take Java's syntax.";
        EsqlNetwork = "E0814", Error, "the network cannot be read",
            "`CIDR_MATCH` takes networks as an IPv4 or IPv6 address, a slash and the number of bits: `10.0.0.0/8`, `fe80::/10`.";
        EsqlPattern = "E0815", Error, "the pattern of DISSECT or GROK cannot be read",
            "`DISSECT` takes text with keys between: `%{name}`, with `?` or nothing to skip, `+` to append, `->` for repeated separators. `GROK` takes a regular expression with `%{PATTERN:name}` and `(?<name>...)` in it.";
        EsqlColumn = "E0816", Error, "the column is not there at this place",
            "After `STATS`, `KEEP`, `DROP` or `RENAME` only some columns are left. Elasticsearch refuses a query that reads another.\n\nThe hint names the nearest column that is there.";
        EsqlParameter = "E0817", Error, "a parameter has no value",
            "`?name`, `?1` and `?` stand for values that are given apart from the query. A rule has none, so what stands with the parameter counts as not read.";
        EsqlAggregate = "E0818", Error, "an aggregate stands where it cannot",
            "Aggregates such as `COUNT` and `VALUES` stand in `STATS` and `INLINE STATS` only, and every other function there needs one around the columns it reads.";
        EsqlLiteralWildcard = "W0819", Warning, "`*` is an ordinary character here",
            "`==`, `!=` and `IN` compare texts as they stand: `\"*.exe\"` is only equal to the five characters. Wildcards work after `LIKE`.";
        EsqlBackslash = "W0820", Warning, "a backslash before an ordinary character disappears",
            "In a `LIKE` pattern a backslash makes the next character literal and is itself dropped. A path needs every backslash twice in the pattern: `\"\"\"C:\\\\Temp\\\\*\"\"\"`, or four times in a string with escapes.";
    }
    elastic {
        ElasticToml = "E0140", Error, "the rule file is not valid TOML",
            "The TOML reader met something that the format does not allow; the message is its own. What stands elsewhere in the file is read all the same.";
        ElasticMissingKey = "E0141", Error, "the rule lacks a key that it needs",
            "An Elastic rule needs a table `[rule]` with `name`, `type` and, depending on the type, `query` and `language`, `threshold`, `new_terms` or `threat_mapping`. What the rule has is kept.";
        ElasticWrongType = "E0142", Error, "a key of the rule has a value of the wrong type",
            "The value is a text where a list is needed, a number where a text is, or the like. It is left out.";
        ElasticUnknownType = "E0143", Error, "the rule's type is not known",
            "Rule types are `query`, `saved_query`, `eql`, `esql`, `threshold`, `new_terms`, `threat_match` and `machine_learning`. The metadata is kept; the rule has no plan.";
        ElasticTime = "E0144", Error, "a time of the rule cannot be read",
            "Times of rules are counted from the run, as in `now-9m` or `now-7d/d`, in seconds, minutes, hours, days or weeks. Months and years are not a fixed length.";
        ElasticFilter = "W0145", Warning, "a filter of the rule is not understood",
            "Filters are parts of Elasticsearch's query language. This one has a form that is not read, so the rule finds more here than it does upstream; it counts as partial in the ledger.";
    }
    kusto {
        KustoCharacter = "E0701", Error, "a character does not belong to Kusto",
            "The lexer met a character that Kusto does not have. It is skipped and the rest of the query is read on.\n\nFrequent causes: typographic quotes or dashes pasted from a document, `&` for `and`, `#` for a comment, which begins with `//`.";
        KustoUnclosed = "E0702", Error, "something is opened and not closed",
            "A string, a parenthesis, a bracket or a brace begins and has no end. A string in `\"` or `'` ends on its own line; one in three backticks may go on over lines.\n\nThe second place shows what was opened.";
        KustoSyntax = "E0703", Error, "something else was expected",
            "The query does not follow Kusto's grammar at this place. The message names what could stand here and what does.\n\nThe part is skipped up to the next `|` or `;`, so that later errors are reported too. A rule with a skipped part is never counted as fully read.";
        KustoOperator = "E0704", Error, "there is no such operator",
            "After `|` stands the name of a tabular operator: `where`, `extend`, `project`, `summarize`, `join` and so on, in lower case. The operator is skipped, and the rule counts as partly read.";
        KustoEscape = "E0705", Error, "an escape is not known",
            "After a backslash a string knows `\\\\`, `\\\"`, `\\'`, `\\n`, `\\r`, `\\t` and `\\uXXXX`. Windows paths need every backslash twice, or a string that begins with `@\"`, in which a backslash is an ordinary character.";
        KustoLiteral = "E0706", Error, "a constant cannot be read",
            "Dates are written in ISO 8601 form, `datetime(2024-05-31 13:00)`, and lengths of time as a number and a unit (`30m`) or `timespan(1.12:00:00)`.";
        KustoSemicolon = "E0707", Error, "a `;` is missing",
            "Every statement but the last ends with `;`. A blank line separates queries in some editors, which run the part under the cursor; in a rule it does not.\n\nTripline reads the statements as if the `;` were there.";
        KustoJoin = "E0708", Error, "there is no such kind of join",
            "The kinds are `innerunique` (the default: of left rows with equal keys only one is taken), `inner`, `leftouter`, `rightouter`, `fullouter`, `leftsemi`, `rightsemi`, `leftanti` and `rightanti`.";
        KustoFunction = "W0709", Warning, "the function is not known",
            "The name is no function of Kusto and no `let` of the query. It may be a function that is saved in the workspace, or a typing error. What depends on it is not understood, so the rule counts as partial.";
        KustoArguments = "E0710", Error, "a function has the wrong arguments",
            "The function takes another number of arguments, or other kinds.";
        KustoTable = "W0711", Warning, "the table's name is close to a known one",
            "Names of tables are compared with letter case. No table of this name is known, but one that is spelled almost alike.";
        KustoColumn = "W0712", Warning, "the column's name is close to a known one",
            "Names of columns are compared with letter case. No column of this name is known, but one of the same table that is spelled almost alike.";
        KustoNeverTrue = "W0713", Warning, "the comparison can never hold",
            "`tolower(x)` has no capitals, so it never equals, holds or begins with a text that has one; `toupper(x)` the other way round. `=~` compares without letter case and needs neither function.";
        KustoLet = "E0714", Error, "a `let` cannot be used here",
            "A name stands twice, refers to itself, or stands for something of another kind: a table where a value is needed, or the other way round.";
        KustoRegex = "E0715", Error, "the regular expression cannot be read",
            "Kusto's regular expressions are RE2's: no look-around and no back-references. In a string without `@` every backslash is written twice.";
        SentinelMissingQuery = "E0716", Error, "the document has no query",
            "An analytic rule or hunting query of Microsoft Sentinel holds its text under `query`. Without it there is nothing to read.";
    }
    attack {
        BundleBroken = "E1001", Error, "the file is not a whole STIX bundle",
            "A STIX bundle is one JSON map with a list called `objects`. The reader met something else, or the text ends too early. Objects before that place are kept; everything after it is missing, and so are the relations that name it.\n\nFetch the file again; compare its size with upstream's.";
        AttackTooLarge = "E1002", Error, "the bundle is too large",
            "A bundle may have 512 MiB, about fifteen times the whole of Enterprise ATT&CK. A larger file is something else.";
        ObjectMalformed = "E1003", Error, "an object of the bundle has the wrong form",
            "A field that Tripline reads has another type than STIX and ATT&CK give it, such as a number where a text belongs. The object is left out; the rest of the bundle is read.\n\nThe span covers the object. Mend it in the bundle, or report it upstream.";
        ObjectWithoutId = "W1004", Warning, "an object of the bundle has no ATT&CK id",
            "Techniques, groups and the like carry their id (`T1059`, `G0016`) in an external reference whose source begins with `mitre`. This object has none, so rules cannot name it. It is kept under its STIX id.";
        ObjectDuplicate = "W1005", Warning, "a STIX id stands twice in the bundle",
            "Two objects have the same STIX id. The one changed last counts, as in a STIX store that holds several versions of an object.";
        RelationDangling = "W1006", Warning, "a relation names an object that the bundle lacks",
            "One end of a relation (who uses, mitigates or detects what) is not in the bundle: it was cut off, could not be read, or lives in another bundle. The relation is left out.";
        AtomicMalformed = "E1010", Error, "an atomic test has the wrong form",
            "A file of Atomic Red Team has `attack_technique` and a list `atomic_tests`, each test with a `name` and an `executor`. The span points at what is missing or has another type. The test is left out, or the field is taken as empty; the rest of the file is read.";
        DictionaryMalformed = "E1011", Error, "an event dictionary has the wrong form",
            "A file of OSSEM-DD names an `event_id`, a `log_source` and a list `event_fields`. The span points at what is missing or has another type.";
    }
    yaral {
        YaralCharacter = "E0901", Error, "a character does not belong to YARA-L",
            "The lexer met a character that YARA-L does not have, or a `$` or `#` without a name behind it. It is skipped and the rest of the rule is read on.\n\nConditions are joined by the words `and`, `or` and `not`. Typographic quotes, often pasted from a document, are not string quotes.";
        YaralUnclosed = "E0902", Error, "something is opened and not closed",
            "A string, a regular expression, a comment, a parenthesis or a rule begins and has no end. A string in double quotes and a regular expression between slashes end on their own line; a string in backticks may go on over lines.\n\nThe second place shows what was opened.";
        YaralEscape = "W0903", Warning, "an escape is not known",
            "Strings in double quotes know `\\\\`, `\\\"`, `\\n`, `\\r`, `\\t`, `\\xHH` and `\\uHHHH`. Any other backslash is kept as it stands.\n\nRegular expressions and Windows paths are easier to write in backticks, which have no escapes at all.";
        YaralSyntax = "E0904", Error, "something else was expected",
            "The rule does not follow YARA-L's grammar at this place. The message names what could stand here and what does.\n\nThe part is skipped and the rest of the rule is read. A rule with a skipped part is never counted as fully read.";
        YaralSection = "E0905", Error, "a section is missing or not known",
            "A rule is made of the sections `meta`, `events`, `match`, `outcome`, `condition` and `options`, in this order; `events` and `condition` must be there. An unknown section is skipped.";
        YaralFunction = "E0906", Error, "there is no such function",
            "The name is none of YARA-L's functions. Most stand in a group: `strings.to_lower`, `re.regex`, `net.ip_in_range_cidr`.\n\nThe condition that the function stands in is left out, so the rule counts as partly read.";
        YaralArguments = "E0907", Error, "a function has the wrong arguments",
            "The function takes another number or another kind of arguments than it was given.";
        YaralOperator = "E0908", Error, "the operator is another language's",
            "YARA-L compares by `=`, `!=`, `<`, `<=`, `>` and `>=`. `nocase` behind a comparison makes letter case not matter.";
        YaralWindow = "E0909", Error, "the match section has no window that can be read",
            "`match` names what events of one group share and how far they may be apart: `$user over 10m`, `$user over 10m after $e`, `$user by 1h`. A length is a whole number and `s`, `m`, `h` or `d`.";
        YaralVariable = "E0910", Error, "a variable is not defined",
            "A condition names event variables (`$e`, `#e`), placeholders and outcome variables of the same rule. This name is none of them: no statement under `events` gives it a field or a value.";
        YaralOption = "W0911", Warning, "the option is not known",
            "Options are `allow_zero_values`, which keeps groups whose key is empty, and settings of how often alerts are repeated. An unknown option has no effect.";
        YaralList = "W0912", Warning, "a list is not in the corpus",
            "`%name` stands for a reference list or a column of a data table that lives in the product. Tripline reads the lists that lie beside the rules, in a folder `reference_lists` or `data_tables`. Without the list the test cannot be decided; the list is kept by name and the rule counts as partly read.";
        YaralRegex = "E0913", Error, "the regular expression cannot be read",
            "Regular expressions are RE2's: no look-around and no back-references.";
        YaralNetwork = "E0914", Error, "the network cannot be read",
            "A network is an IPv4 or IPv6 address, a slash and the number of bits: `10.0.0.0/8`.";
        YaralMeaning = "E0915", Error, "a part of the rule cannot be given a meaning",
            "The part is well-formed, but it does not fit where it stands: a value where a condition belongs, a condition without a bounded event, an aggregate inside `events`. The message says what is wrong.\n\nThe rest of the rule is kept, and the rule counts as partly read.";
        YaralSeveral = "W0916", Warning, "the text holds several rules",
            "One rule is expected here; the first is read. In a file of a corpus every rule of it is read.";
        YaralRefused = "W0917", Warning, "the product does not take this",
            "The rule can be read and has a meaning, but the product's compiler refuses it: sections that do not stand in the order `meta`, `events`, `match`, `outcome`, `condition`, `options`; a window shorter than a minute, or longer than 48 hours where events of several variables meet; an event variable that neither a placeholder nor a comparison joins to the others; a condition that holds without any event; a regular expression with several groups in `re.capture`.\n\nTripline runs the rule as it is written.";
    }
    catalogue {
        NothingFound = "E1101", Error, "nothing that is read lies under the path",
            "A build looks for folders of detection rules, for an ATT&CK STIX bundle, for Atomic Red Team's `atomics` and for OSSEM's data dictionaries. None of them lies under the path.\n\nRules are recognised by the folder names of their upstream repositories (`rules*` with Sigma YAML, `rules` and `rules_building_block` with Elastic TOML), or, in any other folder, by the first bytes of each file.";
        PathUnusable = "E1102", Error, "the path cannot be opened",
            "The path does not exist, or may not be read. The message gives the operating system's reason.";
        FolderUnlisted = "E1103", Error, "a folder cannot be listed",
            "An entry below the path could not be listed: its permissions forbid it, or a symbolic link leads back to a folder that holds it.\n\nIt is listed in the ledger as failed. Everything else is read.";
        ManifestFlawed = "W1104", Warning, "the manifest cannot be read",
            "`MANIFEST.toml` beside corpus folders may say where each was copied from. It has one `[[corpus]]` table per folder with `name`, and optionally `upstream`, `commit` and `licence`. A folder that it names is one corpus of that name. `commit` is a commit id, a tag, or `several`.\n\nThe corpora are read all the same, without what the manifest would have added.";
        DuplicateRuleId = "W1105", Warning, "two rules have one id",
            "Ids name rules in every answer, so each rule needs its own. The first rule in path order keeps the id. Every other is listed as `vendor:path#n`.\n\nGive the copy an id of its own: for Sigma a new random UUID.";
        FilterWithoutRule = "W1107", Warning, "a filter names a rule that is not there",
            "A Sigma filter adds a condition to the rules that it names by id or name. One of them is not in the corpus, so the filter does nothing for it.\n\nA filter and its rules are one corpus: they lie under one folder.";
        RuleWithoutPlan = "E1106", Error, "the rule could not be read",
            "The rule has metadata, but nothing of what it does could be read. It counts as failed in the ledger.";
        CatalogueUnreadable = "E1110", Error, "the catalogue cannot be opened",
            "The file does not exist, or may not be read. `tripline build PATH -o FILE` makes a catalogue.";
        NotACatalogue = "E1111", Error, "the file is not a catalogue",
            "A catalogue is an SQLite file that `tripline build` has written. This file is something else. It is left untouched.";
        CatalogueFormat = "E1112", Error, "the catalogue has another format",
            "The catalogue was written by another version of Tripline, in a format that this version does not read. Build it again from its corpora.";
        CatalogueDamaged = "E1113", Error, "the catalogue is damaged",
            "A part of the catalogue cannot be read or decoded. Catalogues hold nothing that a build does not make again: build it anew.";
        CatalogueUnwritable = "E1114", Error, "the catalogue cannot be written",
            "The folder is read-only, the disk is full, or the operating system refused for another reason, which the message gives.\n\nA build writes a new file beside the old catalogue and renames it at the very end. The old catalogue is whole.";
        CatalogueBusy = "E1115", Error, "another build is writing the catalogue",
            "Two builds of one catalogue at a time would do the same work twice. The file `NAME.lock` beside the catalogue is held by the other build for as long as it runs; the operating system frees it when that build ends, however it ends.";
        AttackUnreadable = "E1116", Error, "the ATT&CK bundle cannot be read",
            "The file looks like a STIX bundle of ATT&CK objects, but cannot be read as one. The build goes on without ATT&CK: techniques keep the ids that rules give them and have no names.";
        AttackAmbiguous = "W1117", Warning, "more than one ATT&CK bundle was found",
            "A catalogue holds one ATT&CK bundle. The message names the one that was taken: the first whose name says `enterprise`, else the first in path order.";
    }
    sigma {
        SigmaStructure = "E0201", Error, "the document does not have the structure of a Sigma rule",
            "A Sigma document is a map of keys. `detection` and `logsource` are maps; a selection is a map of fields, a list of such maps, or a list of keywords. Something else stands where one of these was expected.\n\nCheck the indentation and the `-` signs near the span.";
        SigmaMissingKey = "E0202", Error, "a required key is missing",
            "Sigma asks for `title`, `logsource` and `detection` in a rule, `condition` in a detection, `type`, `rules` and `timespan` in a correlation, `rules` in a filter. Without it the rule cannot be read, or not as its author meant it.";
        SigmaUnknownModifier = "E0203", Error, "the modifier is not known",
            "Modifiers stand after a field's name, divided by `|`: `CommandLine|contains`. This one is not in the specification. The item is left out of the rule's meaning, and the rule counts as partial.\n\nOld names: `not` is `neq`, `regex` is `re`.";
        SigmaModifierChain = "E0204", Error, "modifiers do not go together",
            "Modifiers apply from left to right: first those that change the value (`expand`, `windash`, `wide`, `base64`, `base64offset`), then those that say how it is compared (`contains`, `startswith`, `endswith`, `re`, `cidr`, ...). This chain has no meaning in that order.\n\nExamples: `wide|base64offset|contains`, `re|i`, `contains|all`, `fieldref|endswith`.";
        SigmaValue = "E0205", Error, "the value does not fit its key",
            "Each modifier takes values of its kind: `cidr` an address range, `lt` and its kin a number, `exists` `true` or `false`. The value at the span is none. It is left out of the rule's meaning, and the rule counts as partial.";
        SigmaCondition = "E0206", Error, "the condition cannot be read",
            "A condition joins names of selections with `and`, `or`, `not` and parentheses; `1 of` and `all of` stand before `them` or a name with `*`. `not` binds tightest, then `and`, then `or`. Without a condition the rule has no meaning.";
        SigmaUnknownSelection = "E0207", Error, "the condition names a selection that does not exist",
            "Every name in the condition must be a key of `detection`; a pattern such as `filter_*` must fit at least one. Names are compared letter by letter, upper and lower case apart.";
        SigmaCorrelation = "E0208", Error, "the correlation cannot be read",
            "Types of correlation are `event_count`, `value_count`, `value_sum`, `value_avg`, `value_percentile`, `value_median`, `temporal` and `temporal_ordered`. Each takes its own kind of condition.";
        SigmaTimespan = "E0209", Error, "the timespan cannot be read",
            "A timespan is a whole number greater than zero and a unit: `s` seconds, `m` minutes, `h` hours, `d` days. `w` weeks, `M` months and `y` years are accepted, too.";
        SigmaUnknownRule = "E0210", Error, "the rule that is named does not exist",
            "A correlation names rules by `id` or `name`. No rule of the corpus or file has this one. The correlation counts as partial.";
        SigmaCycle = "E0211", Error, "a correlation uses itself",
            "Correlations may use other correlations, but none may lead back to itself. The message shows the way around.";
        SigmaTooLarge = "E0219", Error, "the rule stands for too many tests or rules",
            "Modifiers such as `windash`, placeholders, repeated names in a condition and correlations of correlations multiply. Tripline stops at 100,000 tests for a rule and 1,000 rules for a correlation, so that no file can exhaust memory. The rule counts as partial.";
        SigmaRegex = "E0220", Error, "the regular expression cannot be read",
            "The modifier `re` takes a regular expression in the syntax of PCRE. The value is none: a group or class is not closed, a repetition has nothing to repeat, or a construct is not known.\n\nIn YAML, single quotes keep backslashes as they are; double quotes read them as escapes first.";
        SigmaPercentile = "W0212", Warning, "the percentile is not given",
            "`value_percentile` compares a percentile of a field's values. pySigma asks which one with `percentile: 95`. The form without it, in the specification's example, means values that are among the rarest; Tripline does not evaluate that form, and the rule counts as partial.";
        SigmaLegacyAggregation = "W0213", Warning, "the condition has an aggregation of Sigma 1",
            "`| count() by field > 5` and `| near` were part of conditions before version 2 of Sigma. Correlation rules have replaced them. The search before the `|` is read, the rest is kept as text, and the rule counts as partial.";
        SigmaLegacyAction = "W0214", Warning, "the file uses `action` of Sigma 1",
            "A document with `action: global` lends its keys to the documents after it in the same file, until one with `action: reset`; one with `action: repeat` takes the keys of the rule before it that it does not have itself, but for the id. Sigma 2 has dropped this. Tripline still reads it.";
        SigmaUnusedSelection = "W0215", Warning, "a selection is not used",
            "No condition names this selection, so it has no effect. Either the condition forgot it, or it can go. A name that begins with `_` is not reported.";
        SigmaPlaceholder = "W0216", Warning, "a placeholder has no list",
            "`%name%` under `expand` stands for a list that every organisation fills itself. Without the list the test cannot be decided; the rule keeps the list's name and counts as partial.";
        SigmaUnknownKey = "W0217", Warning, "the key is not known",
            "The specification does not have this key here, and it has no effect. It may be a typing error.";
        SigmaMetadata = "W0218", Warning, "a value of the metadata is not in the specification",
            "`level` is one of informational, low, medium, high, critical; `status` one of stable, test, experimental, deprecated, unsupported. Other values are kept as written, but nothing can be concluded from them.";
    }
    events {
        EventNotJson = "E1201", Error, "the event is not valid JSON",
            "Events are read from JSON: one object per line, one object, or an array of objects. The span points at the text that could not be read; every other event is read.\n\nA line that was cut off, a comma after the last element and texts in single quotes are the usual causes.";
        EventNotObject = "E1202", Error, "the event is not an object",
            "An event is a JSON object of fields. A number, a text or a nested array stands where one was expected. It is left out and the rest is read.";
        EventTooLarge = "E1203", Error, "the event is too large",
            "An event may take at most 16 MiB of text, 64 levels of nesting and 16,384 fields, so that no input can exhaust memory. It is left out and the rest is read.";
    }
}
