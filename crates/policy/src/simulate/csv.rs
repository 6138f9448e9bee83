//! The facts of many from a table of text (CSV, UTF-8): names in the first line, then one person per line.
//!
//! A city has millions of lines, so every thread reads its part of the file in blocks that stay in the processor's cache,
//! and separators and digits are looked at eight bytes at a time.

use super::columns::Columns;
use super::fill::Fill;
use crate::kind::Kind;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes that a thread reads at once.
const BLOCK: usize = 192 << 10;
/// Longest line, in bytes.
const LONGEST: usize = 64 << 10;
/// Bytes that are looked for separators at once.
const GROUP: usize = 64;
/// Bytes before a block, so that the eight bytes that end in its first field can be looked at.
const PAD: usize = 8;

/// What is wrong, and at which byte of the file.
struct Wrong {
    at: u64,
    why: String,
}

/// Reads those of the wanted facts that the file has columns for; other columns are passed over. An empty field says that
/// the fact is not known, `null` that there is none. Words are taken by their code or their Chinese name.
///
/// # Errors
/// In words, with the line: a file that cannot be read, no column that is wanted, a value of another type.
pub fn read(path: &Path, wanted: &BTreeMap<String, Kind>, threads: usize) -> Result<Columns, String> {
    let shown = path.display();
    let unread = |e: std::io::Error| format!("不能读 {shown}：{e}");
    let size = std::fs::metadata(path).map_err(unread)?.len();
    let mut first = vec![];
    let open = BufReader::new(File::open(path).map_err(unread)?);
    open.take(LONGEST as u64).read_until(b'\n', &mut first).map_err(unread)?;
    let file = head(&first, wanted).map_err(|why| format!("{shown} 第 1 行：{why}"))?;
    let begin = first.len() as u64;
    let parts = threads.max(1) as u64;
    let cut = |part: u64| begin + (size - begin) * part / parts;
    let part = |n: u64| Part { path, begin, from: cut(n), to: cut(n + 1), size };
    let read: Vec<Result<Vec<Fill<'_>>, Wrong>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..parts).map(|n| (part(n), &file)).collect();
        let running: Vec<_> = running.into_iter().map(|(part, file)| scope.spawn(move || part.read(file))).collect();
        let stopped = |_| Err(Wrong { at: 0, why: "读取中断".into() });
        running.into_iter().map(|one| one.join().unwrap_or_else(stopped)).collect()
    });
    let mut whole: Vec<Fill<'_>> = vec![];
    for part in read {
        let part = part.map_err(|wrong| told(path, &wrong))?;
        if whole.is_empty() {
            whole = part;
        } else {
            whole.iter_mut().zip(part).try_for_each(|(one, more)| one.append(more))?;
        }
    }
    let len = whole.first().map_or(0, Fill::len);
    whole.into_iter().try_fold(Columns::new(len), |all, fill| all.with(fill.column()?))
}

/// What the first line says.
struct Head<'a> {
    /// The facts that are wanted and there.
    facts: Vec<(&'a str, &'a Kind)>,
    /// Of every column of the file the place in `facts`, where it is one.
    columns: Vec<Option<usize>>,
}

fn head<'a>(line: &[u8], wanted: &'a BTreeMap<String, Kind>) -> Result<Head<'a>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "不是 UTF-8 文字，请另存为 UTF-8 的 CSV")?;
    let fields = fields(text.trim_start_matches('\u{feff}').trim_end());
    let names: Vec<&str> = fields.iter().map(|name| name.trim()).collect();
    if let Some((_, name)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(format!("列“{name}”出现两次"));
    }
    let facts: Vec<(&str, &Kind)> = wanted.iter().map(|(name, kind)| (name.as_str(), kind)).collect();
    let facts: Vec<(&str, &Kind)> = facts.into_iter().filter(|(name, _)| names.contains(name)).collect();
    if facts.is_empty() {
        let all: Vec<&str> = wanted.keys().map(String::as_str).collect();
        return Err(format!("没有一列是要用的情况；列名可以是：{}", all.join("、")));
    }
    let columns = names.iter().map(|name| facts.iter().position(|(fact, _)| fact == name)).collect();
    Ok(Head { facts, columns })
}

/// The fields of a line, of which some may stand in quotation marks.
fn fields(line: &str) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (vec![], String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    all.push(field);
    all
}

/// What is wrong, with the line.
fn told(path: &Path, wrong: &Wrong) -> String {
    let lines = File::open(path).map(|file| BufReader::new(file.take(wrong.at)).split(b'\n').count());
    format!("{} 第 {} 行：{}", path.display(), lines.unwrap_or(0) + 1, wrong.why)
}

/// The lines that begin in a part of the file.
#[derive(Clone, Copy)]
struct Part<'a> {
    path: &'a Path,
    /// Where the lines of the file begin.
    begin: u64,
    from: u64,
    to: u64,
    size: u64,
}

impl Part<'_> {
    fn read<'a>(self, head: &Head<'a>) -> Result<Vec<Fill<'a>>, Wrong> {
        // The first part takes in the others.
        let bytes = if self.from == self.begin { self.size - self.begin } else { self.to - self.from };
        let rows = bytes as usize / (2 * head.columns.len());
        let fills = head.facts.iter().map(|(name, kind)| Fill::new(name, kind, rows)).collect();
        let mut lines = Lines { columns: &head.columns, fills, rows: 0 };
        self.blocks(&mut lines)?;
        Ok(lines.fills)
    }

    fn blocks(self, lines: &mut Lines<'_, '_>) -> Result<(), Wrong> {
        let fault = |at: u64| move |e: std::io::Error| Wrong { at, why: format!("不能读：{e}") };
        let mut file = File::open(self.path).map_err(fault(self.from))?;
        // From one byte before: the line that it ends or stands in is another part's.
        let mut skip = self.from > self.begin;
        let mut at = self.from - u64::from(skip);
        file.seek(SeekFrom::Start(at)).map_err(fault(at))?;
        let mut buffer = vec![0; PAD + LONGEST + BLOCK + GROUP];
        let mut kept = 0;
        while at < self.to {
            let free = PAD + kept;
            let got = file.read(&mut buffer[free..free + BLOCK]).map_err(fault(at))?;
            let mut end = free + got;
            if got == 0 {
                buffer[end] = b'\n';
                end += 1;
            }
            let whole = buffer[PAD..end].iter().rposition(|byte| *byte == b'\n').map_or(PAD, |place| PAD + place + 1);
            let line_end = |from: usize| from + next_line(&buffer[from..whole]);
            let from = if skip && whole > PAD { line_end(PAD) } else { PAD };
            skip &= whole == PAD;
            let ours = PAD + (self.to - at).min((whole - PAD) as u64) as usize;
            let to = if ours < whole { line_end(ours.max(from) - 1) } else { whole };
            lines.take(&buffer, from, to).map_err(|(place, why)| Wrong { at: at + (place - PAD) as u64, why })?;
            if got == 0 || to < whole {
                break;
            }
            at += (whole - PAD) as u64;
            kept = end - whole;
            if kept > LONGEST {
                return Err(Wrong { at, why: format!("这一行超过 {LONGEST} 字节") });
            }
            buffer.copy_within(whole..end, PAD);
        }
        Ok(())
    }
}

/// Bytes to the end of the line.
fn next_line(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |place| place + 1)
}

/// The facts of the lines that were read.
struct Lines<'h, 'a> {
    columns: &'h [Option<usize>],
    fills: Vec<Fill<'a>>,
    rows: usize,
}

impl Lines<'_, '_> {
    /// Takes whole lines; an error names the byte of the block at which its line begins.
    fn take(&mut self, block: &[u8], from: usize, to: usize) -> Result<(), (usize, String)> {
        let mut line = from;
        while line < to {
            let Err((place, why)) = self.plain(block, line, to) else { return Ok(()) };
            // Quotation marks may hold commas: such a line is read letter by letter.
            line = place + next_line(&block[place..to]);
            let text = std::str::from_utf8(&block[place..line]).map_err(|_| (place, "不是 UTF-8 文字".to_owned()))?;
            if !text.contains('"') {
                return Err((place, why));
            }
            self.fills.iter_mut().for_each(|fill| fill.cut(self.rows));
            self.quoted(text.trim_end()).map_err(|why| (place, why))?;
        }
        Ok(())
    }

    fn plain(&mut self, block: &[u8], from: usize, to: usize) -> Result<(), (usize, String)> {
        let (mut line, mut start, mut column, mut group) = (from, from, 0, from);
        while group < to {
            let mut ends = separators(&block[group..group + GROUP]);
            while ends != 0 {
                let end = group + ends.trailing_zeros() as usize;
                ends &= ends - 1;
                if end >= to {
                    return Ok(());
                }
                let last = block[end] == b'\n';
                let stop = if last && end > start && block[end - 1] == b'\r' { end - 1 } else { end };
                let blank = last && column == 0 && stop == start;
                if !blank {
                    self.field(block, column, start, stop).map_err(|why| (line, why))?;
                }
                (start, column) = (end + 1, column + 1);
                if last {
                    if !blank {
                        self.ended(column).map_err(|why| (line, why))?;
                    }
                    (line, column) = (start, 0);
                }
            }
            group += GROUP;
        }
        Ok(())
    }

    #[inline]
    fn field(&mut self, block: &[u8], column: usize, start: usize, end: usize) -> Result<(), String> {
        let Some(Some(fact)) = self.columns.get(column) else { return Ok(()) };
        let fill = &mut self.fills[*fact];
        let taken = digits(block, start, end).is_some_and(|number| fill.number(number));
        if taken { Ok(()) } else { fill.text(&block[start..end]) }
    }

    fn quoted(&mut self, line: &str) -> Result<(), String> {
        let fields = fields(line);
        for (fact, field) in self.columns.iter().zip(&fields) {
            fact.map_or(Ok(()), |fact| self.fills[fact].text(field.as_bytes()))?;
        }
        self.ended(fields.len())
    }

    #[inline]
    fn ended(&mut self, columns: usize) -> Result<(), String> {
        if columns != self.columns.len() {
            return Err(format!("有 {columns} 列，第 1 行有 {} 列", self.columns.len()));
        }
        self.rows += 1;
        Ok(())
    }
}

/// The number that one to eight digits stand for.
#[inline]
fn digits(block: &[u8], start: usize, end: usize) -> Option<u32> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let long = end - start;
    if long.wrapping_sub(1) >= 8 {
        return None;
    }
    let last: [u8; 8] = block.get(end - 8..end)?.try_into().ok()?;
    let other = 64 - 8 * long as u32;
    let each = (u64::from_le_bytes(last) ^ ZEROS) >> other << other;
    if (each.wrapping_add(0x7676_7676_7676_7676) | each) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = each.wrapping_mul(10).wrapping_add(each >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    Some((low.wrapping_add(high) >> 32) as u32)
}

/// A bit for every comma and line end.
#[inline]
fn separators(group: &[u8]) -> u64 {
    let mut found = [0_u8; GROUP];
    for (found, byte) in found.iter_mut().zip(group) {
        *found = u8::from(*byte == b',') | u8::from(*byte == b'\n');
    }
    let eight = |(at, part): (usize, &[u8])| {
        let part: [u8; 8] = part.try_into().unwrap_or_default();
        (u64::from_le_bytes(part).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at)
    };
    found.chunks_exact(8).enumerate().map(eight).fold(0, |all, one| all | one)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, read};
    use crate::kind::{Kind, WordList};
    use crate::simulate::Columns;
    use crate::value::Value;
    use kernel::chance::mix;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn wanted() -> BTreeMap<String, Kind> {
        let number = |lo, hi| Kind::Integer { lo, hi, unit: String::new() };
        let words = [("home", "居家"), ("institution", "机构")].map(|(code, label)| (code.into(), label.into()));
        let list = Arc::new(WordList { name: "setting".into(), words: words.to_vec() });
        let all = [
            ("age", number(0, 150)),
            ("cost", number(0, i64::MAX)),
            ("diff", number(i64::MIN, i64::MAX)),
            ("ill", Kind::Boolean),
            ("last", Kind::Maybe(Box::new(Kind::Date))),
            ("set", Kind::SetOf(list.clone())),
            ("setting", Kind::Word(list)),
            ("town", Kind::Text),
        ];
        all.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect()
    }

    fn of(text: &str, threads: usize) -> Result<Columns, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("yiyang-csv-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).expect("written");
        let all = read(&file, &wanted(), threads);
        std::fs::remove_file(&file).expect("removed");
        all.map_err(|why| why.replace(&file.display().to_string(), "FILE"))
    }

    /// The facts of a row as `name=value`, those that are not known left out.
    fn row(columns: &Columns, row: usize) -> String {
        let facts = wanted().into_keys().filter_map(|name| {
            let value = columns.get(&name)?.value(row)?;
            Some(format!("{name}={value}"))
        });
        facts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_kind_of_fact_is_read() {
        let text = "\u{feff}town,age,cost,note,diff,ill,last,setting,set\r\n\
            合兴镇,80,123456789012,x,-5,是,2024-02-29,居家,home、机构\r\n\
            \r\n\
            ,,,,,,,,\n\
            \"a, \"\"b\"\"\",0,99999999,\"1,2\",100000000,false,null,institution,home\n\
            合兴镇,150,0,,+7,true,2000-01-01,home,机构";
        for threads in [1, 2, 3, 7, 40] {
            let all = of(text, threads).expect("columns");
            let rows: Vec<String> = (0..all.len()).map(|n| row(&all, n)).collect();
            let want = [
                "age=80 cost=123456789012 diff=-5 ill=是 last=2024-02-29 set=home、institution setting=home town=合兴镇",
                "",
                "age=0 cost=99999999 diff=100000000 ill=否 last=无 set=home setting=institution town=a, \"b\"",
                "age=150 cost=0 diff=7 ill=是 last=2000-01-01 set=institution setting=home town=合兴镇",
            ];
            assert_eq!(rows, want, "{threads} threads");
            assert_eq!(all.get("town").expect("town").value(1), None);
            assert_eq!(all.get("last").expect("last").value(2), Some(Value::Nothing));
        }
    }

    #[test]
    fn blocks_and_parts_end_anywhere() {
        let mut state = 7;
        let mut dice = |sides: u64| mix(&mut state) % sides;
        let rows: Vec<(i64, i64)> =
            (0..60_000).map(|_| (dice(151) as i64, (dice(u64::MAX) >> dice(64)) as i64 & i64::MAX)).collect();
        let ends = ["\n", "\n", "\r\n", "\n\n"];
        let mut text = String::from("cost,age\n");
        for (n, (age, cost)) in rows.iter().enumerate() {
            text += &match n % 97 {
                0 => format!("\"{cost}\",{age}{}", ends[n % 4]),
                _ => format!("{cost},{age}{}", ends[n % 4]),
            };
        }
        assert!(text.len() > 3 * BLOCK);
        for threads in [1, 2, 5] {
            let all = of(&text, threads).expect("columns");
            let column = |name: &str| all.get(name).expect("a column").numbers().collect::<Vec<_>>();
            assert_eq!(column("age"), rows.iter().map(|(age, _)| *age).collect::<Vec<_>>());
            assert_eq!(column("cost"), rows.iter().map(|(_, cost)| *cost).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let long = format!("age\n1\n{}\n", "1".repeat(super::LONGEST + BLOCK + 9));
        let many = format!("age\n{}x\n", "80\n".repeat(90_000));
        let wrong = [
            ("age\n80\n151\n", "FILE 第 3 行：“age”应为0 到 150 的整数，这里是“151”"),
            ("age\n-1\n", "FILE 第 2 行：“age”应为0 到 150 的整数，这里是“-1”"),
            ("age\n8O\n", "FILE 第 2 行：“age”应为0 到 150 的整数，这里是“8O”"),
            ("cost\n99999999999999999999\n", "FILE 第 2 行：“cost”应为不小于 0 的整数，这里是“99999999999999999999”"),
            ("age,ill\n80\n", "FILE 第 2 行：有 1 列，第 1 行有 2 列"),
            ("age,ill\n80,是,1", "FILE 第 2 行：有 3 列，第 1 行有 2 列"),
            (
                "age,last\n80,2023-02-29\n",
                "FILE 第 2 行：“last”应为日期（如 2026-11-01），没有就写 null，这里是“2023-02-29”",
            ),
            ("age,age\n1,2\n", "FILE 第 1 行：列“age”出现两次"),
            ("", "FILE 第 1 行：没有一列是要用的情况；列名可以是：age、cost、diff、ill、last、set、setting、town"),
            (&long, "FILE 第 3 行：这一行超过 65536 字节"),
            (&many, "FILE 第 90002 行：“age”应为0 到 150 的整数，这里是“x”"),
        ];
        for (text, why) in wrong {
            for threads in [1, 2, 3] {
                assert_eq!(of(text, threads).expect_err(why), why, "{threads} threads");
            }
        }
        let gone = read(std::path::Path::new("/nowhere.csv"), &wanted(), 1).expect_err("no file");
        assert!(gone.starts_with("不能读 /nowhere.csv"), "{gone}");
        assert_eq!(of("age\n", 2).expect("nobody").len(), 0);
    }
}
