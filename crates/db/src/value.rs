//! What goes into a statement ([`Value`]) and what comes out of a row ([`Row`], [`FromCell`]).

use crate::error::{Error, Result};
use chrono::DateTime;
use kernel::{Area, Bp, Date, Fen, Instant, Month};
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use std::borrow::Cow;
use uuid::Uuid;

/// A parameter of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A floating number: coordinates only, never money.
    Real(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

/// The parameters of a statement: `params![id, name, today]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// The placeholders of a list, `$3, $4`, for values that follow those that are there already: `in ({})`.
pub fn list<'v, T: Into<Value<'v>>>(values: &mut Vec<Value<'v>>, more: impl IntoIterator<Item = T>) -> String {
    let first = values.len() + 1;
    values.extend(more.into_iter().map(Into::into));
    (first..=values.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

macro_rules! from {
    ($($type:ty => |$x:ident| $value:expr;)*) => {$(
        impl<'a> From<$type> for Value<'a> {
            fn from($x: $type) -> Self { $value }
        }
    )*};
}

from! {
    i64 => |x| Value::Int(x);
    i32 => |x| Value::Int(x.into());
    u32 => |x| Value::Int(x.into());
    usize => |x| Value::Int(x as i64);
    bool => |x| Value::Int(x.into());
    f64 => |x| Value::Real(x);
    &'a str => |x| Value::Text(Cow::Borrowed(x));
    &'a String => |x| Value::Text(Cow::Borrowed(x));
    String => |x| Value::Text(Cow::Owned(x));
    &'a [u8] => |x| Value::Blob(Cow::Borrowed(x));
    &'a Vec<u8> => |x| Value::Blob(Cow::Borrowed(x));
    Vec<u8> => |x| Value::Blob(Cow::Owned(x));
    Uuid => |x| Value::Blob(Cow::Owned(x.as_bytes().to_vec()));
    Date => |x| Value::Text(Cow::Owned(x.to_string()));
    Month => |x| Value::Text(Cow::Owned(x.to_string()));
    Instant => |x| Value::Int(x.timestamp_millis());
    Area => |x| Value::Text(Cow::Owned(x.to_string()));
    Fen => |x| Value::Int(x.0);
    Bp => |x| Value::Int(x.0);
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(x: Option<T>) -> Self {
        x.map_or(Value::Null, Into::into)
    }
}

/// A value kept as JSON text: `Json(&thing)` as a parameter, `row.get::<Json<Thing>>(0)?.0` from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<'a, T: serde::Serialize> From<Json<T>> for Value<'a> {
    fn from(x: Json<T>) -> Self {
        // Our own types have string keys and no failing serialisers, the only two ways in which this can fail.
        Value::Text(Cow::Owned(serde_json::to_string(&x.0).unwrap_or_default()))
    }
}

impl<T: serde::de::DeserializeOwned> FromCell for Json<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        let text = String::from_cell(cell)?;
        serde_json::from_str(&text).map(Json).map_err(|e| e.to_string())
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A floating number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// A type that can be read from a column.
pub trait FromCell: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// What was found instead.
    fn from_cell(cell: Cell<'_>) -> Result<Self, String>;
}

macro_rules! from_cell {
    ($($type:ty => $($pattern:pat => $value:expr),+;)*) => {$(
        impl FromCell for $type {
            fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
                match cell {
                    $($pattern => Ok($value),)+
                    other => Err(format!("{other:?} 不是 {}", stringify!($type))),
                }
            }
        }
    )*};
}

from_cell! {
    i64 => Cell::Int(x) => x;
    f64 => Cell::Real(x) => x, Cell::Int(x) => x as f64;
    bool => Cell::Int(x) => x != 0;
    String => Cell::Text(x) => x.to_owned();
    Vec<u8> => Cell::Blob(x) => x.to_vec();
    Fen => Cell::Int(x) => Fen(x);
    Bp => Cell::Int(x) => Bp(x);
    Uuid => Cell::Blob(x) => Uuid::from_slice(x).map_err(|e| e.to_string())?;
    Date => Cell::Text(x) => x.parse().map_err(|_| format!("“{x}”不是日期"))?;
    Month => Cell::Text(x) => Month::parse(x).ok_or_else(|| format!("“{x}”不是月份"))?;
    Area => Cell::Text(x) => Area::parse(x).map_err(|e| e.to_string())?;
    Instant => Cell::Int(x) => DateTime::from_timestamp_millis(x).ok_or_else(|| format!("{x} 不是时刻"))?;
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, String> {
        if cell == Cell::Null { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

macro_rules! id_values {
    ($($name:ident),*) => {$(
        impl<'a> From<kernel::$name> for Value<'a> {
            fn from(x: kernel::$name) -> Self { x.uuid().into() }
        }
        impl FromCell for kernel::$name {
            fn from_cell(cell: Cell<'_>) -> Result<Self, String> { Uuid::from_cell(cell).map(Self) }
        }
    )*};
}
kernel::for_each_id!(id_values);

/// A row of a result, on either engine.
pub enum Row<'r> {
    /// Of SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// Of PostgreSQL.
    Postgres(&'r postgres::Row),
}

impl<'r> Row<'r> {
    /// The column, counted from 0.
    ///
    /// # Errors
    /// [`Error::Decode`] when it holds something else.
    pub fn get<T: FromCell>(&self, column: usize) -> Result<T> {
        T::from_cell(self.cell(column)?).map_err(|what| Error::Decode { column, what })
    }

    /// Reads columns one after the other: `let mut c = row.columns(); T { id: c.take()?, name: c.take()? }`.
    #[must_use]
    pub const fn columns(&'r self) -> Columns<'r> {
        Columns { row: self, next: 0 }
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        match self {
            Self::Sqlite(row) => sqlite_cell(row, column),
            Self::Postgres(row) => postgres_cell(row, column),
        }
    }
}

/// Columns of a row in the order of the `select`.
pub struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl Columns<'_> {
    /// The next column.
    ///
    /// # Errors
    /// [`Error::Decode`] when it holds something else.
    pub fn take<T: FromCell>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }
}

fn sqlite_cell<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<Cell<'a>> {
    use rusqlite::types::ValueRef as V;
    Ok(match row.get_ref(column)? {
        V::Null => Cell::Null,
        V::Integer(x) => Cell::Int(x),
        V::Real(x) => Cell::Real(x),
        V::Text(x) => Cell::Text(std::str::from_utf8(x).map_err(|e| Error::Decode { column, what: e.to_string() })?),
        V::Blob(x) => Cell::Blob(x),
    })
}

fn postgres_cell(row: &postgres::Row, column: usize) -> Result<Cell<'_>> {
    let kind = row.columns().get(column).map(|c| c.type_().clone());
    let missing = || Error::Decode { column, what: "没有这一列".into() };
    Ok(match kind.ok_or_else(missing)? {
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map_or(Cell::Null, Cell::Int),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map_or(Cell::Null, |x| Cell::Int(x.into())),
        Type::BOOL => row.try_get::<_, Option<bool>>(column)?.map_or(Cell::Null, |x| Cell::Int(x.into())),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column)?.map_or(Cell::Null, Cell::Real),
        Type::TEXT | Type::VARCHAR | Type::NAME => {
            row.try_get::<_, Option<&str>>(column)?.map_or(Cell::Null, Cell::Text)
        }
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(column)?.map_or(Cell::Null, Cell::Blob),
        other => return Err(Error::Decode { column, what: format!("类型 {other}，请在 SQL 中 cast") }),
    })
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef as V};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => V::Null,
            Self::Int(x) => V::Integer(*x),
            Self::Real(x) => V::Real(*x),
            Self::Text(x) => V::Text(x.as_bytes()),
            Self::Blob(x) => V::Blob(x),
        }))
    }
}

type AnyError = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut postgres::types::private::BytesMut) -> Result<IsNull, AnyError> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(x) if *kind == Type::INT4 => i32::try_from(*x)?.to_sql(kind, out),
            Self::Int(x) if *kind == Type::FLOAT8 => (*x as f64).to_sql(kind, out),
            Self::Int(x) => x.to_sql(kind, out),
            Self::Real(x) => x.to_sql(kind, out),
            Self::Text(x) => x.as_ref().to_sql(kind, out),
            Self::Blob(x) => x.as_ref().to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::FLOAT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }

    to_sql_checked!();
}
