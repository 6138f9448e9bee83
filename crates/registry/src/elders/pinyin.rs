//! How a name is typed on a Latin keyboard: full pinyin and initials, with the surnames that read otherwise than the
//! character usually does.

use pinyin::ToPinyin;

/// Surnames of two characters that read otherwise than their characters do one by one.
const DOUBLE: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("单于", &["chan", "yu"]),
    ("长孙", &["zhang", "sun"]),
    ("澹台", &["tan", "tai"]),
    ("万俟", &["mo", "qi"]),
    ("令狐", &["ling", "hu"]),
    ("皇甫", &["huang", "fu"]),
];

/// Surnames of one character that read otherwise than the character usually does.
const SINGLE: &[(char, &str)] = &[
    ('曾', "zeng"),
    ('单', "shan"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('盖', "ge"),
    ('朴', "piao"),
    ('区', "ou"),
    ('任', "ren"),
    ('华', "hua"),
    ('翟', "zhai"),
    ('缪', "miao"),
    ('尉', "wei"),
    ('员', "yun"),
    ('乐', "yue"),
    ('覃', "qin"),
    ('秘', "bi"),
    ('冼', "xian"),
    ('洗', "xian"),
    ('种', "chong"),
    ('繁', "po"),
    ('燕', "yan"),
    ('应', "ying"),
    ('宁', "ning"),
    ('葛', "ge"),
    ('逄', "pang"),
    ('折', "she"),
    ('黑', "he"),
    ('召', "shao"),
    ('句', "gou"),
    ('祭', "zhai"),
    ('隗', "wei"),
    ('纪', "ji"),
    ('车', "che"),
    ('沈', "shen"),
    ('石', "shi"),
    ('贾', "jia"),
    ('洪', "hong"),
    ('六', "lu"),
    ('么', "yao"),
    ('牟', "mu"),
    ('宓', "mi"),
    ('祝', "zhu"),
    ('长', "chang"),
    ('重', "chong"),
];

/// Characters in given names that read otherwise than the character usually does.
const GIVEN: &[(char, &str)] =
    &[('长', "chang"), ('乐', "le"), ('行', "xing"), ('重', "chong"), ('朝', "chao"), ('曾', "zeng")];

/// Initials and full reading, lower case without tones: `("wjg", "wangjianguo")`. Other letters stay as they are.
#[must_use]
pub fn reading(name: &str) -> (String, String) {
    let (mut initials, mut full) = (String::new(), String::new());
    let mut say = |syllable: &str| {
        initials.push_str(&syllable[..syllable.chars().next().map_or(0, char::len_utf8)]);
        full.push_str(syllable);
    };
    let mut rest = name;
    if let Some((surname, syllables)) = DOUBLE.iter().find(|(surname, _)| name.starts_with(surname)) {
        syllables.iter().for_each(|s| say(s));
        rest = &name[surname.len()..];
    }
    for (at, c) in rest.char_indices() {
        let table = if at == 0 && rest.len() == name.len() { SINGLE } else { GIVEN };
        match table.iter().find(|(known, _)| *known == c) {
            Some((_, syllable)) => say(syllable),
            None => plain(c, &mut say),
        }
    }
    (initials, full)
}

fn plain(c: char, say: &mut impl FnMut(&str)) {
    match c.to_pinyin() {
        // A keyboard has no ü: 吕 is typed lv.
        Some(reading) => say(&reading.plain().replace('ü', "v")),
        None if c.is_ascii_alphanumeric() => say(c.to_ascii_lowercase().encode_utf8(&mut [0; 4])),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_read_as_surnames() {
        for (name, initials, full) in [
            ("王建国", "wjg", "wangjianguo"),
            ("曾国藩", "zgf", "zengguofan"),
            ("单田芳", "stf", "shantianfang"),
            ("仇和", "qh", "qiuhe"),
            ("解放", "xf", "xiefang"),
            ("尉迟恭", "ycg", "yuchigong"),
            ("尉健行", "wjx", "weijianxing"),
            ("赵长乐", "zcl", "zhaochangle"),
            ("吕秀兰", "lxl", "lvxiulan"),
            ("买买提·艾力", "mmtal", "maimaitiaili"),
        ] {
            assert_eq!(reading(name), (initials.to_owned(), full.to_owned()), "{name}");
        }
    }
}
