//! Closed sets of words: each has a code in the database and a Chinese name on pages and in files.

/// Makes an enum with `code()`, `name()`, `ALL`, `parse()` (code or Chinese name), and its ways into and out of the store
/// and of forms:
/// `choice! { /// 所有制 pub enum Ownership { /// 公办 Public = "public" "公办", … } }`
///
/// The crate that uses it must depend on `db` and `serde`.
#[macro_export]
macro_rules! choice {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal $chinese:literal),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// All of them, in the order of pages.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code in the database and in policies.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The Chinese name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $chinese),+ }
            }

            /// Reads a code or a Chinese name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code | $chinese => Some(Self::$variant),)+ _ => None }
            }

            /// Code and name of each, as `ui::select` takes them.
            #[must_use]
            pub fn options() -> Vec<(&'static str, &'static str)> {
                Self::ALL.iter().map(|one| (one.code(), one.name())).collect()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl<'a> From<$name> for db::Value<'a> {
            fn from(x: $name) -> Self { x.code().into() }
        }

        impl db::FromCell for $name {
            fn from_cell(cell: db::Cell<'_>) -> Result<Self, String> {
                let code = String::from_cell(cell)?;
                Self::parse(&code).ok_or_else(|| format!("“{code}”不是 {}", stringify!($name)))
            }
        }
    )+};
}
