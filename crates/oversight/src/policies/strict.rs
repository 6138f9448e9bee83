//! JSON read so that nothing is guessed: a name that stands twice is a mistake (which of the two is meant?), and what is
//! no text at all is told from what is badly written.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value as Json};
use std::fmt;

/// What is wrong with a text that should be JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Line from 1 and column from 1 (in bytes); none where the text as a whole is wrong.
    pub place: Option<(usize, usize)>,
    /// What is wrong there.
    pub what: String,
    /// What to do.
    pub todo: &'static str,
}

/// What stands before the name in the complaint of a name that stands twice.
const TWICE: &str = "重复的名字 ";

/// Reads a JSON text; a mark of the byte order at its beginning, as some editors write it, is passed over.
pub(super) fn read(text: &[u8]) -> Result<Json, Broken> {
    let whole = |what: &str, todo: &'static str| Broken { place: None, what: what.to_owned(), todo };
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return Err(whole("文件是 UTF-16 编码", UTF8));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(whole("内容是空的", "写一个 JSON 对象；没有情况可写就写 {}"));
    }
    let text = std::str::from_utf8(text).map_err(|error| Broken {
        place: Some(position(&text[..error.valid_up_to()])),
        what: "不是 UTF-8 编码的文字".into(),
        todo: UTF8,
    })?;
    serde_json::from_str::<Strict>(text).map(|strict| strict.0).map_err(|error| broken(&error))
}

const UTF8: &str = "存为 UTF-8 编码（不要用 GBK 或 UTF-16）";

/// Line and column of the byte behind a text.
fn position(before: &[u8]) -> (usize, usize) {
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1)
}

fn broken(error: &serde_json::Error) -> Broken {
    let text = error.to_string();
    let has = |words: &str| text.starts_with(words);
    let (what, todo) = if let Some(rest) = text.strip_prefix(TWICE) {
        let name = rest.rsplit_once(" at line ").map_or(rest, |(name, _)| name);
        (format!("“{}”写了两次", super::json::short(name)), "每个名字只写一次")
    } else if error.classify() == Category::Eof {
        ("没有写完".to_owned(), "检查引号、括号是否成对，内容是否传完整")
    } else if has("number out of range") {
        ("数超出可表示的范围".to_owned(), "核对这个数；金额写分，比例写万分比")
    } else if has("recursion limit") {
        ("嵌套太深".to_owned(), "情况只有一层，列表的每一项再一层")
    } else if has("trailing characters") {
        ("后面还有多余的内容".to_owned(), "只写一个 JSON 对象")
    } else {
        ("写法不对".to_owned(), "检查引号、逗号、括号是否成对；数字不要加前导零，也没有 NaN、Infinity")
    };
    Broken { place: Some((error.line(), error.column())), what, todo }
}

/// A JSON value of which no object names anything twice.
struct Strict(Json);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Json, A::Error> {
        let mut items = vec![];
        while let Some(Strict(item)) = all.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(name) = all.next_key::<String>()? {
            let Strict(value) = all.next_value()?;
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("{TWICE}{name}")));
            }
            map.insert(name, value);
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &[u8]) -> (Option<(usize, usize)>, String) {
        let broken = read(text).expect_err("broken");
        assert!(!broken.todo.is_empty());
        (broken.place, broken.what)
    }

    #[test]
    fn what_is_no_json_is_named_for_what_it_is() {
        for (text, place, what) in [
            (&b""[..], None, "内容是空的"),
            (b" \r\n", None, "内容是空的"),
            (b"\xff\xfe{\0", None, "UTF-16"),
            (b"{\"a\":\n \"\xff\"}", Some((2, 3)), "UTF-8"),
            (b"{\"a\": 1e400}", Some((1, 11)), "超出"),
            (b"{\"a\": NaN}", Some((1, 7)), "写法不对"),
            (b"{\"a\": 1", Some((1, 7)), "没有写完"),
            (b"{} {}", Some((1, 4)), "多余"),
            (b"{\"beds\": 1, \"beds\": 2}", Some((1, 22)), "“beds”写了两次"),
            (b"{\"facts\": {\"a\": [{\"b\": 1, \"b\": 1}]}}", Some((1, 33)), "“b”写了两次"),
        ] {
            let (at, said) = wrong(text);
            assert!(said.contains(what), "{said}");
            assert_eq!(at, place, "{}", String::from_utf8_lossy(text));
        }
        assert!(wrong("[".repeat(100_000).as_bytes()).1.contains("太深"));
    }

    #[test]
    fn what_is_json_is_read_as_it_stands() {
        let text = "\u{feff}{\"a\": [1, -2, 1.5, true, null, \"文\"], \"b\": {\"a\": 18446744073709551615}}\r\n";
        let plain: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("json");
        assert_eq!(read(text.as_bytes()), Ok(plain));
    }
}
