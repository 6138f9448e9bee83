//! Pages of duties: the calendar of free clinics, one clinic and its form, departments and beds, the ledger, one duty.

pub(super) mod clinics;
pub(super) mod departments;
pub(super) mod duty;
pub(super) mod ledger;
pub(super) mod overview;
pub(super) mod record;

use kernel::{Area, FreeClinicId, InstitutionId};
use registry::institutions;
use web::ui;
use web::{Cx, Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str = "义诊由医院登记、养老机构确认；老年病科和床位由医疗机构填报；责任取自在期的政策文件，进展由监管人员记录。\
应做次数按各地文件的规则表判定，见“依据”。";

/// The four parts of the capability.
const TABS: [(&str, &str); 4] = [
    ("/duties", "义诊日历"),
    ("/duties/clinics", "义诊记录"),
    ("/duties/departments", "老年病科与病床"),
    ("/duties/ledger", "文件责任"),
];

fn tabs(here: &str) -> Markup {
    ui::tabs(&TABS.map(|(href, text)| (href, text, href == here)))
}

fn parse(id: &str) -> Result<FreeClinicId, Error> {
    FreeClinicId::parse(id).ok_or(Error::NotFound)
}

fn parse_institution(id: &str) -> Result<InstitutionId, Error> {
    InstitutionId::parse(id).ok_or(Error::NotFound)
}

fn parse_area(text: Option<&str>) -> Result<Option<Area>, Error> {
    let area = text.map(Area::parse).transpose();
    area.map_err(|e| Error::field("area", "区划代码", e.to_string()))
}

/// The name of an institution, as a link for those who may see the register.
fn institution(cx: &Cx, id: InstitutionId, name: &str) -> Markup {
    let linked = cx.may(institutions::READ) && cx.user.scope.institution.is_none_or(|own| own == id);
    html! { @if linked { (ui::link(&format!("/institutions/{id}"), name)) } @else { (name) } }
}
