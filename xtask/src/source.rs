//! Rust source read as text: literals, comments and code told apart, and functions measured. Enough for rustfmt'd code.

/// A string literal and the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    /// Line, from 1.
    pub line: usize,
    /// What stands between the quotes, escapes as written.
    pub text: String,
}

/// A source file taken apart.
pub struct Source {
    /// The text with comments and the insides of literals blanked out; lines and columns stay.
    pub code: String,
    /// All string literals.
    pub literals: Vec<Literal>,
}

/// A function and its length in lines, from `fn` to the closing brace.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of `fn`, from 1.
    pub line: usize,
    /// Lines from the signature to the closing brace.
    pub length: usize,
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
    source: Source,
}

impl Source {
    /// Takes a text apart.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { rest: text, line: 1, source: Self { code: String::new(), literals: Vec::new() } };
        while !reader.rest.is_empty() {
            reader.step();
        }
        reader.source
    }

    /// The functions with a body, without those of test modules.
    pub fn functions(&self) -> Vec<Function> {
        let lines: Vec<&str> = self.code.lines().collect();
        let end = lines.len().min(self.tests_from().saturating_sub(1));
        (0..end).filter_map(|at| measure(&lines, at)).collect()
    }

    /// Code lines with their number, up to the tests at the end of the file.
    pub fn production_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.tests_from();
        self.code.lines().enumerate().map(|(n, line)| (n + 1, line)).take_while(move |(n, _)| *n < end)
    }

    /// The line on which the tests in the file begin, if there are any; `mod tests;` stands in a file of its own.
    pub fn tests_from(&self) -> usize {
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        let opens = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{');
        lines.windows(2).position(opens).map_or(usize::MAX, |n| n + 1)
    }
}

impl Reader<'_> {
    fn step(&mut self) {
        let comment = if self.rest.starts_with("//") {
            Some(self.rest.find('\n').unwrap_or(self.rest.len()))
        } else if self.rest.starts_with("/*") {
            Some(block_comment(self.rest))
        } else {
            None
        };
        match comment {
            Some(length) => self.blank(length),
            None => self.code(),
        }
    }

    fn code(&mut self) {
        if let Some((open, close)) = string_bounds(self.rest, self.source.code.chars().last()) {
            return self.literal(open, &close);
        }
        let length = char_literal(self.rest).unwrap_or(0);
        if length > 0 { self.blank(length) } else { self.keep(1) }
    }

    fn literal(&mut self, open: usize, close: &str) {
        let line = self.line;
        self.keep(open);
        let length = end_of_string(self.rest, close);
        self.source.literals.push(Literal { line, text: self.rest[..length].to_owned() });
        self.blank(length);
        self.keep(close.len().min(self.rest.len()));
    }

    fn take(&mut self, length: usize) -> &str {
        let mut length = length.min(self.rest.len());
        while !self.rest.is_char_boundary(length) {
            length += 1;
        }
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line += taken.matches('\n').count();
        taken
    }

    fn keep(&mut self, length: usize) {
        let taken = self.take(length).to_owned();
        self.source.code.push_str(&taken);
    }

    fn blank(&mut self, length: usize) {
        let blanks: String = self.take(length).chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        self.source.code.push_str(&blanks);
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of the opening and the closing mark, when a string begins here (not in the middle of a word).
fn string_bounds(text: &str, before: Option<char>) -> Option<(usize, String)> {
    if text.starts_with('"') {
        return Some((1, "\"".into()));
    }
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let prefix = ["br", "cr", "r"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let hashes = text[prefix.len()..].bytes().take_while(|b| *b == b'#').count();
    let quote = prefix.len() + hashes;
    text[quote..].starts_with('"').then(|| (quote + 1, format!("\"{}", "#".repeat(hashes))))
}

fn end_of_string(text: &str, close: &str) -> usize {
    if close.len() > 1 {
        return text.find(close).unwrap_or(text.len());
    }
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal that begins here; a lifetime is none.
fn char_literal(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\'')?;
    if let Some(escape) = rest.strip_prefix('\\') {
        return escape.get(1..)?.find('\'').map(|end| end + 4);
    }
    let first = rest.chars().next()?;
    rest[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

fn measure(lines: &[&str], at: usize) -> Option<Function> {
    let name = function_name(lines[at])?;
    let mut depth = 0usize;
    for (n, line) in lines.iter().enumerate().skip(at) {
        for c in line.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ';' if depth == 0 && !line.contains('[') => return None,
                _ => {}
            }
        }
        if depth == 0 && line.contains('}') {
            return Some(Function { name, line: at + 1, length: n - at + 1 });
        }
    }
    None
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let known =
        |word: &&str| !matches!(*word, "const" | "async" | "unsafe" | "pub" | "extern") && !word.starts_with("pub(");
    if words.find(known)? != "fn" {
        return None;
    }
    Some(words.next()?.split(['(', '<']).next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_from_literals_and_comments() {
        let source = Source::read("let a = \"x \\\" y\"; // \"no\"\nlet b = r#\"raw \"q\"\"#; /* {\n */ let c = '{';");
        let texts: Vec<&str> = source.literals.iter().map(|literal| literal.text.as_str()).collect();
        assert_eq!(texts, ["x \\\" y", "raw \"q\""]);
        assert_eq!(source.literals[1].line, 2);
        assert!(!source.code.contains('{'), "{}", source.code);
        assert_eq!(source.code.lines().count(), 3);
    }

    #[test]
    fn a_lifetime_is_no_character() {
        let source = Source::read("fn f<'a>(x: &'a str) -> &'a str { \"中文\" }\nconst Q: char = '\"'; fn g() {}\n");
        assert_eq!(source.literals, [Literal { line: 1, text: "中文".into() }]);
        assert_eq!(source.functions().len(), 1);
    }

    #[test]
    fn measures_functions_and_stops_at_the_tests() {
        let text = "#[cfg(test)]\nmod tests;\npub fn one() {}\n\npub(crate) async fn two(\n    a: u8,\n) {\n    if a > 0 {\n    }\n}\n\ntrait T {\n    fn none(&self);\n}\n#[cfg(test)]\nmod tests {\n    fn no() {}\n}\n";
        let found: Vec<(String, usize)> =
            Source::read(text).functions().into_iter().map(|f| (f.name, f.length)).collect();
        assert_eq!(found, [("one".to_owned(), 1), ("two".to_owned(), 6)]);
    }
}
