//! A little of what health centres do beside contracts: constitutions, vaccines, hospice care. All of it synthetic.

use super::forms::Draw;
use super::{Crew, Story, store};
use anyhow::anyhow;
use care::contracts::{Consent, ConsentBy, ConsentHow};
use care::hospice::model::{Contact, Content, NewCase, Place, Symptom};
use care::vaccinations::model::{Asked, Entry, Site, Vaccine};
use care::{hospice, screenings, tcm, vaccinations};
use db::{Actor, Tx};
use kernel::{ElderId, InstitutionId};
use policy::Answers;

/// So many elders have their constitution identified; every third of them is vaccinated.
const IDENTIFIED: usize = 60;
/// So many are in hospice care or wait for it.
const HOSPICE: usize = 4;

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let centre = crew.doctor.institution.ok_or_else(|| anyhow!("家庭医生没有所属机构"))?;
    let by = story.actor(&crew.doctor, 0);
    let old = story.db.read(|tx| store::old(tx, crew.county, story.day(-(365 * 70))))?;
    let ids: Vec<ElderId> = old.into_iter().map(|(id, _)| id).take(IDENTIFIED).collect();
    let work = |tx: &mut Tx<'_>| {
        let lot = receive(tx, &by, centre)?;
        for (at, elder) in ids.iter().enumerate() {
            identify(tx, story, &by, *elder)?;
            if at % 3 == 0 {
                let entry = Entry::Ours { lot, site: Site::Left, asked: Asked::default() };
                let what = (*elder, Vaccine::Influenza, by.today());
                vaccinations::store::save(tx, &by, &story.policies, what, &entry)?;
            }
        }
        for (at, elder) in ids.iter().rev().take(HOSPICE).enumerate() {
            comfort(tx, story, &by, (*elder, centre), at)?;
        }
        Ok::<_, web::Error>(())
    };
    story.db.write(work).map_err(|e| anyhow!(e.text()))?;
    Ok(format!("体质辨识 {} 人，安宁疗护 {} 人", ids.len(), HOSPICE.min(ids.len())))
}

fn receive(tx: &mut Tx<'_>, by: &Actor, centre: InstitutionId) -> Result<kernel::VaccineLotId, web::Error> {
    let new = vaccinations::store::NewLot {
        institution: centre,
        vaccine: Vaccine::Influenza,
        maker: "某生物制品公司（合成）".into(),
        number: "HC202609A".into(),
        expires_on: by.today() + chrono::Days::new(240),
        doses: 200,
    };
    vaccinations::store::add_lot(tx, by, &new)?;
    let lots = vaccinations::store::lots(tx, by)?;
    lots.first().map(|(_, lot)| lot.id).ok_or(web::Error::NotFound)
}

/// Guidance follows where the answers found a constitution.
fn identify(tx: &mut Tx<'_>, story: &Story<'_>, by: &Actor, elder: ElderId) -> Result<(), web::Error> {
    let scale = story.policies.scale(tcm::SCALE).ok_or(web::Error::NotFound)?;
    let mut draw = Draw::of(elder.uuid().into_bytes(), 21);
    let mut answers = Answers::default();
    for item in &scale.items {
        answers.items.insert(item.code.clone(), 1 + draw.below(4) as i64);
    }
    let key = screenings::store::save(tx, by, &story.policies, (elder, &scale.id, by.today()), &answers)?;
    let found = screenings::store::find(tx, by, key)?.scored.findings.into_iter().find(|one| one.main);
    let Some(main) = found.filter(|_| draw.percent(80)) else { return Ok(()) };
    let parts = [tcm::model::Part::Mood, tcm::model::Part::Diet, tcm::model::Part::Living];
    let advice = tcm::model::draft(&main.code);
    tcm::store::save(tx, by, key, (by.today(), &main.code, &parts, &advice))
}

/// The first waits to be taken on, the others have a plan and a round; the last is in pain.
fn comfort(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    by: &Actor,
    (elder, centre): (ElderId, InstitutionId),
    at: usize,
) -> Result<(), web::Error> {
    let new = application(tx, by, elder, centre)?;
    let key = hospice::steps::apply(tx, by, &story.policies, &new)?;
    if at == 0 {
        return Ok(());
    }
    hospice::steps::admit(tx, by, &story.policies, key, Place::Home)?;
    hospice::steps::plan(tx, by, key, 0, plan(by))?;
    let pain = if at + 1 == HOSPICE { 7 } else { 3 };
    let new = hospice::steps::NewRound {
        on: by.today(),
        place: Place::Home,
        scores: [(Symptom::Pain, pain), (Symptom::Appetite, 5), (Symptom::Sleep, 2)].into(),
        answer: "按计划用药，少量多餐，家属已会口腔护理".into(),
        note: String::new(),
    };
    hospice::steps::round(tx, by, &story.policies, key, new).map(drop)
}

fn application(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, centre: InstitutionId) -> Result<NewCase, web::Error> {
    let consent = Consent {
        agreed: true,
        by: ConsentBy::Elder,
        name: care::subject::store::find(tx, by, elder)?.name,
        relation: String::new(),
        how: ConsentHow::Written,
        on: by.today(),
        note: String::new(),
        ask_again_on: None,
    };
    Ok(NewCase {
        elder,
        institution: centre,
        hospital: None,
        place: Place::Home,
        diagnosis: "恶性肿瘤晚期（合成）".into(),
        terminal: true,
        prognosis_months: 3,
        judged_by: by.name.clone(),
        consent,
    })
}

fn plan(by: &Actor) -> (Content, Vec<Contact>) {
    let content = Content {
        goals: "在家里，不疼，家人都在".into(),
        wished_place: Place::Home,
        unwanted: "不插管，不住重症监护".into(),
        symptoms: "疼痛：按时服药，加重时加用一次备用药，半小时不好打电话\n食欲差：想吃什么吃什么，少量多次".into(),
        comfort: "每两小时翻身，口腔用温水擦洗".into(),
        mind: "想见外地的孙子，家人已约好视频".into(),
        why: String::new(),
    };
    (content, vec![Contact { name: by.name.clone(), role: "症状加重".into(), phone: "0513-00000000".into() }])
}
