//! The codes of a health record: ICD-10 groups to choose a diagnosis from, and what can be measured.

use registry::elders::pinyin;
use std::sync::LazyLock;

/// The diagnoses of form A of GB/T 42195-2022 with their groups of ICD-10. A finer code may be typed.
const GROUPS: &str = include_str!("codes.csv");

/// A diagnosis to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// A code of ICD-10 or a group of them: `I10-I15`.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The first letters of its pinyin: `gxyb`.
    pub letters: String,
}

/// All diagnoses to choose from.
pub static DIAGNOSES: LazyLock<Vec<Diagnosis>> = LazyLock::new(|| {
    let rows = GROUPS.lines().skip(1).filter_map(|line| line.split_once(','));
    rows.map(|(code, name)| Diagnosis { code, name, letters: pinyin::reading(name).0 }).collect()
});

/// The diagnoses that a text means: a code within a group, a part of the name, or the beginning of its letters.
#[must_use]
pub fn search(text: &str) -> Vec<&'static Diagnosis> {
    let text = kernel::text::clean(text);
    let (small, code) = (text.to_ascii_lowercase(), text.to_ascii_uppercase());
    let fits = |one: &&Diagnosis| {
        !text.is_empty() && (covers(one.code, &code) || one.name.contains(&text) || one.letters.starts_with(&small))
    };
    DIAGNOSES.iter().filter(fits).collect()
}

/// Whether a group `I10-I15` covers a code: `I11.9`, or is that group. Compared by the letter and the two digits.
#[must_use]
pub fn covers(group: &str, code: &str) -> bool {
    let Some(stem) = code.get(..3).filter(|_| is_icd10(code) && !code.contains('-')) else { return group == code };
    let (first, last) = group.split_once('-').unwrap_or((group, group));
    (first..=last).contains(&stem)
}

/// Whether a text has the form of a code of ICD-10 (`I10`, `E11.901`, `I63.902`) or of a group of them (`I10-I15`).
#[must_use]
pub fn is_icd10(text: &str) -> bool {
    let stem =
        |s: &str| s.len() == 3 && s.as_bytes()[0].is_ascii_uppercase() && s.bytes().skip(1).all(|b| b.is_ascii_digit());
    let fine = |s: &str| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric());
    match (text.split_once('-'), text.split_once('.')) {
        (Some((from, to)), _) => stem(from) && stem(to) && from < to,
        (None, Some((head, tail))) => stem(head) && fine(tail),
        (None, None) => stem(text),
    }
}

/// Something that can be measured, by its code of LOINC. Values are hundredths of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// LOINC.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The unit as UCUM writes it.
    pub ucum: &'static str,
    /// The unit as people say it.
    pub unit: &'static str,
    /// Whether it is a vital sign; else it is of the laboratory.
    pub vital: bool,
    /// The least and the most that can be in a living person; outside is a slip of the pen. Limits of plausibility of this
    /// program, not of a document.
    pub plausible: (i64, i64),
}

const fn vital(
    code: &'static str,
    name: &'static str,
    units: (&'static str, &'static str),
    (low, high): (i64, i64),
) -> Measure {
    Measure { code, name, ucum: units.0, unit: units.1, vital: true, plausible: (low * 100, high * 100) }
}

const fn lab(code: &'static str, name: &'static str, units: (&'static str, &'static str), high: i64) -> Measure {
    Measure { code, name, ucum: units.0, unit: units.1, vital: false, plausible: (0, high * 100) }
}

/// Blood pressure: two values in one.
pub const PRESSURE: &str = "85354-9";
/// Fasting glucose.
pub const FASTING_GLUCOSE: &str = "14771-0";
/// Glucose from the fingertip, at any time of the day.
pub const FINGER_GLUCOSE: &str = "14743-9";
/// Pulse.
pub const PULSE: &str = "8867-4";
/// Temperature of the body.
pub const TEMPERATURE: &str = "8310-5";
/// Height.
pub const HEIGHT: &str = "8302-2";
/// Waist.
pub const WAIST: &str = "8280-0";
/// Weight.
pub const WEIGHT: &str = "29463-7";
/// Saturation as an oximeter shows it.
pub const SATURATION: &str = "59408-5";

const MMOL: (&str, &str) = ("mmol/L", "毫摩尔/升");
const CELLS: (&str, &str) = ("10*9/L", "×10⁹/升");
const ENZYME: (&str, &str) = ("U/L", "单位/升");

/// Everything that can be measured, in the order of the form.
pub const MEASURES: &[Measure] = &[
    vital(PRESSURE, "血压", ("mm[Hg]", "毫米汞柱"), (20, 300)),
    vital(PULSE, "脉搏（心率）", ("/min", "次/分"), (20, 250)),
    vital("9279-1", "呼吸", ("/min", "次/分"), (4, 60)),
    vital(TEMPERATURE, "体温", ("Cel", "摄氏度"), (30, 43)),
    vital(SATURATION, "血氧饱和度", ("%", "%"), (50, 100)),
    vital(HEIGHT, "身高", ("cm", "厘米"), (80, 250)),
    vital(WEIGHT, "体重", ("kg", "千克"), (20, 250)),
    vital(WAIST, "腰围", ("cm", "厘米"), (40, 200)),
    lab(FASTING_GLUCOSE, "空腹血糖", MMOL, 50),
    lab(FINGER_GLUCOSE, "指尖血糖", MMOL, 50),
    lab("4548-4", "糖化血红蛋白", ("%", "%"), 30),
    lab("14647-2", "总胆固醇", MMOL, 50),
    lab("14927-8", "甘油三酯", MMOL, 100),
    lab("14646-4", "高密度脂蛋白胆固醇", MMOL, 20),
    lab("22748-8", "低密度脂蛋白胆固醇", MMOL, 50),
    lab("14682-9", "肌酐", ("umol/L", "微摩尔/升"), 5000),
    lab("1742-6", "谷丙转氨酶", ENZYME, 20_000),
    lab("1920-8", "谷草转氨酶", ENZYME, 20_000),
    lab("718-7", "血红蛋白", ("g/L", "克/升"), 300),
    lab("6690-2", "白细胞", CELLS, 1000),
    lab("777-3", "血小板", CELLS, 5000),
    vital("72514-3", "疼痛评分", ("{score}", "分"), (0, 10)),
];

/// What a code of LOINC measures.
#[must_use]
pub fn measure(code: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|one| one.code == code)
}

/// Hundredths as people write them: `610` is 6.1, `13800` is 138.
#[must_use]
pub fn show(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads `6.1`, `138` or `0.85` as hundredths; none if it has more than two decimals or is no number.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = kernel::text::clean(text);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str, most: usize| s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole, 7) || !digits(part, 2) || text.ends_with('.') {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?)
}
