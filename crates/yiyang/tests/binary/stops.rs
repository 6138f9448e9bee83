//! The power fails, the disk is full: what is there afterwards is as if nothing had been, and going on ends the same.

use crate::run::{Folder, Said, copy, number, rows};
use rusqlite::Connection;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// More than two transactions of an import.
const MANY: usize = 12_000;
const IMPORT: [&str; 4] = ["import", "--kind", "elders", "rosters/elders.csv"];

/// What an import leaves behind, without ids, instants and what is sealed.
fn imported(store: &Connection) -> Vec<String> {
    let mut all = rows(
        store,
        "select name, name_key, sex, born, id_tail, phone_tail, area, resident, urban, living, scheme, ltci_insured, chronic, self_care, status
         from elders order by name, born, id_tail, area, phone_tail, chronic",
    );
    all.extend(rows(store, "select kind, state, row_count, created, changed, unchanged, refused, done_row from transfer_batches where kind = 'elders'"));
    all.extend(rows(store, "select row_no, outcome, cell, reason from transfer_rows order by row_no, outcome"));
    all.extend(rows(store, "select count(*) from identities"));
    all
}

/// Runs the program, and kills it outright as soon as `when` says so. Answers whether it was killed.
fn killed(mut command: Command, mut when: impl FnMut() -> bool) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    loop {
        if child.try_wait().expect("child").is_some() {
            return false;
        }
        if when() {
            child.kill().expect("killed");
            child.wait().expect("ended");
            return true;
        }
        std::thread::yield_now();
    }
}

#[test]
fn an_import_that_was_killed_goes_on_and_ends_like_one_that_was_not() {
    let (whole, broken) = (Folder::new("import-whole"), Folder::new("import-broken"));
    whole.county(MANY, "csv");
    copy(&whole.0, &broken.0);
    whole.run(&IMPORT).fine();
    let store = broken.store();
    let under_way =
        || number(&store, "select coalesce(max(done_row), 0) from transfer_batches where kind = 'elders'") > 0;
    assert!(killed(broken.program(&IMPORT), under_way), "the import was over before it could be killed");
    let part = number(&store, "select count(*) from elders");
    let all = number(&whole.store(), "select count(*) from elders");
    assert!(part > 0 && part < all, "{part} of {all}");
    // What was said to be done is done, and nothing else.
    let said = number(&store, "select created from transfer_batches where kind = 'elders'");
    assert_eq!(said, part);
    broken.run(&IMPORT).fine();
    assert!(imported(&store) == imported(&whole.store()), "the interrupted import ended otherwise");
}

/// What a settlement leaves behind, without its id and instants.
fn settled(store: &Connection) -> Vec<String> {
    let mut all = rows(
        store,
        "select county, month, state, lines, cut, refused, asked, adjusted, approved, paid from ltci_settlements",
    );
    all.extend(rows(
        store,
        "select elder_id, visit_id, kind, month, institution_id, level, rate_bp, day, start_at, end_at, items, minutes, reasons, verdict,
           counted, asked, adjusted, approved, paid from ltci_lines order by elder_id, visit_id, kind",
    ));
    all.extend(rows(
        store,
        "select institution_id, lines, cut, refused, asked, approved, paid from ltci_totals order by 1",
    ));
    all.extend(rows(store, "select elder_id, benefit_month from elder_facts order by 1"));
    all
}

#[test]
fn a_settlement_that_was_killed_is_whole_or_not_there_and_ends_like_one_that_was_not() {
    let (whole, broken) = (Folder::new("settle-whole"), Folder::new("settle-broken"));
    whole.run(&["demo", "--elders", "300", "--no-serve"]).fine();
    let store = whole.store();
    let month: String = store.query_row("select month from ltci_settlements", [], |row| row.get(0)).expect("month");
    for table in ["ltci_settlements", "ltci_lines", "ltci_totals", "ltci_reason_totals"] {
        store.execute(&format!("delete from {table}"), []).expect("deleted");
    }
    drop(store);
    copy(&whole.0, &broken.0);
    let settle = ["settle", "--area", "320623", "--month", &month];
    whole.run(&settle).fine();
    let expected = settled(&whole.store());
    assert!(expected.len() > 50, "{} rows", expected.len());
    for lines in 0..3 {
        // Its title stands on the terminal when it begins; it is killed a little later each time.
        let mut child = broken.program(&settle).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut terminal = BufReader::new(child.stderr.take().expect("terminal"));
        let mut line = String::new();
        terminal.read_line(&mut line).expect("title");
        assert!(line.contains("结算"), "{line}");
        for _ in 0..lines * 50 {
            number(&broken.store(), "select count(*) from ltci_lines");
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let found = settled(&broken.store());
        let lines = number(&broken.store(), "select count(*) from ltci_lines");
        assert!(lines == 0 || found == expected, "half a settlement: {lines} lines");
    }
    broken.run(&settle).fine();
    assert!(settled(&broken.store()) == expected, "the interrupted settlement ended otherwise");
    broken.run(&settle).fine();
    assert!(settled(&broken.store()) == expected, "settling again changed something");
    assert!(broken.run(&["doctor"]).fine().contains("核对 1 个已结算月份，明细与指纹一致"));
    let one = "update ltci_lines set paid = paid + 1 where visit_id = (select min(visit_id) from ltci_lines)";
    broken.store().execute(one, []).expect("altered");
    let said = broken.run(&["doctor"]).fine();
    assert!(said.contains(&format!("不一致！明细被改动：如东县（320623000000）{month}")), "{said}");
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing_half_done() {
    let folder = Folder::new("full");
    folder.county(3_000, "csv");
    let before = rows(
        &folder.store(),
        "select count(*) from elders union all select count(*) from identities union all select count(*) from elder_changes",
    );
    // No file of more than 1 MB: the write fails as it does on a full disk.
    let program = folder.program(&IMPORT);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args());
    limited
        .current_dir(&folder.0)
        .env("YIYANG_DATA", folder.path("data"))
        .env_remove("YIYANG_KEY")
        .env_remove("YIYANG_DB");
    Said::of(limited.output().expect("runs")).refuses(&["磁盘", "撤回"]);
    let store = folder.store();
    assert_eq!(
        rows(
            &store,
            "select count(*) from elders union all select count(*) from identities union all select count(*) from elder_changes"
        ),
        before
    );
    assert_eq!(
        number(
            &store,
            "select count(*) from transfer_rows where batch_id in (select id from transfer_batches where kind = 'elders')"
        ),
        0
    );
    assert_eq!(rows(&store, "pragma integrity_check"), ["Text([111, 107])"]);
    folder.run(&IMPORT).fine();
    assert!(number(&store, "select count(*) from elders") > 2_500);
}
