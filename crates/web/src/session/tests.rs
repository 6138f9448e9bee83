//! A session's ends: idle, too long, logged out.

use super::{IDLE, IDLE_ON_THE_ROAD, LONGEST};
use crate::testing::TestApp;
use crate::{Routes, User, home};
use axum::http::StatusCode;
use chrono::TimeDelta;
use db::testing::TestDb;
use policy::Library;

fn app(db: TestDb) -> TestApp {
    let nothing = Library::from_files(Vec::new()).expect("no documents are no mistake");
    TestApp::new(db, nothing, Routes::new().merge(home::routes()), |builder| builder)
}

/// Whether somebody of the role still sees the home page after so long without a request.
fn lasts(app: &TestApp, role: &str, pause: TimeDelta) -> bool {
    let user = User { role: role.into(), ..app.person("张三", &[], "320623").user };
    let client = app.login(user);
    app.clock.advance(pause);
    client.get("/").status == StatusCode::OK
}

db::on_both! {
    fn idling_ends_a_session_later_on_the_road(db: TestDb) {
        let app = app(db);
        let second = TimeDelta::seconds(1);
        assert!(lasts(&app, "clerk", IDLE - second));
        assert!(!lasts(&app, "clerk", IDLE));
        assert!(lasts(&app, "carer", IDLE + second));
        assert!(lasts(&app, "carer", IDLE_ON_THE_ROAD - second));
        assert!(!lasts(&app, "carer", IDLE_ON_THE_ROAD));
    }

    fn a_busy_session_ends_after_a_day_all_the_same(db: TestDb) {
        let app = app(db);
        let client = app.person("张三", &[], "320623");
        let step = TimeDelta::minutes(20);
        let mut gone = TimeDelta::zero();
        while gone + step < LONGEST {
            app.clock.advance(step);
            gone += step;
            assert_eq!(client.get("/").status, StatusCode::OK, "after {gone}");
        }
        app.clock.advance(step);
        assert_eq!(client.get("/").status, StatusCode::SEE_OTHER);
    }
}
