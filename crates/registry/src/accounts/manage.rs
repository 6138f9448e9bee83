//! Pages of those who keep the accounts.

use super::model::{Account, NewAccount, Role};
use super::password::{self, Hashed};
use super::store;
use crate::areas::Names;
use crate::{institutions, staff};
use axum::extract::Path;
use axum::response::Response;
use kernel::{AccountId, Area, CitizenNumber, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

const CRUMB: (&str, &str) = ("账号", "/accounts");

pub(super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let names = cx.state.get::<Names>();
    let (all, names) = cx.read(move |tx, by| Ok::<_, Error>((store::list(tx, by)?, names.at(tx)?))).await?;
    let rows = all.iter().map(|one| {
        vec![
            ui::text(&one.login),
            ui::text(&one.name),
            ui::text(one.role),
            ui::text(names.path(one.area)),
            state(one, cx.now),
            steps(&cx, one),
        ]
    });
    let body = ui::table(&["登录名", "姓名", "角色", "辖区", "状态", ""], rows);
    let page = Page::new(&cx, "账号").actions(ui::link_button("/accounts/new", "开通账号", Tone::Primary));
    Ok(page.source("您的辖区及以下的账号。每次登录、开通、停用和重置都记入审计。").body(body))
}

fn state(one: &Account, now: kernel::Instant) -> Markup {
    match (one.disabled_at, one.locked_until.filter(|until| *until > now)) {
        (Some(_), _) => ui::badge(Tone::Neutral, "已停用"),
        (None, Some(until)) => ui::badge(Tone::Warning, format!("锁定至 {}", kernel::time::show(until))),
        (None, None) => ui::badge(Tone::Success, "正常"),
    }
}

fn steps(cx: &Cx, one: &Account) -> Markup {
    let url = |step: &str| format!("/accounts/{}/{step}", one.id);
    let (reset, disable) = ("重置后原密码失效，并退出此人所有登录。确定？", "停用后此人立即不能登录。确定？");
    html! {
        @if one.id != cx.user.account {
            div.btn-list {
                @if one.disabled_at.is_some() { (ui::button_post(cx, &url("enable"), "启用", Tone::Neutral)) }
                @else {
                    (ui::confirm_post(cx, &url("reset"), "重置密码", Tone::Neutral, reset))
                    (ui::confirm_post(cx, &url("disable"), "停用", Tone::Danger, disable))
                }
            }
        }
    }
}

pub(super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let homes = cx.read(|tx, by| institutions::store::options(tx, by, &[])).await?;
    let mut choice = vec![(String::new(), "无（机关工作人员）".to_owned())];
    choice.extend(homes.into_iter().map(|(id, name)| (id.to_string(), name)));
    let roles: Vec<_> = Role::ALL.iter().filter(|one| one.by_hand()).map(|one| (one.code(), one.name())).collect();
    let body = html! {
        (ui::form_row(&[
            ui::field("登录名", "login", "", Field::text().required().limit(32).hint("小写字母、数字或 . _ -").focus()),
            ui::field("姓名", "name", "", Field::text().required().limit(50)),
        ]))
        (ui::form_row(&[
            ui::select("角色", "role", &roles, Role::Clerk.code()),
            ui::field("辖区代码", "area", cx.user.scope.area.short(), Field::text().required().hint("此人能看到该区划及以下")),
        ]))
        (ui::select("所属机构", "institution", &choice, ""))
        (ui::field("人员身份证号", "citizen", "", Field::text().limit(18).autocomplete("off").hint("护理员必填，须已在人员名册中")))
        (ui::submit("开通"))
    };
    let page = Page::new(&cx, "开通账号").crumb(CRUMB.0, CRUMB.1);
    Ok(page.source("开通后显示一次临时密码，首次登录须修改。").body(ui::card("", ui::form(&cx, "/accounts", body))))
}

#[derive(Deserialize)]
pub(super) struct Filled {
    login: String,
    name: String,
    role: Role,
    area: String,
    institution: Option<String>,
    citizen: Option<String>,
}

pub(super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Markup, Error> {
    if !form.role.by_hand() {
        return Err(Error::field("role", "角色", "老人及家属的账号在老年人档案的“家庭页”里开通，当面核对身份"));
    }
    let area = Area::parse(&kernel::text::clean(&form.area));
    let area = area.map_err(|e| Error::field("area", "辖区代码", e.to_string()))?;
    let citizen = form.citizen.as_deref().map(|text| CitizenNumber::parse(&kernel::text::clean(text), cx.today()));
    let citizen = citizen.transpose().map_err(|e| Error::field("citizen", "人员身份证号", e.to_string()))?;
    let (secret, hashed) = temporary(&cx).await?;
    let new = NewAccount {
        login: kernel::text::clean(&form.login).to_lowercase(),
        name: kernel::text::clean(&form.name),
        role: form.role,
        area,
        institution: form.institution.as_deref().and_then(InstitutionId::parse),
        staff: None,
        password: hashed,
        must_change: true,
    };
    let login = new.login.clone();
    cx.write(move |tx, by| {
        let new = with_staff(tx, by, new, citizen)?;
        Ok::<_, Error>(store::create(tx, by, &new)?)
    })
    .await?;
    Ok(told(&cx, &login, &secret))
}

fn with_staff(
    tx: &mut db::Tx<'_>,
    by: &db::Actor,
    new: NewAccount,
    citizen: Option<CitizenNumber>,
) -> Result<NewAccount, Error> {
    if let Some(institution) = new.institution {
        institutions::store::find(tx, by, institution)?;
    }
    let Some(citizen) = citizen else { return Ok(new) };
    let missing = || Error::field("citizen", "人员身份证号", "人员名册中没有此人，请先登记");
    let found = staff::store::by_citizen(tx, &citizen)?.ok_or_else(missing)?;
    let found = staff::store::find(tx, by, found)?;
    Ok(NewAccount { staff: Some(found.id), institution: new.institution.or(Some(found.facts.institution)), ..new })
}

/// A temporary password and its hash, made off the request threads.
///
/// # Errors
/// What the hashing answers.
pub async fn temporary(cx: &Cx) -> Result<(String, Hashed), Error> {
    let (chance, turn) = (cx.state.chance.clone(), password::turn().await);
    cx.blocking(move || {
        let _turn = turn;
        let secret = password::random(chance.as_ref());
        Hashed::new(&secret, chance.as_ref()).map(|hashed| (secret, hashed))
    })
    .await
}

fn told(cx: &Cx, login: &str, secret: &str) -> Markup {
    let facts = ui::facts(&[("登录名", ui::text(login)), ("临时密码", html! { code { (secret) } })]);
    let body = html! {
        (ui::alert(Tone::Warning, "临时密码只显示这一次", "请当面或通过可靠渠道告知本人，首次登录须修改。"))
        (ui::card("", facts))
        (ui::link_button("/accounts", "返回账号列表", Tone::Primary))
    };
    Page::new(cx, "临时密码").crumb(CRUMB.0, CRUMB.1).body(body)
}

fn parse(id: &str) -> Result<AccountId, Error> {
    AccountId::parse(id).ok_or(Error::NotFound)
}

pub(super) async fn reset(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (id, (secret, hashed)) = (parse(&id)?, temporary(&cx).await?);
    let found = cx
        .write(move |tx, by| {
            let found = store::find(tx, by, id)?;
            store::set_password(tx, by, id, &hashed, true)?;
            Ok::<_, Error>(found)
        })
        .await?;
    Ok(told(&cx, &found.login, &secret))
}

pub(super) async fn disable(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::set_disabled(tx, by, id, true)).await?;
    Ok(web::see_with("/accounts", "账号已停用"))
}

pub(super) async fn enable(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::set_disabled(tx, by, id, false)).await?;
    Ok(web::see_with("/accounts", "账号已启用"))
}
