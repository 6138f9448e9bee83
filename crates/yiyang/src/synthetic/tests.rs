//! What the synthetic county promises: the same bytes again, valid numbers, a believable population, counted mistakes.

use super::*;
use calamine::{Data, Reader, Xlsx, open_workbook};
use kernel::citizen::Sex;
use kernel::{Area, CitizenNumber, CreditCode, time::age_on};
use std::collections::{HashMap, HashSet};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("yiyang-synthetic-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn today() -> Date {
    Date::from_ymd_opt(2026, 11, 22).expect("date")
}

fn options(folder: &Folder, elders: usize, dirty: f64, format: Format) -> Options {
    Options {
        place: "nantong".into(),
        county: None,
        elders,
        seed: 7,
        dirty,
        out: folder.0.clone(),
        today: today(),
        format,
    }
}

fn make(options: &Options) -> Summary {
    generate(options, &mut |_, _, _| {}).expect("generated")
}

/// The rows of a csv file as maps from heading to cell.
fn lines(folder: &Folder, file: &str) -> Vec<HashMap<String, String>> {
    let bytes = std::fs::read(folder.0.join(file)).expect("file");
    let text = if file == "checkups.csv" {
        encoding_rs::GB18030.decode(&bytes).0
    } else {
        encoding_rs::UTF_8.decode(&bytes).0
    };
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.expect("row")).collect()
}

/// The rows of a workbook's only sheet.
fn sheet(folder: &Folder, file: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(folder.0.join(file)).expect("workbook");
    let range = book.worksheet_range_at(0).expect("sheet").expect("range");
    range.rows().map(<[Data]>::to_vec).collect()
}

fn text(row: &[Data], at: usize) -> String {
    row[at].to_string()
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_does_not() {
    let (one, two, other) = (Folder::new("one"), Folder::new("two"), Folder::new("other"));
    let first = make(&options(&one, 6_000, 0.03, Format::Xlsx));
    assert_eq!(first, make(&options(&two, 6_000, 0.03, Format::Xlsx)));
    make(&Options { seed: 8, ..options(&other, 6_000, 0.03, Format::Xlsx) });
    let names =
        ["areas.csv", "institutions.xlsx", "staff.xlsx", "elders.xlsx", "checkups.csv", "stays.csv", "说明.txt"];
    assert_eq!(std::fs::read_dir(&one.0).expect("folder").count(), names.len());
    for name in names {
        let bytes = |folder: &Folder| std::fs::read(folder.0.join(name)).expect("file");
        assert!(bytes(&one) == bytes(&two), "{name}");
        assert!(bytes(&one) != bytes(&other), "{name}");
    }
}

#[test]
fn every_clean_row_is_valid_and_every_number_is_given_once() {
    let folder = Folder::new("clean");
    let summary = make(&options(&folder, 5_000, 0.0, Format::Csv));
    assert_eq!(summary.planted, Planted::default());
    assert_eq!(summary.rows("elders.csv"), 5_000);
    let areas: HashSet<String> = lines(&folder, "areas.csv").iter().map(|row| row["区划代码"].clone()).collect();
    let mut numbers = HashSet::new();
    for row in lines(&folder, "elders.csv") {
        let number = CitizenNumber::parse(&row["身份证号"], today()).expect("identity number");
        assert_eq!(number.born().to_string(), row["出生日期"]);
        assert_eq!(number.sex().name(), row["性别"]);
        assert!((60..=105).contains(&age_on(number.born(), today())));
        assert!(number.region() != "320671", "the development zone issues no identity numbers");
        assert!(areas.contains(&row["区划代码"]));
        assert!(Area::parse(&row["户籍地区划代码"]).is_ok());
        assert_eq!(row["状态"] == "死亡", !row["死亡日期"].is_empty());
        assert!(numbers.insert(row["身份证号"].clone()), "given twice");
    }
    let codes: HashSet<String> =
        sheet(&folder, "institutions.xlsx")[1..].iter().map(|row| row[1].to_string()).collect();
    assert!(codes.iter().all(|code| CreditCode::parse(code).is_ok()));
    assert_eq!(codes.len(), summary.rows("institutions.xlsx"));
    for row in &sheet(&folder, "staff.xlsx")[1..] {
        assert!(CitizenNumber::parse(&row[1].to_string(), today()).is_ok());
        assert!(numbers.insert(row[1].to_string()), "given twice");
        assert!(codes.contains(&row[2].to_string()));
    }
}

#[test]
fn records_belong_to_people_and_institutions_and_to_their_lifetime() {
    let folder = Folder::new("records");
    let summary = make(&options(&folder, 4_000, 0.0, Format::Csv));
    let died: HashMap<String, String> =
        lines(&folder, "elders.csv").iter().map(|row| (row["身份证号"].clone(), row["死亡日期"].clone())).collect();
    let codes: HashSet<String> = sheet(&folder, "institutions.xlsx").iter().map(|row| row[1].to_string()).collect();
    let alive = |row: &HashMap<String, String>, day: &str| {
        let end = &died[&row["身份证号"]];
        end.is_empty() || row[day] < *end
    };
    let (checkups, stays) = (lines(&folder, "checkups.csv"), lines(&folder, "stays.csv"));
    assert_eq!((checkups.len(), stays.len()), (summary.rows("checkups.csv"), summary.rows("stays.csv")));
    assert!(checkups.iter().all(|row| alive(row, "体检日期") && codes.contains(&row["体检机构信用代码"])));
    assert!(stays.iter().all(|row| alive(row, "入院日期") && codes.contains(&row["医院信用代码"])));
    assert!(stays.iter().all(|row| row["出院日期"].is_empty() || row["出院日期"] >= row["入院日期"]));
    assert!(stays.iter().any(|row| row["出院日期"].is_empty()), "somebody is in hospital today");
}

/// The share of the rows that fit.
fn share<T>(rows: &[T], fits: impl Fn(&T) -> bool) -> f64 {
    rows.iter().filter(|row| fits(row)).count() as f64 / rows.len().max(1) as f64
}

#[test]
fn the_population_is_believable() {
    let folder = Folder::new("population");
    make(&options(&folder, 20_000, 0.0, Format::Csv));
    let rows = lines(&folder, "elders.csv");
    let people: Vec<(i64, Sex, &HashMap<String, String>)> = rows
        .iter()
        .map(|row| {
            CitizenNumber::parse(&row["身份证号"], today())
                .map(|n| (age_on(n.born(), today()), n.sex(), row))
                .expect("number")
        })
        .collect();
    let very_old = share(&people, |(age, ..)| *age >= 80);
    assert!((0.14..0.20).contains(&very_old), "{very_old}");
    let hundred = share(&people, |(age, ..)| *age >= 100);
    assert!(hundred > 0.0 && hundred < 0.002, "{hundred}");
    let band = |low: i64| people.iter().filter(|(age, ..)| (low..low + 10).contains(age)).copied().collect::<Vec<_>>();
    let women = |low| share(&band(low), |(_, sex, _)| *sex == Sex::Female);
    assert!(women(60) < 0.54 && women(80) > 0.56 && women(90) > women(60), "women outlive men");
    for heading in [("自理情况", "能自理", true), ("婚姻状况", "丧偶", false), ("居住情况", "养老机构", false)]
    {
        let shares = [60, 70, 80, 90].map(|low| share(&band(low), |(.., row)| row[heading.0] == heading.1));
        assert!(shares.windows(2).all(|pair| (pair[0] > pair[1]) == heading.2), "{heading:?} {shares:?}");
    }
    let dementia = [60, 70, 80, 90].map(|low| share(&band(low), |(.., row)| row["慢性病"].contains("痴呆")));
    assert!(dementia.windows(2).all(|pair| pair[0] < pair[1]), "{dementia:?}");
    let outside = share(&people, |(.., row)| !row["户籍地区划代码"].starts_with("3206"));
    assert!((0.02..0.08).contains(&outside), "{outside}");
}

#[test]
fn three_quarters_of_the_residents_over_65_were_examined_within_a_year() {
    let folder = Folder::new("checkups");
    make(&options(&folder, 20_000, 0.0, Format::Csv));
    let since = (today() - chrono::Days::new(365)).to_string();
    let examined: HashSet<String> = lines(&folder, "checkups.csv")
        .iter()
        .filter(|row| row["体检日期"] > since)
        .map(|row| row["身份证号"].clone())
        .collect();
    let born_before = Date::from_ymd_opt(1961, 11, 22).expect("date").to_string();
    let rows = lines(&folder, "elders.csv");
    let counted: Vec<_> = rows
        .iter()
        .filter(|row| row["出生日期"] <= born_before && row["状态"] == "在世" && row["常住"] == "是")
        .collect();
    let rate = share(&counted, |row| examined.contains(&row["身份证号"]));
    assert!((0.70..0.78).contains(&rate), "{rate}");
}

#[test]
fn every_kind_of_institution_is_there_with_staff_enough_for_home_visits() {
    let folder = Folder::new("institutions");
    make(&options(&folder, 20_000, 0.0, Format::Csv));
    let rows = sheet(&folder, "institutions.xlsx");
    let of = |kind: &str| rows.iter().filter(|row| text(row, 2) == kind).count();
    for kind in [
        "医院",
        "社区卫生服务中心",
        "乡镇卫生院",
        "护理院",
        "社区护理站",
        "养老机构",
        "社会福利院",
        "农村敬老院",
        "日间照料中心",
        "评估机构",
    ] {
        assert!(of(kind) > 0, "{kind}");
    }
    assert!((2..=4).contains(&of("护理院")));
    let areas = lines(&folder, "areas.csv");
    let streets: HashSet<&str> =
        areas.iter().filter(|row| row["类型"] == "城镇街道").map(|row| &row["区划代码"][..9]).collect();
    let stations = rows.iter().filter(|row| text(row, 2) == "社区护理站");
    let served = stations.filter(|row| streets.contains(&row[5].to_string()[..9])).count();
    assert!(served > 0 && served < streets.len(), "most streets have a nursing station, not all: {served}");
    let beds = |row: &Vec<Data>| row[10].to_string().parse::<u32>().unwrap_or_default();
    let private = |row: &&Vec<Data>| text(row, 2) == "养老机构" && text(row, 3) == "民办";
    assert!(
        rows.iter().filter(private).any(|row| beds(row) >= 100)
            && rows.iter().filter(private).any(|row| beds(row) < 100)
    );
    let staff = sheet(&folder, "staff.xlsx");
    let role = |role: &str| staff.iter().filter(|row| text(row, 3) == role).count();
    let disabled = lines(&folder, "elders.csv").iter().filter(|row| row["自理情况"] != "能自理").count();
    assert!(role("养老护理员") * 60 >= disabled && role("评估员") >= 8 && role("医师") >= 20);
}

#[test]
fn planted_mistakes_are_counted_and_can_be_found() {
    let folder = Folder::new("dirty");
    let summary = make(&options(&folder, 10_000, 0.02, Format::Csv));
    let rows = lines(&folder, "elders.csv");
    let planted = summary.planted.in_file("elders.csv");
    assert!((150..250).contains(&planted), "{planted}");
    let count = |mistake| summary.planted.count("elders.csv", mistake);
    let found = |fits: fn(&HashMap<String, String>) -> bool| rows.iter().filter(|row| fits(row)).count();
    let doubled = count(Mistake::TwiceSameNumber) + count(Mistake::TwiceOtherNumber);
    assert!(doubled > 0);
    assert_eq!((summary.elders, rows.len()), (10_000, 10_000 + doubled));
    assert_eq!(found(|row| row["姓名"].is_empty()), count(Mistake::MissingName));
    assert_eq!(found(|row| row["居住地址"].starts_with("=HYPERLINK")), count(Mistake::FormulaLink));
    assert_eq!(found(|row| row["紧急联系人"] == "=1+1"), count(Mistake::FormulaText));
    assert_eq!(found(|row| row["身份证号"].len() == 15), count(Mistake::OldNumber));
    assert_eq!(found(|row| row["身份证号"].starts_with('３')), count(Mistake::FullWidth));
    assert_eq!(found(|row| row["出生日期"].parse::<Date>().is_err()), count(Mistake::DateAsText));
    let wrong = |row: &HashMap<String, String>| {
        CitizenNumber::parse(&row["身份证号"], today()) == Err(kernel::citizen::NotACitizenNumber::Check)
    };
    assert_eq!(rows.iter().filter(|row| wrong(row)).count(), count(Mistake::WrongCheckDigit));
    let numbers: HashSet<&String> = rows.iter().map(|row| &row["身份证号"]).collect();
    assert_eq!(rows.len() - numbers.len(), count(Mistake::TwiceSameNumber));
}

#[test]
fn dirty_workbooks_have_a_title_a_merged_area_and_a_missing_column() {
    let folder = Folder::new("workbooks");
    let summary = make(&options(&folder, 1_000, 0.02, Format::Xlsx));
    let rows = sheet(&folder, "institutions.xlsx");
    assert_eq!(rows[1][0], Data::String("机构名称".into()));
    assert_eq!(rows.len(), 2 + summary.rows("institutions.xlsx"));
    assert_eq!(
        rows.iter().filter(|row| row[5] == Data::Empty || row[5].to_string().is_empty()).count(),
        2,
        "title and merge"
    );
    let lower = rows[2..].iter().find(|row| row[5].to_string().is_empty()).expect("merged");
    assert_eq!(text(lower, 2), "日间照料中心", "nothing else hangs on the row that loses its area");
    let staff = sheet(&folder, "staff.xlsx");
    assert!(!staff[0].contains(&Data::String("联系电话".into())));
    assert_eq!(staff.len(), 1 + summary.rows("staff.xlsx"));
    for mistake in [Mistake::TitleAbove, Mistake::MergedCells] {
        assert_eq!(summary.planted.count("institutions.xlsx", mistake), 1);
    }
    assert_eq!(summary.planted.count("staff.xlsx", Mistake::MissingColumn), 1);
}

#[test]
fn dates_in_clean_workbooks_are_real_dates() {
    let folder = Folder::new("dates");
    make(&options(&folder, 300, 0.0, Format::Xlsx));
    let rows = sheet(&folder, "elders.xlsx");
    assert_eq!(rows[0].len(), elders::HEADINGS.len());
    assert!(rows[1..].iter().all(|row| matches!(row[3], Data::DateTime(_))));
    assert!(rows[1..].iter().all(|row| matches!(row[1], Data::String(_))), "identity numbers are texts");
}

#[test]
fn a_large_roster_or_a_named_county_takes_other_places() {
    let everywhere = Options { elders: WHOLE_CITY, ..options(&Folder::new("city"), 0, 0.0, Format::Csv) };
    assert_eq!(counties(&everywhere).expect("counties").len(), 8);
    let below = Options { elders: WHOLE_CITY - 1, ..everywhere.clone() };
    assert_eq!(counties(&below).expect("counties")[0].code, "320623");
    let named = Options { county: Some("320682".into()), ..everywhere };
    assert_eq!(counties(&named).expect("counties")[0].name, "如皋市");
}

#[test]
fn options_out_of_range_are_refused_in_the_users_language() {
    let folder = Folder::new("refused");
    let good = options(&folder, 10, 0.0, Format::Xlsx);
    let says = |options: Options, words: &str| {
        let message = generate(&options, &mut |_, _, _| {}).expect_err(words).to_string();
        assert!(message.contains(words), "{message}");
    };
    says(Options { place: "atlantis".into(), ..good.clone() }, "atlantis");
    says(Options { elders: 0, ..good.clone() }, "老年人数");
    says(Options { dirty: 1.01, ..good.clone() }, "差错比例");
    says(Options { dirty: f64::NAN, ..good.clone() }, "差错比例");
    says(Options { elders: MOST_IN_A_SHEET + 1, ..good.clone() }, "--format csv");
    says(Options { county: Some("110101".into()), ..good }, "320623 如东县");
    assert!(!folder.0.exists(), "nothing is half done");
}

#[test]
fn made_up_towns_lie_under_real_counties_in_the_divisions_of_the_product() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/divisions.csv")).expect("divisions");
    for county in NANTONG {
        let line = format!("{},{},county,320600,current,", county.code, county.name);
        assert!(text.contains(&line), "{line}");
        let known = |region: &str| text.lines().any(|line| line.starts_with(region));
        assert!(county.regions.iter().all(|(region, _)| known(region) && *region != "320671"));
    }
}
