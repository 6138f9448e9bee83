//! A browser that does not look: keeps its connection and its cookies, and counts how long each page took.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A page as it came.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// One person at one browser.
pub struct Client {
    server: SocketAddr,
    stream: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
}

impl Client {
    /// Connects.
    pub fn connect(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { server, stream: BufReader::new(stream), cookies: BTreeMap::new() })
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head()))
    }

    /// Sends a form.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let body = body.join("&");
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let origin = format!("Origin: http://{}", self.server);
        let head = format!("{}{origin}\r\n{kind}\r\nContent-Length: {}\r\n", self.head(), body.len());
        self.send(&format!("POST {path} HTTP/1.1\r\n{head}\r\n{body}"))
    }

    /// Logs in through the form.
    pub fn log_in(&mut self, user: &str, password: &str) -> Result<()> {
        self.submit("/login", "/login", &[("login", user), ("password", password)])
    }

    /// Opens a page and sends a form of it, with the hidden fields that it carries; the answer has to lead on.
    pub fn submit(&mut self, page: &str, action: &str, given: &[(&str, &str)]) -> Result<()> {
        let answer = self.fill(page, action, given)?;
        if answer.status != 303 {
            bail!("{action}: {}", answer.status);
        }
        Ok(())
    }

    /// The same, whatever the answer.
    pub fn fill(&mut self, page: &str, action: &str, given: &[(&str, &str)]) -> Result<Answer> {
        let hidden = hidden_fields(&self.get(page)?.body);
        let mut fields: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend(given);
        self.post(action, &fields)
    }

    /// Asks for a page that has to be there.
    pub fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.get(path)?;
        if answer.status != 200 {
            bail!("{path}: {}", answer.status);
        }
        Ok(answer.body)
    }

    /// Where the server is.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// What stands at the head of every request: host and cookies.
    pub fn head(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("Host: {}\r\nCookie: {}\r\n", self.server, cookies.join("; "))
    }

    fn send(&mut self, request: &str) -> Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?.split(' ').nth(1).context("no status")?.parse()?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => chunked = value == "chunked",
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let body = if chunked { self.chunks()? } else { self.exactly(length)? };
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            bail!("the server hung up");
        }
        Ok(line.trim_end().to_owned())
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(self.line()?.split(';').next().unwrap_or_default(), 16)?;
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// Percent-encodes all but the plainest bytes.
pub fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
    hidden.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?))).collect()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// How long the slowest of a share of the pages took.
pub struct Times(Vec<Duration>);

impl Times {
    /// In any order.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many pages.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The percentile.
    pub fn at(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
}

/// Many people at once: each opens `rounds` of the pages, with a pause before each. Anything but 200 is an error.
pub fn click(people: Vec<Client>, pages: &[String], rounds: usize, pause: Duration) -> Result<Times> {
    let threads: Vec<_> = people
        .into_iter()
        .enumerate()
        .map(|(n, client)| {
            let pages = pages.to_vec();
            std::thread::spawn(move || walk(client, &pages, n, rounds, pause))
        })
        .collect();
    let mut all = Vec::new();
    for thread in threads {
        all.extend(thread.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
    }
    Ok(Times::new(all))
}

/// Each person begins at another page and pauses a little longer than the one before, so that they do not march in step.
#[expect(clippy::disallowed_methods, reason = "it is a person's pause that is acted here; nothing waits for anything")]
fn walk(mut client: Client, pages: &[String], from: usize, rounds: usize, pause: Duration) -> Result<Vec<Duration>> {
    let pause = pause + pause * from as u32 / 100;
    let mut times = Vec::with_capacity(rounds);
    for page in pages.iter().cycle().skip(from % pages.len()).take(rounds) {
        std::thread::sleep(pause);
        let start = Instant::now();
        client.page(page)?;
        times.push(start.elapsed());
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_are_read_from_a_form() {
        let page = r#"<form><input type="hidden" name="_csrf" value="abc"><input name="login"></form>"#;
        assert_eq!(hidden_fields(page), [("_csrf".to_owned(), "abc".to_owned())]);
    }

    #[test]
    fn percentiles_of_none_one_and_many() {
        let times = |n: u64| Times::new((1..=n).rev().map(Duration::from_millis).collect());
        assert_eq!(times(0).at(99), Duration::ZERO);
        assert_eq!(times(1).at(99), Duration::from_millis(1));
        assert_eq!((times(200).at(50), times(200).at(99)), (Duration::from_millis(101), Duration::from_millis(199)));
    }

    #[test]
    fn chinese_is_percent_encoded() {
        assert_eq!(encode("张a"), "%E5%BC%A0a");
    }
}
