//! The made-up rule of `tests/chain` and its people, for the tests of the simulation and for measuring its speed.

use kernel::chance::mix;
use policy::simulate::{Column, Columns};
use policy::{Library, lines};

/// The districts of the rule in the order of its words.
pub const DISTRICTS: [&str; 8] = ["east", "west", "north", "south", "hill", "lake", "coast", "island"];

/// The made-up rule as the files of a pack.
pub fn files() -> Vec<(String, String)> {
    let table = |name: &str, text: &str| (format!("policies/quzhou/2024-1/tables/{name}.toml"), text.to_owned());
    vec![
        ("policies/words.toml".into(), include_str!("../chain/words.toml").into()),
        ("policies/quzhou/2024-1/document.toml".into(), include_str!("../chain/document.toml").into()),
        ("policies/quzhou/2024-1/cases.toml".into(), include_str!("../chain/cases.toml").into()),
        ("policies/quzhou/2024-1/parameters.toml".into(), include_str!("../chain/parameters.toml").into()),
        table("age_allowance", include_str!("../chain/age_allowance.toml")),
        table("care_cap", include_str!("../chain/care_cap.toml")),
        table("district_rate", include_str!("../chain/district_rate.toml")),
        table("income_share", include_str!("../chain/income_share.toml")),
        table("care_allowance", include_str!("../chain/care_allowance.toml")),
    ]
}

/// The made-up rule, proven.
pub fn library() -> Library {
    Library::from_files(files()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

/// Made-up people, always the same for the same number.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Years.
    pub age: Vec<u8>,
    /// 0 to 5.
    pub level: Vec<u8>,
    /// Places in [`DISTRICTS`].
    pub district: Vec<u16>,
    /// A month.
    pub income_fen: Vec<i32>,
    /// A month.
    pub care_cost_fen: Vec<i32>,
}

impl People {
    /// So many of them.
    pub fn new(many: usize) -> Self {
        let mut people = Self::default();
        let mut state = 20_240_101;
        let mut dice = |sides: u64| (mix(&mut state) % sides) as i32;
        for _ in 0..many {
            people.age.push((50 + dice(60)) as u8);
            people.level.push(dice(6) as u8);
            people.district.push(dice(8) as u16);
            people.income_fen.push(dice(800_000));
            people.care_cost_fen.push(dice(400_000));
        }
        people
    }

    /// As columns.
    #[allow(dead_code, reason = "the measuring reads them from a file")]
    pub fn columns(&self) -> Columns {
        let words = DISTRICTS.map(str::to_owned).to_vec();
        let district = Column::words("district", self.district.clone(), words).expect("districts");
        let columns = [
            Column::bytes("age", self.age.clone()),
            Column::bytes("level", self.level.clone()),
            district,
            Column::ints("income_fen", self.income_fen.clone()),
            Column::ints("care_cost_fen", self.care_cost_fen.clone()),
        ];
        let with = |all: Columns, column| all.with(column).expect("as long as the others");
        columns.into_iter().fold(Columns::new(self.age.len()), with)
    }
}
