//! Just enough of HTML to follow links and to fill in forms, as our own templates write it.

/// A tag with its attributes.
pub struct Tag {
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Where what follows it begins.
    after: usize,
}

impl Tag {
    /// An attribute; empty for one without a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// What a template escaped, as it was before.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// All opening and closing tags.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = page[at..].find('<').map(|i| at + i) {
        let Some(end) = end_of_tag(page, open) else { break };
        let inside = &page[open + 1..end];
        let name: String = inside.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let attributes = attributes(&inside[name.len()..]);
            found.push(Tag { name, attributes, after: end + 1 });
        }
        at = end + 1;
    }
    found
}

fn end_of_tag(page: &str, open: usize) -> Option<usize> {
    let mut quoted = false;
    for (i, c) in page[open..].char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(open + i),
            _ => {}
        }
    }
    None
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    loop {
        text = text.trim_start();
        let name: String = text.chars().take_while(|c| !c.is_whitespace() && *c != '=').collect();
        if name.is_empty() {
            return all;
        }
        text = &text[name.len()..];
        let value = text.strip_prefix("=\"").and_then(|rest| rest.split_once('"'));
        let (value, rest) = value.map_or((String::new(), text), |(value, rest)| (unescape(value), rest));
        all.push((name, value));
        text = rest;
    }
}

/// Addresses that a page leads to.
pub fn links(page: &str) -> Vec<String> {
    let lead = |tag: &Tag| ["href", "src", "hx-get"].iter().find_map(|name| tag.get(name)).map(str::to_owned);
    tags(page).iter().filter_map(lead).filter(|url| url.starts_with('/')).collect()
}

/// A form as a page offers it, filled in as carelessly as possible: the first choice, the shown value, else an example.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub post: bool,
    pub upload: bool,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The fields without the token.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let own = self.fields.iter().filter(|(name, _)| name != "_csrf");
        own.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The address without the token.
    pub fn url(&self) -> &str {
        self.action.split("?_csrf=").next().unwrap_or_default()
    }

    /// Whether it carries the token.
    pub fn proves_itself(&self) -> bool {
        self.action.contains("_csrf=") || self.fields.iter().any(|(name, _)| name == "_csrf")
    }
}

/// All forms of a page at this address.
pub fn forms(page: &str, here: &str) -> Vec<Form> {
    let mut found: Vec<Form> = Vec::new();
    let mut open = false;
    let all = tags(page);
    for (i, tag) in all.iter().enumerate() {
        match tag.name.as_str() {
            "form" => {
                open = true;
                found.push(begin(tag, here));
            }
            "/form" => open = false,
            _ if open => {
                if let (Some(form), Some(field)) = (found.last_mut(), field(page, &all, i)) {
                    put(form, tag, field);
                }
            }
            _ => {}
        }
    }
    found
}

fn begin(tag: &Tag, here: &str) -> Form {
    Form {
        action: tag.get("action").filter(|a| !a.is_empty()).unwrap_or(here).to_owned(),
        post: tag.get("method").is_some_and(|m| m.eq_ignore_ascii_case("post")),
        upload: tag.get("enctype").is_some_and(|e| e.starts_with("multipart")),
        fields: Vec::new(),
    }
}

/// Of several radio buttons or submit buttons of a name only the first goes along, unless a later one is chosen.
fn put(form: &mut Form, tag: &Tag, field: (String, String)) {
    let single = tag.get("type") == Some("radio") || tag.name == "button";
    let known = form.fields.iter_mut().find(|(name, _)| single && *name == field.0);
    match known {
        Some(known) if tag.has("checked") => *known = field,
        Some(_) => {}
        None => form.fields.push(field),
    }
}

fn field(page: &str, all: &[Tag], at: usize) -> Option<(String, String)> {
    let tag = &all[at];
    let name = tag.get("name").filter(|n| !n.is_empty())?.to_owned();
    let value = match tag.name.as_str() {
        "input" => input(tag)?,
        "select" => chosen(&all[at + 1..]),
        "textarea" => unescape(page[tag.after..].split("</textarea").next().unwrap_or_default().trim()),
        "button" => tag.get("value")?.to_owned(),
        _ => return None,
    };
    let value = if value.is_empty() && tag.has("required") { "测试所填".to_owned() } else { value };
    Some((name, value))
}

fn input(tag: &Tag) -> Option<String> {
    let kind = tag.get("type").unwrap_or("text");
    let value = tag.get("value").unwrap_or_default().to_owned();
    if kind == "file" || kind == "submit" || (kind == "checkbox" && !tag.has("checked") && !tag.has("required")) {
        return None;
    }
    if !value.is_empty() || !tag.has("required") {
        return Some(value);
    }
    let example = match kind {
        "date" => "2026-11-02",
        "datetime-local" => "2026-11-02T08:30",
        "month" => "2026-10",
        "number" => tag.get("min").unwrap_or("1"),
        "tel" => "13800000000",
        _ => "测试所填",
    };
    Some(example.to_owned())
}

fn chosen(after: &[Tag]) -> String {
    let options: Vec<&Tag> = after.iter().take_while(|t| t.name != "/select").filter(|t| t.name == "option").collect();
    let value = |t: &&Tag| t.get("value").unwrap_or_default().to_owned();
    let selected = options.iter().find(|t| t.has("selected")).map(value).filter(|v| !v.is_empty());
    selected.or_else(|| options.iter().map(value).find(|v| !v.is_empty())).unwrap_or_default()
}

#[test]
fn a_page_is_read_as_a_browser_reads_it() {
    let page = r#"<a href="/x?a=1&amp;b=2">x</a><form method="post" action="/y?_csrf=k"><input name="n" value="1 &lt; 2">
        <input type="radio" name="r" value="a"><input type="radio" name="r" value="b" checked>
        <select name="s"><option value=""></option><option value="q">q</option></select>
        <textarea name="t" required>  </textarea><input type="checkbox" name="c" value="true"></form>"#;
    assert_eq!(links(page), ["/x?a=1&b=2"]);
    let form = forms(page, "/here").remove(0);
    assert!(form.post && form.proves_itself() && form.url() == "/y");
    assert_eq!(form.pairs(), [("n", "1 < 2"), ("r", "b"), ("s", "q"), ("t", "测试所填")]);
}
