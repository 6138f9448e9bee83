use super::due::Season;
use super::model::{Asked, Entry, Lot, Site, State, Vaccine};
use super::{READ, WRITE, due, routes, store};
use crate::testing::{actor, area, day, dies, elder, institution, library, seed};
use db::testing::TestDb;
use kernel::{ElderId, InstitutionId, VaccineLotId};
use registry::elders::Columns;
use registry::institutions::Kind;
use uuid::Uuid;
use web::Error;
use web::testing::{Client, TestApp};

const ALL: [&str; 2] = [READ.0, WRITE.0];

struct World {
    app: TestApp,
    elder: ElderId,
    centre: InstitutionId,
}

fn world(db: TestDb) -> World {
    seed(&db);
    let elder = elder(&db, 2, "王桂英");
    let centre = institution(&db, 1, Kind::CommunityHealthCentre, "城中街道社区卫生服务中心");
    let app = TestApp::new(db, (*library()).clone(), routes(), |state| {
        state.with(Columns::default()).with(registry::areas::Names::default())
    });
    World { app, elder, centre }
}

impl World {
    fn nurse(&self) -> Client<'_> {
        self.app.person("张护士", &ALL, "320623")
    }

    fn lot(&self, number: &str, doses: &str) -> VaccineLotId {
        let centre = self.centre.to_string();
        let form = [
            ("institution", centre.as_str()),
            ("vaccine", "influenza"),
            ("number", number),
            ("expires_on", "2027-06-30"),
            ("doses", doses),
        ];
        assert_eq!(self.nurse().post("/vaccinations/lots", &form).goes_to(), "/vaccinations/lots");
        let lots = self.app.db.read(|tx| store::lots(tx, &actor("2026-11-02", 1))).expect("lots");
        lots.into_iter().find(|(_, lot)| lot.number == number).expect("lot").1.id
    }

    fn give(&self, who: ElderId, lot: VaccineLotId, asked: Asked) -> Result<(), Error> {
        let entry = Entry::Ours { lot, site: Site::Left, asked };
        let (by, on) = (actor("2026-11-02", 1), day("2026-11-02"));
        self.app.db.write(|tx| store::save(tx, &by, &library(), (who, Vaccine::Influenza, on), &entry))
    }
}

fn refused(result: Result<(), Error>) -> String {
    result.expect_err("refused").text()
}

#[test]
fn a_lot_is_given_until_its_last_day_and_its_last_dose() {
    let lot = Lot {
        id: VaccineLotId(Uuid::from_u128(1)),
        institution: InstitutionId(Uuid::from_u128(2)),
        vaccine: Vaccine::Influenza,
        maker: String::new(),
        number: "A1".into(),
        expires_on: day("2026-11-02"),
        received_on: day("2026-10-01"),
        doses: 10,
        used: 9,
        stopped: String::new(),
    };
    let against = |lot: &Lot, on| lot.against(Vaccine::Influenza, day(on)).is_some();
    assert_eq!(["2026-11-01", "2026-11-02", "2026-11-03"].map(|on| against(&lot, on)), [false, false, true]);
    assert_eq!(["2026-09-30", "2026-10-01"].map(|on| against(&lot, on)), [true, false]);
    assert_eq!([8, 9, 10].map(|used| against(&Lot { used, ..lot.clone() }, "2026-11-01")), [false, false, true]);
    assert!(lot.against(Vaccine::Pneumonia, day("2026-11-01")).is_some());
}

#[test]
fn a_season_begins_with_the_first_of_its_month() {
    let of = |text: &str| Season::of(day(text), 9).expect("season").from.to_string();
    assert_eq!(
        ["2026-08-31", "2026-09-01", "2026-12-31", "2027-08-31"].map(of),
        ["2025-09-01", "2026-09-01", "2026-09-01", "2026-09-01"]
    );
    let season = Season::of(day("2026-11-02"), 9).expect("season");
    assert_eq!((season.until, season.name().as_str()), (day("2027-09-01"), "2026—2027"));
    assert_eq!(season.previous(9).map(|one| one.from), Some(day("2025-09-01")));
    assert!(Season::of(day("2026-11-02"), 13).is_none() && Season::of(day("2026-11-02"), 0).is_none());
}

#[test]
fn who_is_due_is_what_the_table_says() {
    let due = |vaccine, age, doses, high_risk, last: Option<&str>| {
        let person = due::Person { age, high_risk, doses, last: last.map(day) };
        due::ask(&library(), area("320623"), day("2026-11-02"), vaccine, person).bool("due").expect("decided")
    };
    assert_eq!([59, 60, 61].map(|age| due(Vaccine::Influenza, age, 0, false, None)), [false, true, true]);
    assert_eq!([64, 65, 66].map(|age| due(Vaccine::Pneumonia, age, 0, false, None)), [false, true, true]);
    let days = ["2025-11-01", "2025-11-02", "2025-11-03"];
    assert_eq!(days.map(|last| due(Vaccine::Influenza, 80, 1, false, Some(last))), [true, true, false]);
    let days = ["2021-11-01", "2021-11-02", "2021-11-03"];
    assert_eq!(days.map(|last| due(Vaccine::Pneumonia, 80, 1, true, Some(last))), [true, true, false]);
    assert!(!due(Vaccine::Pneumonia, 80, 1, false, Some("2015-01-01")));
}

db::on_both! {
    fn from_the_list_to_the_dose_its_reaction_and_the_coverage(db: TestDb) {
        let w = world(db);
        let (nurse, lot) = (w.nurse(), w.lot("A1", "2").to_string());
        assert!(nurse.get("/vaccinations").page().contains("王桂英"));
        let page = format!("/vaccinations/{}", w.elder);
        assert!(nurse.get(&format!("{page}/new?vaccine=influenza")).page().contains("A1"));
        let form = [("vaccine", "influenza"), ("how", "ours"), ("on", "2026-11-02"), ("lot", lot.as_str()), ("site", "left"),
            ("allergic", "false"), ("nervous", "false"), ("fever", "false"), ("acute", "false")];
        let open: Vec<_> = form.iter().copied().filter(|(name, _)| *name != "fever").collect();
        assert_eq!(nurse.post(&page, &open).status.as_u16(), 422);
        assert_eq!(nurse.post(&page, &form).goes_to(), page);
        assert!(nurse.post(&page, &form).text().contains("VA-05"));
        assert!(nurse.get(&page).page().contains("现在不用种"));
        assert!(!nurse.get("/vaccinations?vaccine=influenza").page().contains("王桂英"));
        assert!(nurse.get("/vaccinations?vaccine=pneumonia").page().contains("王桂英"));
        assert!(nurse.get("/vaccinations/coverage").page().contains("100%"));
        let dose = w.app.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), w.elder)).expect("read").remove(0);
        let url = format!("{page}/{}/reaction", dose.id);
        assert_eq!(nurse.post(&url, &[("reaction", "severe"), ("reaction_on", "2026-11-02")]).status.as_u16(), 422);
        assert_eq!(nurse.post(&url, &[("reaction", "mild"), ("reaction_on", "2026-11-03"), ("note", "红肿")]).status.as_u16(), 422);
        assert_eq!(nurse.post(&url, &[("reaction", "mild"), ("reaction_on", "2026-11-02"), ("note", "红肿")]).goes_to(), page);
        assert!(nurse.get(&page).page().contains("红肿"));
    }

    fn a_season_counts_its_own_doses_among_those_of_age(db: TestDb) {
        let world = world(db);
        let nurse = world.nurse();
        assert!(nurse.get("/vaccinations/season").page().contains("这一季还没有接种"));
        world.give(world.elder, world.lot("A1", "5"), Asked::default()).expect("given");
        let page = nurse.get("/vaccinations/season").page();
        assert!(page.contains("2026—2027 接种季覆盖率") && page.contains("100%"), "{page}");
        let last = nurse.get("/vaccinations/season?last=true").page();
        assert!(last.contains("2025—2026") && last.contains("这一季还没有接种"), "{last}");
        let columns = world.app.state.get::<Columns>();
        columns.refresh(&world.app.db).expect("columns");
        // Born on 1940-03-04: not of the age on the day before the birthday.
        let of = |on: &str, age| due::in_season(&columns.snapshot(), (area("320623"), day(on), age), &[world.elder].into(), &|_| true);
        assert!(of("2026-03-03", 86).is_empty());
        assert_eq!(of("2026-03-04", 86).values().map(|one| (one.of, one.covered)).collect::<Vec<_>>(), [(1, 1)]);
        assert!(of("2026-03-04", 87).is_empty());
        let neighbour = world.app.person("邻县", &ALL, "320612");
        assert!(!neighbour.get("/vaccinations/season").page().contains("城中街道社区卫生服务中心"));
    }

    fn what_speaks_against_it_is_asked_before(db: TestDb) {
        let w = world(db);
        let lot = w.lot("A1", "1");
        let clear = Asked::default();
        assert!(refused(w.give(w.elder, lot, Asked { allergic: true, ..clear })).contains("VA-03 不能接种"));
        assert!(refused(w.give(w.elder, lot, Asked { fever: true, ..clear })).contains("VA-03 暂缓接种：发热"));
        let page = format!("/vaccinations/{}", w.elder);
        let form = [("vaccine", "influenza"), ("how", "not"), ("on", "2026-11-02"), ("state", "put_off"), ("reason", "发热")];
        assert_eq!(w.nurse().post(&page, &form).goes_to(), page);
        assert!(!w.nurse().get("/vaccinations").page().contains("王桂英"));
        let dose = w.app.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), w.elder)).expect("read").remove(0);
        assert_eq!((dose.state, dose.again_on), (State::PutOff, Some(day("2026-11-16"))));
        w.give(w.elder, lot, clear).expect("given");
    }

    fn the_last_dose_of_a_lot_goes_to_one(db: TestDb) {
        let w = world(db);
        let (lot, other) = (w.lot("A1", "1"), elder(&w.app.db, 4, "李秀兰"));
        w.give(w.elder, lot, Asked::default()).expect("given");
        assert!(refused(w.give(other, lot, Asked::default())).contains("VA-04"));
        let second = w.lot("B2", "5");
        let stop = format!("/vaccinations/lots/{second}/stop");
        assert_eq!(w.nurse().post(&stop, &[("why", "通知召回")]).goes_to(), "/vaccinations/lots");
        assert_eq!(w.nurse().post(&stop, &[("why", "再来")]).status.as_u16(), 409);
        assert!(refused(w.give(other, second, Asked::default())).contains("已停用"));
        assert!(refused(w.give(w.elder, w.lot("C3", "1"), Asked::default())).contains("VA-05"));
    }

    fn elsewhere_counts_and_too_early_does_not(db: TestDb) {
        let w = world(db);
        let lot = w.lot("A1", "5");
        let page = format!("/vaccinations/{}", w.elder);
        let form = [("vaccine", "influenza"), ("how", "elsewhere"), ("on", "2026-01-05"), ("place", "南通市某接种点")];
        assert_eq!(w.nurse().post(&page, &form).goes_to(), page);
        assert!(refused(w.give(w.elder, lot, Asked::default())).contains("VA-02"));
        assert!(!w.nurse().get("/vaccinations").page().contains("王桂英"));
        dies(&w.app.db, 2, "王桂英", "2026-11-02");
        assert!(refused(w.give(w.elder, lot, Asked::default())).contains("VA-01"));
    }

    fn the_neighbour_gives_nothing_and_sees_nothing(db: TestDb) {
        let w = world(db);
        let lot = w.lot("A1", "5");
        let next = w.app.person("邻县", &ALL, "320612");
        let page = format!("/vaccinations/{}", w.elder);
        assert_eq!(next.get(&page).status.as_u16(), 404);
        let form = [("vaccine", "influenza"), ("how", "elsewhere"), ("on", "2026-01-05"), ("place", "某处")];
        assert_eq!(next.post(&page, &form).status.as_u16(), 404);
        assert_eq!(next.post(&format!("/vaccinations/lots/{lot}/stop"), &[("why", "x")]).status.as_u16(), 404);
        assert!(!next.get("/vaccinations/lots").page().contains("A1"));
        assert!(!next.get("/vaccinations").page().contains("王桂英"));
        let centre = w.centre.to_string();
        let own = institution(&w.app.db, 3, Kind::CommunityHealthCentre, "城北街道社区卫生服务中心");
        let scope = db::Scope { area: area("320623"), institution: None };
        let other = w.app.person_with("外院", &ALL, scope, Some(own));
        let lot = [("institution", centre.as_str()), ("vaccine", "influenza"), ("number", "X"), ("expires_on", "2027-01-01"), ("doses", "1")];
        assert!(other.post("/vaccinations/lots", &lot).text().contains("VA-07"));
    }
}
