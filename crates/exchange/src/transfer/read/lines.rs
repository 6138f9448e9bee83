//! Separated text: comma, tab or semicolon; UTF-8 or GB18030; never the whole file in memory.

use super::{Form, HEADING_ROWS, MOST_COLUMNS, Mark, Result, Row, Top, Unreadable, reader};
use encoding_rs::{Decoder, GB18030};
use std::cell::Cell;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A record of more bytes is no record: most likely a quotation mark was never closed.
const LONGEST_RECORD: usize = 1 << 20;

/// A csv file.
pub struct Lines {
    path: PathBuf,
    form: Form,
    lines: u64,
}

impl Lines {
    pub(super) fn open(path: &Path, form: Form, lines: u64) -> Self {
        Self { path: path.to_owned(), form, lines }
    }

    pub(super) fn estimate(&self) -> usize {
        self.lines as usize
    }

    pub(super) fn top(&self) -> Result<Top> {
        let mut rows = Vec::new();
        self.rows(&mut |row| {
            rows.push(row);
            rows.len() < HEADING_ROWS
        })?;
        Ok(Top { sheet: String::new(), rows })
    }

    pub(super) fn rows(&self, each: &mut dyn FnMut(Row) -> bool) -> Result<Vec<String>> {
        let since = Rc::new(Cell::new(0));
        let source = Bounded { inner: self.text()?, since: since.clone(), unix: self.lines > 0, last: b'\n' };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator()?)
            .buffer_capacity(64 << 10)
            .from_reader(source);
        let mut record = csv::ByteRecord::new();
        let (mut number, mut inner) = (0, 0);
        loop {
            since.set(0);
            let more = reader.read_byte_record(&mut record).map_err(|e| explain(&e, number + 1))?;
            if !more {
                return Ok(Vec::new());
            }
            // A spreadsheet counts blank lines as rows, but not line ends within a cell.
            inner += memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
            number = reader.position().line().saturating_sub(1 + inner) as u32;
            if !each(row(number, &record)) {
                return Ok(Vec::new());
            }
        }
    }

    /// The text in UTF-8 without a byte order mark.
    fn text(&self) -> Result<Box<dyn Read>> {
        let mut file = reader(&self.path)?;
        if file.fill_buf().map_err(super::io)?.starts_with(b"\xef\xbb\xbf") {
            file.consume(3);
        }
        Ok(match self.form {
            Form::Gb18030 => Box::new(Decoding::new(Box::new(file))),
            _ => Box::new(file),
        })
    }

    /// The separator that stands most often in the first lines.
    fn separator(&self) -> Result<u8> {
        let mut head = Vec::new();
        self.text()?.take(8 << 10).read_to_end(&mut head).map_err(super::io)?;
        let count = |byte: &u8| head.iter().filter(|b| *b == byte).count();
        Ok(*[b';', b'\t', b','].iter().max_by_key(|b| count(b)).unwrap_or(&b','))
    }
}

fn row(number: u32, record: &csv::ByteRecord) -> Row {
    let mut row = Row::new(number);
    for (column, field) in record.iter().take(MOST_COLUMNS).enumerate() {
        match std::str::from_utf8(field) {
            Ok(text) if !text.contains('\u{fffd}') => row.push(text),
            _ => {
                row.push(&String::from_utf8_lossy(field));
                row.mark(column, Mark::Garbled);
            }
        }
        if field.starts_with(b"=") {
            row.mark(column, Mark::Formula);
        }
    }
    row
}

fn explain(e: &csv::Error, row: u32) -> Unreadable {
    match e.kind() {
        csv::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => Unreadable::new(format!(
            "第 {row} 行起超过 1 MB 仍没有结束：可能有引号没有配对，或者文件不是表格。请检查这一行"
        )),
        _ => Unreadable::new(format!("第 {row} 行读不出来：{e}")),
    }
}

/// Stops when a record does not end, and makes every line end a single byte, also the last, so that lines can be counted.
struct Bounded {
    inner: Box<dyn Read>,
    since: Rc<Cell<usize>>,
    /// Line ends are `\n` or `\r\n`; otherwise they are `\r`, as very old programs write.
    unix: bool,
    last: u8,
}

impl Bounded {
    /// Removes what stands before a line feed, or turns it into one; answers how many bytes are left.
    fn plain(&self, bytes: &mut [u8]) -> usize {
        if !self.unix {
            bytes.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
            return bytes.len();
        }
        if memchr::memchr(b'\r', bytes).is_none() {
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            if bytes[at] != b'\r' {
                bytes[kept] = bytes[at];
                kept += 1;
            }
        }
        kept
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since.get() > LONGEST_RECORD {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "record too long"));
        }
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                let missing = std::mem::replace(&mut self.last, b'\n') != b'\n' && !buffer.is_empty();
                if missing {
                    buffer[0] = b'\n';
                }
                return Ok(missing.into());
            }
            let left = self.plain(&mut buffer[..read]);
            if left > 0 {
                self.last = buffer[left - 1];
                self.since.set(self.since.get() + left);
                return Ok(left);
            }
        }
    }
}

/// GB18030 into UTF-8, piece by piece.
struct Decoding {
    inner: Box<dyn Read>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Decoding {
    fn new(inner: Box<dyn Read>) -> Self {
        let decoder = GB18030.new_decoder_without_bom_handling();
        Self { inner, decoder, raw: vec![0; 64 << 10], text: Vec::new(), at: 0, ended: false }
    }

    /// Decodes the next piece; room is made for all of it, so that nothing of it is left over.
    fn fill(&mut self) -> std::io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * read + 16);
        self.text.resize(most, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
