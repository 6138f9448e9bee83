//! What can go wrong in the store, in words that an operator can act on.

/// The result of a store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No row where one was needed: the thing is not there, or not within the actor's sight.
    #[error("没有找到（或不在您的权限范围内）")]
    NotFound,
    /// A unique key is taken: somebody else was first.
    #[error("已存在相同的记录（{0}）")]
    Taken(String),
    /// Somebody changed the thing in between, or it is no longer in the state that the step needs.
    #[error("{0}")]
    Conflict(String),
    /// The database file or server is busy for longer than we wait.
    #[error("数据库正忙，请稍后再试")]
    Busy,
    /// No room on the disk; the transaction was taken back whole.
    #[error("磁盘空间不足，本次操作已全部撤回；请清理磁盘后重试")]
    DiskFull,
    /// The database was written by a newer version of the program.
    #[error("数据库由更新版本的程序创建（结构版本 {found}，本程序支持到 {known}），请升级程序后再启动")]
    Newer {
        /// Version found in the database.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// The file is no database of ours, or it is damaged.
    #[error("不是有效的数据库文件：{0}")]
    NotADatabase(String),
    /// The key is another one than that with which the data was sealed.
    #[error(
        "密钥与数据库不符：库中的身份证号、电话和住址是用另一把密钥加密的。请恢复原来的密钥文件（或环境变量 YIYANG_KEY）后再启动，数据没有改动"
    )]
    WrongKey,
    /// The disk does not take what is written, for another reason than being full.
    #[error("写入磁盘失败，本次操作已全部撤回：磁盘可能已满、超出限额或有故障，请检查后重试（{0}）")]
    Disk(String),
    /// A column holds something else than the program expects.
    #[error("数据格式异常：第 {column} 列，{what}")]
    Decode {
        /// Column, counted from 0.
        column: usize,
        /// What was found.
        what: String,
    },
    /// A sealed field does not open: another key, or the bytes were changed.
    #[error("加密字段无法解开：密钥不符或数据被改动")]
    Sealed,
    /// Anything else that the engine says.
    #[error("数据库错误：{0}")]
    Engine(String),
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match &e {
            rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
            rusqlite::Error::SqliteFailure(f, message) => match f.code {
                Code::ConstraintViolation => Self::Taken(message.clone().unwrap_or_default()),
                Code::DatabaseBusy | Code::DatabaseLocked => Self::Busy,
                Code::DiskFull => Self::DiskFull,
                Code::SystemIoFailure => Self::Disk(e.to_string()),
                Code::NotADatabase | Code::DatabaseCorrupt => Self::NotADatabase(e.to_string()),
                _ => Self::Engine(e.to_string()),
            },
            _ => Self::Engine(e.to_string()),
        }
    }
}

impl From<postgres::Error> for Error {
    fn from(e: postgres::Error) -> Self {
        use postgres::error::SqlState;
        match e.as_db_error() {
            Some(d) if *d.code() == SqlState::UNIQUE_VIOLATION => Self::Taken(d.message().to_owned()),
            Some(d) if *d.code() == SqlState::DISK_FULL => Self::DiskFull,
            Some(d) if *d.code() == SqlState::LOCK_NOT_AVAILABLE => Self::Busy,
            Some(d) => Self::Engine(format!("{}（{}）", d.message(), d.code().code())),
            None => Self::Engine(e.to_string()),
        }
    }
}

impl From<r2d2::Error> for Error {
    fn from(_: r2d2::Error) -> Self {
        Self::Busy
    }
}
