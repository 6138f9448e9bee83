//! Accesses of an elder for those who open and end them, and the slip with the log-in.

use super::super::model::{Access, Kind, NewAccess, Standing};
use super::super::store;
use super::elder;
use crate::subject;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::Months;
use kernel::{AccessId, Date, ElderId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

const SOURCE: &str = "家庭页的查看人由经办或家庭医生当面核对身份证和证明文件后开通；查看、开通和结束都记入审计。";

pub(in super::super) async fn list(cx: Cx, Path(who): Path<String>) -> Result<Markup, Error> {
    let who = elder(&who)?;
    let (subject, all) = cx
        .read(move |tx, by| Ok::<_, Error>((subject::store::find(tx, by, who)?, store::of_elder(tx, by, who)?)))
        .await?;
    let today = cx.today();
    let rows = all.iter().map(|one| row(&cx, one, today));
    let none = ui::empty("还没有开通过家庭页。", None);
    let body = html! {
        (ui::table_or(&["查看人", "身份", "登录名", "期限", "核对人", "状态", ""], rows, none))
        @if subject.present { (ui::card("开通家庭页", blank(&cx, who, &subject.name))) }
        @else { (ui::alert(Tone::Neutral, "不能开通", "老年人已去世或已迁出。")) }
    };
    let page = Page::new(&cx, &format!("{} 的家庭页", subject.name)).crumb("老年人档案", &format!("/elders/{who}"));
    Ok(page.source(SOURCE).body(body))
}

fn row(cx: &Cx, one: &Access, today: Date) -> Vec<Markup> {
    let until = one.until.map_or_else(|| "结束前有效".to_owned(), |day| format!("至 {day}"));
    let person = html! {
        (one.name) @if !one.relation.is_empty() { "（" (one.relation) "）" }
        @if !one.document.is_empty() { div.text-secondary { (one.document) } }
    };
    vec![
        person,
        ui::text(one.kind),
        ui::text(&one.login),
        ui::text(format!("{} {until}", one.from)),
        ui::text(&one.checked_by),
        standing(one, today),
        steps(cx, one, today),
    ]
}

fn standing(one: &Access, today: Date) -> Markup {
    match one.on(today) {
        Standing::Open => ui::badge(Tone::Success, "可查看"),
        Standing::Later => ui::badge(Tone::Info, "未到期"),
        Standing::Over(_) => ui::badge(Tone::Neutral, "已到期"),
        Standing::Ended(on, why) => html! { (ui::badge(Tone::Neutral, "已结束")) " " (on) " " (why) },
    }
}

fn steps(cx: &Cx, one: &Access, today: Date) -> Markup {
    if !matches!(one.on(today), Standing::Open | Standing::Later) {
        return html! {};
    }
    let href = |step: &str| format!("/family/accesses/{}/{}/{step}", one.elder, one.id);
    let end = html! {
        (ui::field("结束原因", "reason", "", Field::text().required().limit(60)))
        (ui::submit_toned("结束查看", Tone::Danger))
    };
    let again = "重新发一次性密码后，原来的密码失效。确定已当面核对身份？";
    html! {
        @if one.holds(today) { (ui::confirm_post(cx, &href("code"), "重发密码", Tone::Neutral, again)) }
        details { summary { "结束" } (ui::form(cx, &href("end"), end)) }
    }
}

fn blank(cx: &Cx, who: ElderId, name: &str) -> Markup {
    let year = cx.today().checked_add_months(Months::new(12));
    let body = html! {
        p.text-secondary { "请当面核对老人或代理人的身份证；代理人还要看户口簿、判决书、公证书或委托书。" }
        (ui::form_row(&[
            ui::select("身份", "kind", &Kind::options(), Kind::Own.code()),
            ui::field("姓名", "name", name, Field::text().required().limit(60)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("代理人必填，如：女儿")),
        ]))
        (ui::form_row(&[
            ui::field("证明文件编号", "document", "", Field::text().limit(60).hint("代理人必填")),
            ui::date_with("起始", "from", Some(cx.today()), Field::date().required()),
            ui::date_with("止于", "until", year, Field::date().hint("含当天；委托必填，按委托书")),
        ]))
        (ui::field("登录名", "login", "", Field::text().required().limit(32).autocomplete("off").hint("用本人的手机号最好记；已有家庭页账号的填原来的登录名")))
        (ui::checkbox("已当面核对身份证和证明文件", "checked", false))
        (ui::submit("开通并打印登录条"))
    };
    ui::form(cx, &format!("/family/accesses/{who}"), body)
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    kind: Kind,
    name: String,
    relation: Option<String>,
    document: Option<String>,
    from: Date,
    until: Option<Date>,
    login: String,
    checked: Option<String>,
}

pub(in super::super) async fn create(
    cx: Cx,
    Path(who): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Filled>,
) -> Result<Markup, Error> {
    let who = elder(&who)?;
    let text = |t: Option<String>| kernel::text::clean(&t.unwrap_or_default());
    let new = NewAccess {
        elder: who,
        kind: form.kind,
        name: kernel::text::clean(&form.name),
        relation: text(form.relation),
        document: text(form.document),
        from: form.from,
        until: form.until,
        checked: form.checked.is_some(),
    };
    let login = kernel::text::clean(&form.login).to_lowercase();
    let (secret, hashed) = registry::accounts::temporary(&cx).await?;
    let (person, name) = (new.name.clone(), login.clone());
    let (fresh, elder) = cx
        .write(move |tx, by| {
            let (_, fresh) = store::open(tx, by, &new, (&login, hashed, true))?;
            Ok::<_, Error>((fresh, subject::store::find(tx, by, who)?.name))
        })
        .await?;
    let secret = fresh.then_some(secret.as_str());
    Ok(slip(&cx, who, &headers, &Slip { elder: &elder, person: &person, login: &name, secret }))
}

/// What stands on the slip.
struct Slip<'a> {
    elder: &'a str,
    person: &'a str,
    login: &'a str,
    /// None when the account was there before.
    secret: Option<&'a str>,
}

fn slip(cx: &Cx, who: ElderId, headers: &HeaderMap, s: &Slip<'_>) -> Markup {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sheet = html! {
        div.yy-slip {
            p { (s.person) "：用手机看 " strong { (s.elder) } " 的照护" }
            dl {
                dt { "网址" } dd { (host) }
                dt { "登录名" } dd { (s.login) }
                dt { "密码" }
                dd { @match s.secret { Some(secret) => code { (secret) }, None => "用您原来的密码" } }
            }
            ol {
                li { "用手机浏览器打开上面的网址。" }
                li { "输入登录名和密码。" }
                @if s.secret.is_some() { li { "换成您自己记得住的密码。纸条上的密码只用这一次。" } }
            }
            p { "不想再让人看，随时可以撤回。忘了密码，带身份证来重发。" }
            p { "本人已知悉并同意在家庭页上查看照护和健康资料。　签名：＿＿＿＿＿＿　日期：＿＿＿＿＿＿" }
        }
    };
    let body = html! {
        (ui::alert(Tone::Warning, "密码只显示这一次", "请打印后当面交给本人，在存根上签名。"))
        (ui::print_sheet("家庭页登录条", sheet))
        (ui::link_button(&format!("/family/accesses/{who}"), "返回", Tone::Neutral))
    };
    let page = Page::new(cx, "家庭页登录条").crumb("老年人档案", &format!("/elders/{who}"));
    page.source(SOURCE).body(body)
}

fn parse(who: &str, id: &str) -> Result<(ElderId, AccessId), Error> {
    Ok((elder(who)?, AccessId::parse(id).ok_or(Error::NotFound)?))
}

pub(in super::super) async fn code(
    cx: Cx,
    Path((who, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Markup, Error> {
    let key = parse(&who, &id)?;
    let (secret, hashed) = registry::accounts::temporary(&cx).await?;
    let one = cx.write(move |tx, by| store::reset(tx, by, key, &hashed)).await?;
    let slip_of = Slip { elder: &one.elder_name, person: &one.name, login: &one.login, secret: Some(&secret) };
    Ok(slip(&cx, key.0, &headers, &slip_of))
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    reason: String,
}

pub(in super::super) async fn end(
    cx: Cx,
    Path((who, id)): Path<(String, String)>,
    Form(form): Form<Ended>,
) -> Result<Response, Error> {
    let key = parse(&who, &id)?;
    cx.write(move |tx, by| store::revoke(tx, by, key, &form.reason)).await?;
    Ok(web::see_with(&format!("/family/accesses/{}", key.0), "已结束，对方的家庭页上会写明"))
}
