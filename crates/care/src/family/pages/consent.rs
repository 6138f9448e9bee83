//! Withdrawing a consent after its effect was said, and giving one that is waited for.

use super::super::store;
use super::super::{model::Access, sheet};
use super::{SOURCE, elder};
use crate::consents::{self, Consent, How, NewConsent, Scope, model::Withdrawal, steps};
use crate::contracts::ConsentBy;
use crate::{referrals, sickbeds};
use axum::extract::Path;
use axum::response::Response;
use db::{Actor, Tx};
use kernel::{ConsentId, ElderId, ReferralId, SickbedId};
use serde::Deserialize;
use uuid::Uuid;
use web::ui::{self, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

fn parse(who: &str, id: &str) -> Result<(ElderId, ConsentId), Error> {
    Ok((elder(who)?, ConsentId::parse(id).ok_or(Error::NotFound)?))
}

pub(in super::super) async fn ask(cx: Cx, Path((who, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (who, id) = parse(&who, &id)?;
    let one = cx
        .read(move |tx, by| {
            store::enter(tx, by, who)?;
            Ok::<_, Error>(consents::store::find(tx, who, id, by.today())?)
        })
        .await?;
    let back = format!("/family/{who}");
    let page = Page::new(&cx, "不再同意").crumb("家庭页", &back).source(SOURCE);
    Ok(page.body(question(&cx, &one, &back)))
}

fn question(cx: &Cx, one: &Consent, back: &str) -> Markup {
    let (scope, href) = (one.given.scope, format!("/family/{}/consents/{}", one.given.elder, one.id));
    html! {
        section.yy-part {
            h2 { (scope) }
            p { (one.given.purpose) }
            @if one.live {
                p { strong { "撤回以后：" } (scope.effect()) }
                @if scope.urgent() { p { strong { "请先和医生商量，不要自己停药。" } } }
                (ui::form(cx, &href, html! { (ui::submit_toned("撤回同意", Tone::Danger)) }))
            } @else { p { "这件事已经结束，不用撤回。" } }
        }
        p { a.yy-big href=(back) { "不撤回，返回" } }
    }
}

fn said(access: &Access) -> Withdrawal {
    Withdrawal { name: access.name.clone(), role: access.kind.role(), how: How::Page }
}

pub(in super::super) async fn withdraw(cx: Cx, Path((who, id)): Path<(String, String)>) -> Result<Response, Error> {
    let (who, id) = parse(&who, &id)?;
    cx.write(move |tx, by| {
        let (access, _) = store::enter(tx, by, who)?;
        steps::withdraw(tx, by, who, id, &said(&access))
    })
    .await?;
    Ok(web::see_with(&format!("/family/{who}"), "已撤回。有关的机构会收到通知。"))
}

#[derive(Deserialize)]
pub(in super::super) struct Chosen {
    scope: Scope,
    source: String,
}

pub(in super::super) async fn agree(
    cx: Cx,
    Path(who): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Error> {
    let (who, source) = (elder(&who)?, Uuid::try_parse(&chosen.source).map_err(|_| Error::NotFound)?);
    cx.write(move |tx, by| {
        let (access, wide) = store::enter(tx, by, who)?;
        give(tx, &wide, &access, (chosen.scope, source))
    })
    .await?;
    Ok(web::see_with(&format!("/family/{who}"), "已同意，并通知了有关的机构。"))
}

/// Gives what is waited for, and nothing else.
fn give(tx: &mut Tx<'_>, by: &Actor, access: &Access, (scope, source): (Scope, Uuid)) -> Result<(), Error> {
    let known = consents::store::of_elder(tx, access.elder, by.today())?;
    let waits = sheet::asked(tx, by, access.elder, &known)?;
    if !waits.iter().any(|one| one.scope == scope && one.source == source) {
        return Err(Error::refused("FA-06", "这件事现在不等您的同意，可能已经办过，请返回后再看"));
    }
    if scope == Scope::Sickbed {
        let key = sickbeds::Key { elder: access.elder, id: SickbedId(source) };
        return sickbeds::store::steps::agree(tx, by, (key, None), (&sickbed(by, access), How::Page));
    }
    let key = referrals::Key { elder: access.elder, id: ReferralId(source) };
    let shared = referrals::store::steps::share_again(tx, by, key)?.as_consent();
    let new = NewConsent {
        name: access.name.clone(),
        role: access.kind.role(),
        relation: access.relation.clone(),
        how: How::Page,
        from: by.today(),
        ..shared
    };
    consents::store::record(tx, by, &new)?;
    Ok(())
}

/// The consent as a home sickbed knows it; who has a written power speaks as the family there, and as an agent in the register.
fn sickbed(by: &Actor, access: &Access) -> sickbeds::model::Consent {
    let role = access.kind.role();
    let as_ = ConsentBy::parse(role.code()).unwrap_or(ConsentBy::Family);
    let relation = access.relation.clone();
    sickbeds::model::Consent { by: as_, name: access.name.clone(), relation, on: by.today() }
}
