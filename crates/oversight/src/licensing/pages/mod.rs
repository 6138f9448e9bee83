//! Pages of applications: the list, the published conditions, the form, one application with its steps, the sheet to print.

pub(super) mod case;
pub(super) mod conditions;
pub(super) mod form;
pub(super) mod list;
pub(super) mod print;
pub(super) mod steps;

use super::model::{Application, Condition, State};
use kernel::{Date, LicensingId};
use web::ui::{self, Tone};
use web::{Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str = "申请由申请机构填报或由窗口录入，各步的日期由本平台记录；路径、条件和时限按公布的规则表判定，见“依据”。\
时限按工作日计，只除去周六、周日，没有除去法定节假日。";

fn parse(id: &str) -> Result<LicensingId, Error> {
    LicensingId::parse(id).ok_or(Error::NotFound)
}

fn named(conditions: &[Condition]) -> String {
    conditions.iter().map(|one| one.name()).collect::<Vec<_>>().join("、")
}

/// Until when whoever is to act has time, with the days that are left.
fn left(a: &Application, today: Date) -> Markup {
    let Some(due) = a.due_on.filter(|_| !a.state.over() || a.state == State::Approved) else {
        return ui::opt(None::<String>);
    };
    let days = (due - today).num_days();
    let badge = match days {
        _ if !a.state.with_office() => return html! { "证书应在 " (due) " 前送达" },
        days if days < 0 => ui::badge(Tone::Danger, format!("逾期 {} 天", -days)),
        0 => ui::badge(Tone::Warning, "今天到期"),
        days => ui::badge(Tone::Neutral, format!("剩 {days} 天")),
    };
    html! { (due) " " (badge) }
}
