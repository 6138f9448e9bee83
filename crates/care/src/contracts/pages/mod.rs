//! Pages of contracts: lists, the consent, one contract, one promise, the figures, the sheet to print.

pub(super) mod case;
pub(super) mod consent;
pub(super) mod figures;
pub(super) mod list;
pub(super) mod print;
pub(super) mod promise;

use super::model::{Contract, Key};
use super::store;
use policy::{Decision, Library};
use web::ui::{self, Tone};
use web::{Error, Markup, html};

/// Rows on a page of a list.
const SIZE: i64 = 30;
/// Where what the pages show comes from.
const SOURCE: &str =
    "签约与履约由本平台登记，体检取自健康体检记录；优先对象、服务包、间隔与期限按当地文件的规则表判定。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    store::key(elder, id).ok_or(Error::NotFound)
}

/// A word of the policies in Chinese.
fn label<'l>(library: &'l Library, list: &str, word: &'l str) -> &'l str {
    library.label(list, word).unwrap_or(word)
}

/// Whether the elder comes first, why, and by which clause.
fn priority(library: &Library, decision: &Decision) -> Markup {
    let reasons = decision.set("reasons").into_iter().flatten();
    html! {
        p {
            @match decision.bool("priority") {
                Some(true) => {
                    (ui::badge(Tone::Primary, "优先对象"))
                    @for reason in reasons { " " (ui::badge(Tone::Info, label(library, "priority reason", reason))) }
                }
                Some(false) => (ui::badge(Tone::Neutral, "非优先对象")),
                None => (ui::badge(Tone::Warning, "不能判定")),
            }
        }
        (ui::because(library, decision))
    }
}

/// The consent or the refusal.
fn consent_facts(c: &Contract) -> Markup {
    let said = &c.consent;
    let who = if said.relation.is_empty() {
        format!("{} {}", said.by.name(), said.name)
    } else {
        format!("{} {}（{}）", said.by.name(), said.name, said.relation)
    };
    let mut facts = vec![
        ("意愿", ui::text(if said.agreed { "同意签约" } else { "不同意签约" })),
        ("表示意愿的人", ui::text(who)),
        ("方式", ui::text(said.how.name())),
        ("日期", ui::text(said.on)),
        ("说明", ui::opt(Some(&said.note))),
        ("记录人", ui::text(&c.made_by)),
    ];
    if !said.agreed {
        let again = said.ask_again_on.map_or_else(|| "不再主动征询".to_owned(), |day| format!("{day} 以后"));
        facts.push(("下次可征询", ui::text(again)));
    }
    ui::facts(&facts)
}
