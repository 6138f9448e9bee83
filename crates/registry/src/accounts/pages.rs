//! Logging in and out, and one's own password.

use super::model::Credentials;
use super::password::{self, Hashed};
use super::store;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::Actor;
use kernel::AccountId;
use serde::Deserialize;
use web::cx::Visitor;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, session, shell};

#[derive(Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

/// Only addresses of our own: a log-in page must not send people elsewhere.
fn safe(next: Option<&str>) -> &str {
    let own = |text: &&str| text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
    next.filter(own).filter(|text| !text.starts_with("/login")).unwrap_or("/")
}

pub(super) async fn ask(visitor: Visitor, Query(query): Query<Next>) -> Response {
    let next = safe(query.next.as_deref());
    if visitor.logged_in {
        return web::see(next);
    }
    form("", next, None, visitor.flash.as_deref()).into_response()
}

fn form(login: &str, next: &str, wrong: Option<&str>, note: Option<&str>) -> Markup {
    let body = html! {
        section.card { div.card-body {
            h1 { "登录" }
            @if let Some(note) = note { div.alert.alert-success role="status" data-flash { (note) } }
            @if let Some(wrong) = wrong { (ui::alert(Tone::Danger, "没有登录", wrong)) }
            form method="post" action="/login" {
                (ui::hidden("next", next))
                (ui::field("登录名", "login", login, Field::text().required().autocomplete("username").limit(32).focus()))
                (ui::field("密码", "password", "", Field::password().required().autocomplete("current-password").limit(200)))
                button.btn.btn-primary.w-100 type="submit" { "登录" }
            }
            p.text-secondary.mt-3.mb-0 { "30 分钟没有操作会自动退出。忘记密码请联系本单位的系统管理员。" }
        } }
    };
    shell::plain("登录", body)
}

#[derive(Deserialize)]
pub(super) struct Filled {
    login: String,
    password: String,
    next: Option<String>,
}

/// What an attempt comes to.
enum Attempt {
    In(AccountId),
    Wrong(Option<AccountId>),
    Locked(String),
}

/// Whether a password opens an account. An unknown name, a wrong password and a disabled account look and last the same.
fn attempt(found: Option<&Credentials>, password: &str, now: kernel::Instant) -> Attempt {
    if let Some(until) = found.and_then(|c| c.locked(now)) {
        return Attempt::Locked(format!("连续输错次数过多，账号已锁定，请在 {} 后再试", kernel::time::show(until)));
    }
    let fits = password::fits(password, found.map(|c| c.hash.as_str()));
    match found {
        Some(c) if fits && !c.disabled => Attempt::In(c.account),
        other => Attempt::Wrong(other.map(|c| c.account)),
    }
}

pub(super) async fn login(visitor: Visitor, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Error> {
    let name = kernel::text::clean(&filled.login).to_lowercase();
    let next = safe(filled.next.as_deref()).to_owned();
    let Visitor { state, now, ip, .. } = visitor;
    let typed = name.clone();
    // Hashing takes its time: off the request threads, and outside the transactions.
    let turn = password::turn().await;
    let result = web::cx::blocking(move || {
        let _turn = turn;
        let found = state.db.read(|tx| store::credentials(tx, &typed))?;
        let tried = attempt(found.as_ref(), &filled.password, now);
        let actor = Actor { ip, ..Actor::system(now) };
        match tried {
            Attempt::Locked(text) => Ok(Err(text)),
            Attempt::Wrong(account) => {
                let by = Actor { account, name: found.map(|c| c.name).unwrap_or_default(), ..actor };
                state.db.write(|tx| store::failed(tx, &by, account))?;
                Ok(Err("登录名或密码不对。连续输错 5 次将锁定 15 分钟".to_owned()))
            }
            Attempt::In(account) => {
                let by = Actor { account: Some(account), name: found.map(|c| c.name).unwrap_or_default(), ..actor };
                let cookie = state.db.write(|tx| {
                    session::end(tx, &headers)?;
                    store::succeeded(tx, &by, account)?;
                    session::begin(tx, account, now)
                })?;
                Ok::<_, db::Error>(Ok(cookie))
            }
        }
    })
    .await?;
    Ok(match result {
        Ok(cookie) => with_cookie(web::see(&next), cookie),
        Err(text) => (StatusCode::UNAUTHORIZED, form(&name, &next, Some(&text), None)).into_response(),
    })
}

fn with_cookie(mut response: Response, cookie: axum::http::HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

pub(super) async fn logout(cx: Cx, headers: HeaderMap) -> Result<Response, Error> {
    let cookie = cx
        .write(move |tx, by| {
            tx.audit(by, db::audit::Entry { action: "accounts.logout", ..Default::default() })?;
            session::end(tx, &headers)
        })
        .await?;
    Ok(with_cookie(web::see_with("/login", "已退出"), cookie))
}

pub(super) async fn own(cx: Cx) -> Result<Markup, Error> {
    let facts = [
        ("登录名", ui::text(&cx.user.login)),
        ("姓名", ui::text(&cx.user.name)),
        ("角色", ui::text(&cx.user.role_name)),
        ("辖区", ui::text(cx.state.get::<shell::Places>().get(cx.user.account))),
    ];
    let secret =
        |label, name, what| ui::field(label, name, "", Field::password().required().autocomplete(what).limit(200));
    let change = html! {
        (secret("现在的密码", "old", "current-password"))
        (secret("新密码", "new", "new-password"))
        (secret("再输一次新密码", "again", "new-password"))
        p.text-secondary { "至少 8 位，同时有字母和数字（或符号），不含登录名。" }
        (ui::submit("修改密码"))
    };
    let body = html! {
        @if cx.user.must_change { (ui::alert(Tone::Warning, "请先修改密码", must_change(&cx))) }
        (ui::columns(&[ui::card("我的账号", ui::facts(&facts)), ui::card("修改密码", ui::form(&cx, "/account", change))]))
    };
    Ok(Page::new(&cx, "我的账号").source("账号、角色和辖区由系统管理员设置。").body(body))
}

fn must_change(cx: &Cx) -> &'static str {
    if cx.user.at_home() {
        "纸条上的密码只用这一次。请换成您自己记得住的密码。"
    } else {
        "当前密码是管理员设置的临时密码，修改后才能办理业务。"
    }
}

#[derive(Deserialize)]
pub(super) struct Change {
    old: String,
    new: String,
    again: String,
}

pub(super) async fn change(cx: Cx, Form(form): Form<Change>) -> Result<Response, Error> {
    password::check(&form.new, &cx.user.login).map_err(|why| Error::field("new", "新密码", why))?;
    if form.new != form.again {
        return Err(Error::field("again", "再输一次新密码", "两次输入不一致"));
    }
    if form.new == form.old {
        return Err(Error::field("new", "新密码", "不能与现在的密码相同"));
    }
    let (inner, by, turn) = (cx.clone(), cx.actor(), password::turn().await);
    let cookie = cx
        .blocking(move || {
            let _turn = turn;
            let (db, account) = (&inner.state.db, inner.user.account);
            let found = db.read(|tx| store::credentials(tx, &inner.user.login))?;
            // Whoever sits at an open screen must not be able to guess on: wrong ones count as at the log-in.
            if let Attempt::Wrong(_) | Attempt::Locked(_) = attempt(found.as_ref(), &form.old, inner.now) {
                db.write(|tx| store::failed(tx, &by, Some(account)))?;
                return Err(Error::field("old", "现在的密码", "不对"));
            }
            let hashed = Hashed::new(&form.new, inner.state.chance.as_ref())?;
            Ok(db.write(|tx| {
                store::set_password(tx, &by, account, &hashed, false)?;
                session::begin(tx, account, by.now)
            })?)
        })
        .await?;
    Ok(with_cookie(web::see_with("/", "密码已修改"), cookie))
}
