//! What is wrong with a pack, said so that its author can mend it.

use std::fmt;

/// One mistake in a document folder or a scale: where, what, an example that shows it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// The file, as it was handed in.
    pub file: String,
    /// The number of the row, clause, case, item … in that file, counted from 1.
    pub row: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// An input or a text that shows it.
    pub example: Option<String>,
    /// What the author should do.
    pub todo: String,
}

impl Mistake {
    /// A mistake of a whole file.
    pub fn new(file: &str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { file: file.to_owned(), row: None, what: what.into(), example: None, todo: todo.into() }
    }

    /// The same, at the given row (from 1).
    #[must_use]
    pub fn row(self, row: usize) -> Self {
        Self { row: Some(row), ..self }
    }

    /// The same, with an example that shows it.
    #[must_use]
    pub fn example(self, example: impl Into<String>) -> Self {
        Self { example: Some(example.into()), ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(f, " 第 {row} 条")?;
        }
        write!(f, "：{}。", self.what)?;
        if let Some(example) = &self.example {
            write!(f, "例如：{example}。")?;
        }
        write!(f, "请{}。", self.todo)
    }
}

impl std::error::Error for Mistake {}

/// All mistakes, a line each.
#[must_use]
pub fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|m| format!("{m}\n")).collect()
}
