//! Forms: every field has a label, its error and its hint are read out with it, and touch targets are large.

use super::Tone;
use crate::Cx;
use kernel::Date;
use maud::{Markup, Render, html};

/// What a field takes and what is said about it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    kind: &'static str,
    required: bool,
    readonly: bool,
    hint: Option<String>,
    error: Option<String>,
    placeholder: Option<String>,
    min: Option<String>,
    max: Option<String>,
    step: Option<&'static str>,
    autocomplete: Option<&'static str>,
    mode: Option<&'static str>,
    limit: Option<usize>,
    focus: bool,
}

impl Field {
    fn of(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    /// A line of text.
    #[must_use]
    pub fn text() -> Self {
        Self::of("text")
    }

    /// A number; `step("any")` for coordinates.
    #[must_use]
    pub fn number() -> Self {
        Self { mode: Some("decimal"), ..Self::of("number") }
    }

    /// A day.
    #[must_use]
    pub fn date() -> Self {
        Self::of("date")
    }

    /// A month.
    #[must_use]
    pub fn month() -> Self {
        Self::of("month")
    }

    /// A time of day.
    #[must_use]
    pub fn clock() -> Self {
        Self::of("time")
    }

    /// A day and a time, in Chinese time.
    #[must_use]
    pub fn time() -> Self {
        Self::of("datetime-local")
    }

    /// A password.
    #[must_use]
    pub fn password() -> Self {
        Self::of("password")
    }

    /// A telephone number.
    #[must_use]
    pub fn phone() -> Self {
        Self { mode: Some("tel"), ..Self::of("tel") }
    }

    /// A search word.
    #[must_use]
    pub fn search() -> Self {
        Self::of("search")
    }

    /// Must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Shown, but not to be changed.
    #[must_use]
    pub fn readonly(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// What to enter, in small letters under the field.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with what was entered.
    #[must_use]
    pub fn error(mut self, error: Option<&str>) -> Self {
        self.error = error.map(str::to_owned);
        self
    }

    /// An example in the empty field.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    /// The smallest value.
    #[must_use]
    pub fn min(mut self, min: impl ToString) -> Self {
        self.min = Some(min.to_string());
        self
    }

    /// The largest value.
    #[must_use]
    pub fn max(mut self, max: impl ToString) -> Self {
        self.max = Some(max.to_string());
        self
    }

    /// The step of a number.
    #[must_use]
    pub fn step(mut self, step: &'static str) -> Self {
        self.step = Some(step);
        self
    }

    /// How many characters at most.
    #[must_use]
    pub fn limit(mut self, characters: usize) -> Self {
        self.limit = Some(characters);
        self
    }

    /// What the browser may fill in: `username`, `current-password`, `off`.
    #[must_use]
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    /// Where the cursor stands when the page opens.
    #[must_use]
    pub fn focus(mut self) -> Self {
        self.focus = true;
        self
    }

    fn described(&self, name: &str) -> Option<String> {
        let ids =
            [self.error.as_ref().map(|_| format!("{name}-error")), self.hint.as_ref().map(|_| format!("{name}-hint"))];
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn class(&self, base: &'static str) -> String {
        if self.error.is_some() { format!("{base} is-invalid") } else { base.to_owned() }
    }
}

/// The hidden field that proves that a form is ours. Every `form method="post"` has it.
#[must_use]
pub fn csrf(cx: &Cx) -> Markup {
    html! { input type="hidden" name="_csrf" value=(cx.csrf()); }
}

/// A form that posts to `action`, with its proof.
#[must_use]
pub fn form(cx: &Cx, action: &str, body: impl Render) -> Markup {
    html! { form.yy-form method="post" action=(action) { (csrf(cx)) (body) } }
}

/// One of several forms on a page that ask for the same: the ids of its fields carry the end of its address, so that labels
/// and hints belong to their own field.
#[must_use]
pub fn form_among(cx: &Cx, action: &str, body: impl Render) -> Markup {
    let mut parts: Vec<&str> = action.rsplit('/').take(2).collect();
    parts.reverse();
    form(cx, action, maud::PreEscaped(apart(&body.render().into_string(), &parts.join("-"))))
}

fn apart(html: &str, scope: &str) -> String {
    ["id", "for", "aria-describedby"].iter().fold(html.to_owned(), |html, attribute| {
        let opening = format!(" {attribute}=\"");
        let mut pieces = html.split(&opening);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |done, piece| {
            let (value, rest) = piece.split_once('"').unwrap_or((piece, ""));
            let names: Vec<String> = value.split(' ').map(|name| format!("{scope}-{name}")).collect();
            format!("{done}{opening}{}\"{rest}", names.join(" "))
        })
    })
}

/// Fields side by side where there is room.
#[must_use]
pub fn form_row(fields: &[Markup]) -> Markup {
    html! { div.row { @for field in fields { div."col-md" { (field) } } } }
}

/// A form that filters a list: it sends itself when a choice changes; the button is for text and for those without script.
#[must_use]
pub fn filters(action: &str, body: impl Render) -> Markup {
    html! {
        form.yy-filters.d-print-none method="get" action=(action) role="search" data-autosubmit {
            (body)
            div.yy-filters-go { button.btn.btn-primary type="submit" { "查询" } a.btn.btn-link href=(action) { "清空条件" } }
        }
    }
}

fn frame(label: &str, name: &str, field: &Field, control: Markup) -> Markup {
    html! {
        div.mb-3 {
            label.form-label.required[field.required] for=(name) { (label) }
            (control)
            (notes(name, field))
        }
    }
}

fn notes(name: &str, field: &Field) -> Markup {
    html! {
        @if let Some(error) = &field.error { div.invalid-feedback.d-block id=(format!("{name}-error")) { (error) } }
        @if let Some(hint) = &field.hint { small.form-hint id=(format!("{name}-hint")) { (hint) } }
    }
}

/// A field of one line. The name is its id as well, so names are unique on a page.
#[must_use]
pub fn field(label: &str, name: &str, value: impl AsRef<str>, field: Field) -> Markup {
    let control = html! {
        input class=(field.class("form-control")) type=(field.kind) id=(name) name=(name) value=(value.as_ref())
            required[field.required] readonly[field.readonly] autofocus[field.focus]
            placeholder=[&field.placeholder] min=[&field.min] max=[&field.max] step=[field.step] maxlength=[field.limit]
            autocomplete=[field.autocomplete] inputmode=[field.mode] aria-describedby=[field.described(name)]
            aria-invalid=[field.error.as_ref().map(|_| "true")];
    };
    frame(label, name, &field, control)
}

/// A whole number that may be blank.
#[must_use]
pub fn number(label: &str, name: &str, value: Option<i64>, with: Field) -> Markup {
    field(
        label,
        name,
        value.map(|n| n.to_string()).unwrap_or_default(),
        Field { kind: "number", mode: Some("numeric"), ..with },
    )
}

/// A day that may be blank.
#[must_use]
pub fn date(label: &str, name: &str, value: Option<Date>) -> Markup {
    date_with(label, name, value, Field::date())
}

/// A day with more said about it.
#[must_use]
pub fn date_with(label: &str, name: &str, value: Option<Date>, with: Field) -> Markup {
    field(label, name, value.map(|d| d.to_string()).unwrap_or_default(), Field { kind: "date", ..with })
}

/// A choice among a few; for "all" or "none" give an option with an empty value first.
#[must_use]
pub fn select<V: AsRef<str>, T: AsRef<str>>(label: &str, name: &str, options: &[(V, T)], selected: &str) -> Markup {
    select_with(label, name, options, selected, Field::default())
}

/// A choice with more said about it.
#[must_use]
pub fn select_with<V: AsRef<str>, T: AsRef<str>>(
    label: &str,
    name: &str,
    options: &[(V, T)],
    selected: &str,
    with: Field,
) -> Markup {
    let control = html! {
        select class=(with.class("form-select")) id=(name) name=(name) required[with.required] disabled[with.readonly]
            aria-describedby=[with.described(name)] {
            @for (value, text) in options {
                option value=(value.as_ref()) selected[value.as_ref() == selected] { (text.as_ref()) }
            }
        }
    };
    frame(label, name, &with, control)
}

/// Several lines of text.
#[must_use]
pub fn textarea(label: &str, name: &str, value: impl AsRef<str>, with: Field) -> Markup {
    let control = html! {
        textarea class=(with.class("form-control")) id=(name) name=(name) rows="3" required[with.required]
            readonly[with.readonly] placeholder=[&with.placeholder] maxlength=[with.limit]
            aria-describedby=[with.described(name)] { (value.as_ref()) }
    };
    frame(label, name, &with, control)
}

/// A yes or no; sends `true` when ticked and nothing when not.
#[must_use]
pub fn checkbox(label: &str, name: &str, checked: bool) -> Markup {
    html! {
        label.form-check.mb-3 {
            input.form-check-input type="checkbox" name=(name) value="true" checked[checked];
            span.form-check-label { (label) }
        }
    }
}

/// A choice with all options in sight.
#[must_use]
pub fn radios<V: AsRef<str>, T: AsRef<str>>(label: &str, name: &str, options: &[(V, T)], selected: &str) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { (label) }
            div.yy-radios {
                @for (value, text) in options {
                    label.form-check.form-check-inline {
                        input.form-check-input type="radio" name=(name) value=(value.as_ref()) required
                            checked[value.as_ref() == selected];
                        span.form-check-label { (text.as_ref()) }
                    }
                }
            }
        }
    }
}

/// A file to be sent. The form around it is `enctype="multipart/form-data"` with the proof in its address.
#[must_use]
pub fn file(label: &str, name: &str, accept: &str, with: Field) -> Markup {
    let control = html! {
        input class=(with.class("form-control")) type="file" id=(name) name=(name) accept=(accept) required[with.required]
            aria-describedby=[with.described(name)];
    };
    frame(label, name, &with, control)
}

/// A value that goes along unseen.
#[must_use]
pub fn hidden(name: &str, value: impl AsRef<str>) -> Markup {
    html! { input type="hidden" name=(name) value=(value.as_ref()); }
}

/// The button that sends the form.
#[must_use]
pub fn submit(text: &str) -> Markup {
    submit_toned(text, Tone::Primary)
}

/// A sending button of another meaning.
#[must_use]
pub fn submit_toned(text: &str, tone: Tone) -> Markup {
    html! { button class=(format!("btn btn-{}", tone.class())) type="submit" { (text) } }
}

/// A step that needs no more than a click.
#[must_use]
pub fn button_post(cx: &Cx, url: &str, text: &str, tone: Tone) -> Markup {
    html! { form.d-inline method="post" action=(url) { (csrf(cx)) (submit_toned(text, tone)) } }
}

/// A step that is asked about once more before it is done.
#[must_use]
pub fn confirm_post(cx: &Cx, url: &str, text: &str, tone: Tone, question: &str) -> Markup {
    html! { form.d-inline method="post" action=(url) data-confirm=(question) { (csrf(cx)) (submit_toned(text, tone)) } }
}

/// A link that looks like a button: it leads somewhere and changes nothing.
#[must_use]
pub fn link_button(href: &str, text: &str, tone: Tone) -> Markup {
    let class = match tone {
        Tone::Neutral => "btn".to_owned(),
        other => format!("btn btn-{}", other.class()),
    };
    html! { a class=(class) href=(href) { (text) } }
}
