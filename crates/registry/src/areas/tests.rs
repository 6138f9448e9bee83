use super::*;
use crate::saved::{Refused, Saved};
use db::{Actor, Scope};
use kernel::{Area, Instant};

fn now() -> Instant {
    kernel::time::parse_local("2026-11-02 09:00").expect("instant")
}

fn clerk(area: &str) -> Actor {
    Actor { scope: Scope { area: code(area), institution: None }, ..Actor::system(now()) }
}

fn code(text: &str) -> Area {
    Area::parse(text).expect("code")
}

const DIVISIONS: &str = "code,name,level,parent,status,succeeded_by
320000,江苏省,province,,current,
320600,南通市,city,320000,current,
320623,如东县,county,320600,current,
320684,海门市,county,320600,former,320614
";

fn street(text: &str, name: &str) -> NewArea {
    NewArea { code: code(text), name: name.into(), kind: AreaKind::Street, parent: None, lon: None, lat: None }
}

fn refusal(result: crate::saved::Result<(Area, Saved)>) -> String {
    match result.expect_err("refused") {
        Refused::Field { field, message } => format!("{field}：{message}"),
        Refused::Store(e) => panic!("{e}"),
    }
}

db::on_both! {
    fn the_public_list_goes_in_once_and_without_former_codes(db: TestDb) {
        let by = Actor::system(now());
        assert_eq!(db.write(|tx| seed(tx, &by, DIVISIONS)).expect("seeded"), 3);
        assert_eq!(db.write(|tx| seed(tx, &by, DIVISIONS)).expect("seeded"), 0);
        let under = db.read(|tx| store::children(tx, code("3206"))).expect("read");
        assert_eq!(under.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["如东县"]);
    }

    fn a_street_is_created_changed_and_put_back(db: TestDb) {
        let by = clerk("320623");
        db.write(|tx| seed(tx, &by, DIVISIONS)).expect("seeded");
        let names = Names::default();
        let save = |new: &NewArea| db.write(|tx| store::save(tx, &by, new)).map(|(_, saved)| saved);
        assert_eq!(save(&street("320623001", "城中街道")).expect("saved"), Saved::Created);
        assert_eq!(db.read(|tx| names.at(tx)).expect("names").path(code("320623001")), "如东县 城中街道");
        assert_eq!(save(&street("320623001", "城中街道")).expect("saved"), Saved::Unchanged);
        let located = NewArea { lon: Some(121.0), lat: Some(32.0), ..street("320623001", "城中街道") };
        assert!(matches!(save(&located).expect("saved"), Saved::Changed(c) if c.len() == 2));
        let Saved::Changed(renamed) = save(&street("320623001", "掘港街道")).expect("saved") else { panic!("changed") };
        assert_eq!(renamed.len(), 1, "coordinates that a list does not have are kept");
        db.write(|tx| store::restore(tx, &by, code("320623001"), &renamed)).expect("back");
        let row = db.read(|tx| store::find(tx, code("320623001"))).expect("found");
        assert_eq!((row.name.as_str(), row.lon), ("城中街道", Some(121.0)));
        db.write(|tx| store::remove(tx, &by, code("320623001"))).expect("removed");
        assert!(!db.read(|tx| store::exists(tx, code("320623001"))).expect("read"));
    }

    fn what_does_not_fit_is_refused_with_its_field(db: TestDb) {
        let by = clerk("320623");
        db.write(|tx| seed(tx, &by, DIVISIONS)).expect("seeded");
        let try_save = |new: NewArea| refusal(db.write(|tx| store::save(tx, &by, &new)));
        assert!(try_save(street("320612001", "别处")).contains("不在您的辖区内"));
        let village = NewArea { kind: AreaKind::Village, ..street("320623001001", "村") };
        assert!(try_save(village).contains("请先导入上级"));
        assert!(try_save(street("320623001001", "街道")).starts_with("类型"));
        assert!(try_save(street("320623001", " ")).starts_with("名称"));
        let swapped = NewArea { lon: Some(32.0), lat: Some(121.0), ..street("320623001", "街道") };
        assert!(try_save(swapped).contains("填反"));
        assert!(db.write(|tx| store::remove(tx, &by, code("320623"))).is_ok());
        assert!(db.write(|tx| store::remove(tx, &by, code("3206"))).is_ok());
        assert!(db.write(|tx| store::remove(tx, &by, code("32"))).is_ok());
    }
}
