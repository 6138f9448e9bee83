//! Changes a table as a hurried author would, or a broken disk.

/// Throws a die of so many sides, from 0.
pub type Dice<'a> = &'a mut dyn FnMut(usize) -> usize;

/// One to three changes.
pub fn mutate(text: &str, dice: Dice<'_>) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice(3) {
        text = once(text, dice);
    }
    text
}

fn once(text: String, dice: Dice<'_>) -> String {
    match dice(12) {
        0..=2 => number(text, dice),
        3..=4 => swap(text, &[">= ", "> ", "<= ", "< ", "= "], dice),
        5 => swap(text, &["[", "(", "]", ")"], dice),
        6 => row(text, false, dice),
        7 => row(text, true, dice),
        8 => word(text, dice),
        9 => cell(text, dice),
        10 => line(text, dice),
        _ => characters(text, dice),
    }
}

/// The places at which any of these texts stands.
fn places(text: &str, of: &[&str]) -> Vec<(usize, usize)> {
    let all = of.iter().flat_map(|piece| text.match_indices(piece).map(|(at, found)| (at, at + found.len())));
    all.collect()
}

fn replace(text: String, (from, to): (usize, usize), with: &str) -> String {
    format!("{}{with}{}", &text[..from], &text[to..])
}

fn swap(text: String, pieces: &[&str], dice: Dice<'_>) -> String {
    let all = places(&text, pieces);
    if all.is_empty() {
        return text;
    }
    let place = all[dice(all.len())];
    replace(text, place, pieces[dice(pieces.len())])
}

/// A number a little off, or altogether.
fn number(text: String, dice: Dice<'_>) -> String {
    let digit = |c: char| c.is_ascii_digit() || c == '_';
    let starts = text.char_indices().filter(|(at, c)| digit(*c) && !text[..*at].ends_with(digit)).map(|(at, _)| at);
    let starts: Vec<usize> = starts.collect();
    if starts.is_empty() {
        return text;
    }
    let from = starts[dice(starts.len())];
    let to = text[from..].find(|c| !digit(c)).map_or(text.len(), |len| from + len);
    let old: i64 = text[from..to].replace('_', "").parse().unwrap_or(0);
    let new = match dice(8) {
        0..=2 => old.saturating_add(1),
        3..=5 => old.saturating_sub(1),
        6 => [0, 9, 100, i64::MAX][dice(4)],
        _ => old / 2,
    };
    replace(text, (from, to), &new.to_string())
}

/// A row less, or one twice.
fn row(text: String, twice: bool, dice: Dice<'_>) -> String {
    let mut blocks: Vec<&str> = text.split("[[row]]").collect();
    if blocks.len() < 2 {
        return text;
    }
    let at = 1 + dice(blocks.len() - 1);
    let block = blocks[at];
    if twice {
        blocks.insert(at, block)
    } else {
        _ = blocks.remove(at)
    }
    blocks.join("[[row]]")
}

/// A word in the place of another.
fn word(text: String, dice: Dice<'_>) -> String {
    let marks: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    let words: Vec<(usize, usize)> = marks.windows(2).map(|pair| (pair[0] + 1, pair[1])).collect();
    if words.is_empty() {
        return text;
    }
    let (from, to) = words[dice(words.len())];
    let other = text[from..to].to_owned();
    let place = words[dice(words.len())];
    replace(text, place, &other)
}

/// A condition dropped, widened or turned round.
fn cell(text: String, dice: Dice<'_>) -> String {
    let cells: Vec<(usize, usize)> = text
        .match_indices("= '")
        .filter_map(|(at, found)| {
            let from = at + found.len();
            Some((from, from + text[from..].find('\'')?))
        })
        .collect();
    if cells.is_empty() {
        return text;
    }
    let (from, to) = cells[dice(cells.len())];
    let old = text[from..to].to_owned();
    let new = [&"-".to_owned(), &format!("not({old})"), &old.replace(',', ""), &"empty".to_owned()][dice(4)].clone();
    replace(text, (from, to), &new)
}

/// A line less, or one of the head changed.
fn line(text: String, dice: Dice<'_>) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = dice(lines.len().max(1)).min(lines.len().saturating_sub(1));
    let hits = ["unique", "first", "collect", "collect sum"];
    if let Some(line) = lines.iter_mut().find(|line| line.starts_with("hit")).filter(|_| dice(3) == 0) {
        *line = format!("hit = \"{}\"", hits[dice(4)]);
    } else if let Some(at) = lines.iter().position(|line| line.starts_with("silent")).filter(|_| dice(2) == 0) {
        lines.remove(at);
    } else if !lines.is_empty() {
        lines.remove(at);
    }
    lines.join("\n")
}

/// Characters lost or overwritten.
fn characters(text: String, dice: Dice<'_>) -> String {
    let pieces = [
        "\"",
        "'",
        "[",
        "]",
        "..",
        ">=",
        "<",
        "not(",
        ")",
        "-",
        "99999999999999999999",
        ",",
        "=",
        "\n",
        "9",
        "空",
        "2024-02-30",
    ];
    let mut all: Vec<char> = text.chars().collect();
    let from = dice(all.len() + 1).min(all.len());
    let to = (from + dice(6)).min(all.len());
    all.splice(from..to, pieces[dice(pieces.len())].chars());
    all.into_iter().collect()
}
