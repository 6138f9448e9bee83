//! Data, keys and ports that are not as the program needs them.

use crate::run::{Folder, rows};
use std::net::TcpListener;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").expect("port");
    let at = taken.local_addr().expect("address").to_string();
    folder.run(&["serve", "--listen", &at]).refuses(&["不能监听", &at, "--listen"]);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folder = Folder::new("newer");
    folder.run(&["doctor"]).fine();
    let insert =
        "insert into refinery_schema_history (version, name, applied_on, checksum) values (9999, 'x', '', '0')";
    folder.store().execute(insert, []).expect("written");
    let before = rows(&folder.store(), "select name, sql from sqlite_master order by name");
    folder.run(&["doctor"]).refuses(&["更新版本", "9999", "请升级程序"]);
    assert_eq!(rows(&folder.store(), "select name, sql from sqlite_master order by name"), before);
}

#[test]
fn a_text_file_is_no_database_and_stays_as_it_is() {
    let folder = Folder::new("text");
    std::fs::create_dir_all(folder.path("data")).expect("folder");
    let text = "姓名,身份证号\n".repeat(2000);
    let path = folder.write("data/yiyang.db", &text);
    folder.run(&["doctor"]).refuses(&["不是有效的数据库文件"]);
    assert_eq!(std::fs::read_to_string(path).expect("text"), text);
}

#[test]
fn a_damaged_database_is_named() {
    let folder = Folder::new("damaged");
    folder.run(&["doctor"]).fine();
    let path = folder.path("data/yiyang.db");
    let mut bytes = std::fs::read(&path).expect("bytes");
    let middle = bytes.len() / 8..bytes.len();
    bytes[middle].fill(0x5a);
    std::fs::write(&path, bytes).expect("written");
    for name in ["data/yiyang.db-wal", "data/yiyang.db-shm"] {
        let _ = std::fs::remove_file(folder.path(name));
    }
    folder.run(&["doctor"]).refuses(&["数据库"]);
}

#[test]
fn a_key_that_is_none_is_named() {
    let folder = Folder::new("key");
    std::fs::create_dir_all(folder.path("data")).expect("folder");
    folder.write("data/key", "not a key");
    folder.run(&["doctor"]).refuses(&["密钥", "64 位十六进制"]);
    std::fs::remove_file(folder.path("data/key")).expect("gone");
    std::fs::create_dir(folder.path("data/key")).expect("a folder in its place");
    folder.run(&["doctor"]).refuses(&["读取密钥文件"]);
    let said = folder.program(&["doctor"]).env("YIYANG_KEY", "12").output().expect("runs");
    crate::run::Said::of(said).refuses(&["YIYANG_KEY", "64 位十六进制"]);
}

#[test]
fn another_key_is_refused_before_anything_is_written() {
    let folder = Folder::new("other-key");
    folder.county(60, "csv");
    folder.run(&["import", "--kind", "elders", "rosters/elders.csv"]).fine();
    let before = rows(&folder.store(), "select count(*), max(changed_at) from elders");
    let arguments = ["import", "--kind", "elders", "rosters/elders.csv"];
    let said = folder.program(&arguments).env("YIYANG_KEY", KEY).output().expect("runs");
    crate::run::Said::of(said).refuses(&["密钥与数据库不符", "YIYANG_KEY"]);
    std::fs::remove_file(folder.path("data/key")).expect("lost");
    folder.run(&arguments).refuses(&["密钥与数据库不符"]);
    assert_eq!(rows(&folder.store(), "select count(*), max(changed_at) from elders"), before);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new("folder");
    folder.write("data", "a file in its place");
    folder.run(&["doctor"]).refuses(&["不能建立数据目录"]);
}
