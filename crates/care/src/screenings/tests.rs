use super::{READ, WRITE, model, routes, store};
use crate::testing::{actor, dies, elder, library, seed};
use kernel::ElderId;
use web::testing::{Answer, Client, TestApp};

const ALL: [&str; 2] = [READ.0, WRITE.0];

fn pain(client: &Client<'_>, elder: ElderId, score: &str) -> Answer {
    let elder = elder.to_string();
    client.post(
        "/screenings",
        &[("elder", elder.as_str()), ("scale", "pain_nrs"), ("on_date", "2026-11-02"), ("pain", score)],
    )
}

#[test]
fn elders_are_screened_by_no_scale_that_decides_a_level_or_grades_a_house() {
    let library = library();
    assert!(model::scales(&library).count() > 10);
    assert!(["gbt42195", "ltci2021", "gbt37276", "nothing"].iter().all(|id| model::scale(&library, id).is_none()));
}

db::on_both! {
    fn every_scale_has_a_form_a_result_and_a_sheet(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &ALL, "320623");
        let choice = nurse.get(&format!("/screenings/new?elder={who}")).page();
        for scale in model::scales(&library()) {
            assert!(choice.contains(&scale.name), "{}", scale.id);
            let url = format!("/screenings/new?elder={who}&scale={}", scale.id);
            assert!(nurse.get(&url).page().contains(&scale.items[0].name), "{}", scale.id);
        }
        let page = pain(&nurse, who, "4").goes_to();
        assert!(nurse.get(&page).page().contains("中度"));
        assert!(nurse.get(&format!("{page}/print")).page().contains("筛查机构"));
        assert!(nurse.get("/screenings?scale=pain_nrs").page().contains("王桂英"));
        assert_eq!(nurse.get(&format!("/screenings/new?elder={who}&scale=gbt42195")).status.as_u16(), 422);
    }

    fn the_bands_of_a_scale_hold_at_their_edges(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &ALL, "320623");
        for (score, level) in [("0", "无痛"), ("1", "轻度"), ("3", "轻度"), ("4", "中度"), ("6", "中度"), ("7", "重度"), ("10", "重度")] {
            let page = pain(&nurse, who, score).goes_to();
            assert!(nurse.get(&page).page().contains(level), "{score}");
        }
        assert_eq!(pain(&nurse, who, "11").status.as_u16(), 422);
        assert!(pain(&nurse, who, "").text().contains("没有回答"));
    }

    fn the_same_sent_twice_counts_once_and_a_mistake_is_struck_out(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &ALL, "320623");
        let page = pain(&nurse, who, "5").goes_to();
        assert_eq!(pain(&nurse, who, "5").goes_to(), page);
        let all = || app.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), who)).expect("read");
        assert_eq!(all().len(), 1);
        let strike = format!("{page}/strike");
        assert_eq!(nurse.post(&strike, &[("why", "")]).status.as_u16(), 422);
        assert_eq!(nurse.post(&strike, &[("why", "记到了别人名下")]).goes_to(), page);
        assert!(nurse.post(&strike, &[("why", "再来")]).text().contains("SC-03"));
        assert!(nurse.get(&page).page().contains("已作废"));
        assert!(!nurse.get("/screenings").page().contains("王桂英"));
        assert_ne!(pain(&nurse, who, "5").goes_to(), page);
        assert_eq!(all().len(), 2);
    }

    fn nobody_dead_and_nobody_of_the_neighbours_is_screened(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &ALL, "320623");
        let next = app.person("邻县", &ALL, "320612");
        let page = pain(&nurse, who, "5").goes_to();
        for url in [page.clone(), format!("{page}/print"), format!("/screenings/{who}"), format!("/screenings/new?elder={who}")] {
            assert_eq!(next.get(&url).status.as_u16(), 404, "{url}");
        }
        assert_eq!(pain(&next, who, "5").status.as_u16(), 404);
        assert_eq!(next.post(&format!("{page}/strike"), &[("why", "x")]).status.as_u16(), 404);
        assert!(!next.get("/screenings").page().contains("王桂英"));
        dies(&app.db, 2, "王桂英", "2026-11-02");
        assert!(pain(&nurse, who, "3").text().contains("SC-02"));
    }
}
