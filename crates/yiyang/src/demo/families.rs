//! Two who look from home: a daughter with a guardianship, and an elder with a log-in of their own. Both synthetic.

use super::crew::PASSWORD;
use super::{Crew, Member, Story, nursing, refer, store};
use anyhow::{Context, anyhow};
use care::consents::{self, model::Withdrawal};
use care::family::{Kind, NewAccess, store as accesses};
use chrono::Months;
use db::{Actor, Scope, Tx};
use kernel::{ElderId, InstitutionId};
use registry::accounts::{Hashed, Role};

/// Opens both accesses; the daughter's mother is on her way to the hospital, with part of her record.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<Vec<Member>> {
    let centre = crew.doctor.institution.context("家庭医生没有所属机构")?;
    let hospital = crew.others.iter().find(|m| m.role == Role::Hospital).context("没有医院的账号")?;
    let by = story.actor_at(&crew.clerk, story.now);
    let all = story.db.read(|tx| store::busiest(tx, centre, &by, 2))?;
    let mut members = vec![];
    for (n, (elder, name)) in all.into_iter().enumerate() {
        let (login, person, new) = if n == 0 {
            ("family", "家属（合成）".to_owned(), daughter(elder, by.today()))
        } else {
            ("elder", name.clone(), own(elder, &name, by.today()))
        };
        let password = Hashed::new(PASSWORD, &crate::outside::SystemChance)?;
        let open = |tx: &mut Tx<'_>| {
            refer::tell(tx, story, (&crew.doctor, hospital), elder, (2, "accept"))?;
            if n == 1 {
                think_again(tx, &by, elder, &name)?;
            }
            accesses::open(tx, &by, &new, (login, password.clone(), false))
        };
        story.db.write(open).map_err(|e| anyhow!("{login}：{}", e.text()))?;
        nursing::once(story, crew, elder, 13 + 2 * n as u32).map_err(|e| anyhow!("{login}：{}", e.text()))?;
        let account = story.db.read(|tx| registry::accounts::store::by_login(tx, login))?;
        let scope = Scope { area: crew.county, institution: Some(InstitutionId::NOTHING) };
        let login = login.to_owned();
        members.push(Member {
            account,
            login,
            name: person,
            role: Role::Family,
            institution: None,
            staff: None,
            scope,
        });
    }
    Ok(members)
}

/// The elder takes back that the hospital sees part of the record: work for the doctor.
fn think_again(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, name: &str) -> Result<(), web::Error> {
    let all = consents::store::of_elder(tx, elder, by.today())?;
    let Some(sharing) = all.iter().find(|one| one.given.scope == consents::Scope::Sharing) else { return Ok(()) };
    let said = Withdrawal { name: name.to_owned(), role: consents::Role::Elder, how: consents::How::Spoken };
    consents::steps::withdraw(tx, by, elder, sharing.id, &said)
}

fn daughter(elder: ElderId, today: kernel::Date) -> NewAccess {
    NewAccess {
        elder,
        kind: Kind::ByLaw,
        name: "家属（合成）".into(),
        relation: "女儿".into(),
        document: "户口簿第 3 页（合成）".into(),
        from: today,
        until: today.checked_add_months(Months::new(12)),
        checked: true,
    }
}

fn own(elder: ElderId, name: &str, from: kernel::Date) -> NewAccess {
    NewAccess {
        elder,
        kind: Kind::Own,
        name: name.to_owned(),
        relation: String::new(),
        document: String::new(),
        from,
        until: None,
        checked: true,
    }
}
