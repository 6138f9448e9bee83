//! Names as the generations of this coast carry them: common surnames by frequency, given names by decade of birth.

use super::draw::Draw;
use kernel::citizen::Sex;

/// Surnames with rough weights (common ones of the lower Yangtze; own list, no register behind it).
const SURNAMES: &[(&str, u32)] = &[
    ("陈", 80),
    ("王", 78),
    ("张", 74),
    ("徐", 56),
    ("李", 44),
    ("朱", 40),
    ("周", 38),
    ("吴", 36),
    ("刘", 34),
    ("顾", 34),
    ("陆", 30),
    ("黄", 30),
    ("杨", 30),
    ("孙", 28),
    ("沈", 27),
    ("曹", 25),
    ("钱", 22),
    ("季", 20),
    ("施", 20),
    ("丁", 19),
    ("姜", 18),
    ("缪", 16),
    ("葛", 14),
    ("蔡", 14),
    ("袁", 13),
    ("汤", 12),
    ("冯", 12),
    ("潘", 12),
    ("马", 12),
    ("赵", 12),
    ("何", 11),
    ("胡", 11),
    ("高", 11),
    ("林", 10),
    ("郭", 10),
    ("许", 10),
    ("严", 9),
    ("管", 8),
    ("倪", 8),
    ("薛", 8),
    ("邱", 7),
    ("樊", 7),
    ("康", 7),
    ("戴", 7),
    ("江", 7),
    ("成", 6),
    ("桑", 5),
    ("於", 5),
    ("卢", 5),
    ("石", 5),
    ("谢", 5),
    ("宋", 5),
    ("郑", 5),
    ("韩", 4),
    ("唐", 4),
    ("冒", 3),
    ("羌", 2),
    ("欧阳", 1),
    ("司马", 1),
];

/// The given names of one generation and sex.
struct Fashion {
    first: &'static [&'static str],
    second: &'static [&'static str],
    whole: &'static [&'static str],
    single: &'static [&'static str],
}

const MEN: [Fashion; 5] = [
    Fashion {
        first: &["德", "仁", "永", "文", "世", "兆", "福", "家", "学", "金", "锦", "汉", "志", "维", "长", "宝"],
        second: &["才", "福", "贵", "祥", "明", "林", "生", "荣", "清", "山", "余", "成", "昌", "如", "高", "元"],
        whole: &["德才", "长根", "金宝"],
        single: &["荣", "祥", "才", "林"],
    },
    Fashion {
        first: &["建", "国", "志", "永", "文", "兆", "锦", "汉", "培", "正", "士", "玉", "耀", "云", "学", "洪"],
        second: &["明", "华", "林", "生", "荣", "清", "才", "兴", "余", "成", "飞", "平", "康", "泉", "忠", "良"],
        whole: &["志成", "永康", "解放"],
        single: &["明", "忠", "斌", "康"],
    },
    Fashion {
        first: &["建", "国", "志", "永", "卫", "新", "正", "宏", "汉", "锦", "学", "玉", "跃", "和", "松", "振"],
        second: &["明", "华", "平", "林", "生", "荣", "民", "兵", "良", "飞", "忠", "军", "康", "泉", "东", "余"],
        whole: &["建国", "国庆", "援朝", "卫国", "和平", "跃进", "建华"],
        single: &["明", "平", "兵", "军", "健", "林"],
    },
    Fashion {
        first: &["建", "卫", "志", "永", "晓", "新", "海", "宏", "向", "爱", "国", "红", "学", "春", "金", "亚"],
        second: &["军", "东", "明", "华", "平", "兵", "强", "林", "斌", "峰", "荣", "飞", "忠", "新", "泉", "勇"],
        whole: &["卫东", "建军", "志强", "向阳", "永红"],
        single: &["军", "勇", "斌", "健", "伟", "明", "峰", "兵"],
    },
    Fashion {
        first: &["晓", "志", "海", "建", "小", "俊", "永", "文", "宏", "亚", "春", "金"],
        second: &["峰", "强", "军", "斌", "华", "明", "杰", "伟", "飞", "东", "鹏", "辉"],
        whole: &["晓东", "志伟", "海峰"],
        single: &["伟", "磊", "峰", "杰", "勇", "军", "鹏", "俊", "亮"],
    },
];

const WOMEN: [Fashion; 5] = [
    Fashion {
        first: &["秀", "桂", "玉", "素", "凤", "兰", "翠", "金", "月", "淑", "巧", "银", "招", "福"],
        second: &["英", "兰", "珍", "芳", "贞", "娥", "云", "凤", "珠", "华", "莲", "芬", "女", "姑"],
        whole: &["秀英", "桂英", "招弟", "巧云"],
        single: &["英", "兰", "珍", "凤"],
    },
    Fashion {
        first: &["秀", "桂", "玉", "素", "凤", "淑", "翠", "惠", "月", "美", "志", "文", "锦", "佩"],
        second: &["英", "兰", "珍", "芳", "娟", "华", "云", "琴", "珠", "萍", "莲", "芬", "如", "贤"],
        whole: &["秀兰", "桂芳", "玉珍", "秀珍"],
        single: &["英", "芳", "珍", "琴"],
    },
    Fashion {
        first: &["秀", "桂", "玉", "建", "凤", "美", "惠", "亚", "国", "爱", "新", "志", "丽", "永"],
        second: &["英", "兰", "珍", "芳", "华", "琴", "萍", "娟", "芬", "平", "云", "玲", "梅", "霞"],
        whole: &["秀英", "建华", "国英", "爱华", "桂兰"],
        single: &["英", "芳", "萍", "琴", "华", "玲"],
    },
    Fashion {
        first: &["建", "爱", "红", "卫", "丽", "亚", "晓", "美", "春", "海", "小", "惠", "玉", "秀"],
        second: &["红", "芳", "萍", "华", "梅", "英", "娟", "霞", "琴", "玲", "燕", "兰", "平", "云"],
        whole: &["卫红", "红梅", "爱华", "建英", "海燕"],
        single: &["红", "芳", "萍", "燕", "梅", "霞", "敏", "静"],
    },
    Fashion {
        first: &["晓", "丽", "小", "海", "亚", "春", "雪", "红", "文", "美"],
        second: &["燕", "芳", "娟", "霞", "梅", "萍", "丽", "敏", "婷", "琴"],
        whole: &["海燕", "晓燕", "丽娟"],
        single: &["燕", "静", "敏", "丽", "娟", "婷", "霞", "芳"],
    },
];

/// A surname.
pub fn surname(draw: &mut Draw) -> &'static str {
    draw.of(SURNAMES)
}

/// A given name of the fashion in the year of birth.
pub fn given(draw: &mut Draw, sex: Sex, year: i32) -> String {
    let generation = match year {
        ..=1934 => 0,
        1935..=1949 => 1,
        1950..=1959 => 2,
        1960..=1969 => 3,
        _ => 4,
    };
    let fashion = if sex == Sex::Male { &MEN[generation] } else { &WOMEN[generation] };
    match draw.below(100) {
        0..14 => draw.pick(fashion.single).to_owned(),
        14..22 => draw.pick(fashion.whole).to_owned(),
        _ => two(draw, fashion),
    }
}

/// Two characters that differ.
fn two(draw: &mut Draw, fashion: &Fashion) -> String {
    let first = draw.pick(fashion.first);
    let mut second = draw.pick(fashion.second);
    while second == first {
        second = draw.pick(fashion.second);
    }
    format!("{first}{second}")
}

/// A full name.
pub fn full(draw: &mut Draw, sex: Sex, year: i32) -> String {
    let family = surname(draw);
    format!("{family}{}", given(draw, sex, year))
}

/// Characters that clerks take for one another: how one person comes to stand in a list under two spellings.
const LOOK_ALIKES: &[(char, char)] = &[
    ('英', '瑛'),
    ('兰', '蓝'),
    ('芳', '方'),
    ('珍', '诊'),
    ('华', '花'),
    ('云', '芸'),
    ('凤', '风'),
    ('荣', '蓉'),
    ('萍', '平'),
    ('琴', '芹'),
    ('娟', '涓'),
    ('明', '铭'),
    ('林', '琳'),
    ('才', '材'),
    ('生', '胜'),
    ('成', '诚'),
    ('清', '青'),
    ('祥', '详'),
    ('军', '君'),
    ('斌', '彬'),
    ('梅', '玫'),
    ('霞', '侠'),
    ('珠', '朱'),
    ('贵', '桂'),
];

/// Another spelling of a name: a look-alike character, or blanks that a person typed to line the column up.
pub fn other_spelling(draw: &mut Draw, name: &str) -> String {
    let last = name.chars().next_back().unwrap_or(' ');
    let alike = LOOK_ALIKES.iter().find(|(right, _)| *right == last);
    match (alike, draw.below(3)) {
        (Some((_, wrong)), 0) => format!("{}{wrong}", &name[..name.len() - last.len_utf8()]),
        (_, 1) => format!("{name}　"),
        _ => name.chars().map(String::from).collect::<Vec<_>>().join("　"),
    }
}
