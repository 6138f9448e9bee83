//! For watching over: devices that cost next to nothing, a subscriber that does nothing, and the same rows without us.

use anyhow::{Context, Result, bail, ensure};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Publications of a connection that wait for their acknowledgement.
const WINDOW: usize = 64;
/// Packet numbers go round.
const NUMBERS: u16 = 60_000;

/// `floor publish ADDRESS CREDENTIALS CONNECTIONS SECONDS RATE`: so many devices publish one measurement after the other at QoS 1,
/// as fast as they are acknowledged or so many a second all together. Says how many were acknowledged, in how many seconds, and
/// how long an acknowledgement took (half, and 99 of 100, in milliseconds).
pub fn publish(address: &str, credentials: &str, connections: usize, seconds: u64, rate: f64) -> Result<()> {
    let (address, devices) = (address.parse::<SocketAddr>()?, devices(credentials, connections)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut count, mut times) = (0_u64, vec![]);
    let start = runtime.block_on(async {
        let mut ready = vec![];
        for (serial, secret) in devices {
            ready.push(Device::connect(address, serial, &secret).await?);
        }
        let start = Instant::now();
        let pause = (rate > 0.0).then(|| Duration::from_secs_f64(connections as f64 / rate));
        let until = start + Duration::from_secs(seconds);
        let tasks: Vec<_> = ready
            .into_iter()
            .enumerate()
            .map(|(n, device)| {
                // The first of each is drawn apart, so that they do not march in step.
                let first = pause.map(|pause| start + pause.mul_f64(n as f64 / connections as f64));
                tokio::spawn(device.run(until, first.zip(pause)))
            })
            .collect();
        for task in tasks {
            let (acknowledged, waited) = task.await??;
            count += acknowledged;
            times.extend(waited);
        }
        Ok::<_, anyhow::Error>(start)
    })?;
    let took = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |percent: usize| {
        times
            .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
            .map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    println!("acknowledged {count}\nseconds {took:.3}\np50 {:.3}\np99 {:.3}", at(50), at(99));
    Ok(())
}

/// From all over the file, so that their elders are not neighbours.
fn devices(file: &str, count: usize) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file)?;
    let all: Vec<&str> = text.lines().skip(1).collect();
    ensure!(all.len() >= count && count > 0, "{} devices for {count} connections", all.len());
    let pair = |line: &&str| {
        let mut cells = line.split(',').map(str::to_owned);
        Some((cells.next()?, cells.next()?))
    };
    all.iter().step_by(all.len() / count).take(count).map(pair).collect::<Option<_>>().context("devices")
}

struct Device {
    stream: TcpStream,
    serial: String,
    topic: String,
    number: u16,
    /// The time that the last measurement carried: no two carry the same.
    at: u64,
    out: Vec<u8>,
    sent: VecDeque<Instant>,
    waited: Vec<Duration>,
    /// Bytes of an acknowledgement that came in part.
    part: usize,
}

fn word(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as u16).to_be_bytes());
    out.extend(text.as_bytes());
}

fn packet(first: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(first);
    let mut rest = body.len();
    loop {
        let more = rest > 127;
        out.push((rest % 128) as u8 | if more { 128 } else { 0 });
        rest /= 128;
        if !more {
            break;
        }
    }
    out.extend(body);
}

async fn log_in(address: SocketAddr, name: &str, secret: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut body, mut out) = (vec![], vec![]);
    word("MQTT", &mut body);
    body.extend([4, 0b1100_0010, 0, 0]);
    [name, name, secret].iter().for_each(|text| word(text, &mut body));
    packet(0x10, &body, &mut out);
    stream.write_all(&out).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    ensure!(answer == [0x20, 2, 0, 0], "{name} is not let in: {answer:?}");
    Ok(stream)
}

impl Device {
    async fn connect(address: SocketAddr, serial: String, secret: &str) -> Result<Self> {
        let stream = log_in(address, &serial, secret).await?;
        let topic = format!("yiyang/{serial}/senml");
        let (out, sent, waited) = (vec![], VecDeque::new(), vec![]);
        Ok(Self { stream, serial, topic, number: 0, at: 0, out, sent, waited, part: 0 })
    }

    /// As fast as it goes, or from an instant on with a pause between one and the next.
    async fn run(mut self, until: Instant, paced: Option<(Instant, Duration)>) -> Result<(u64, Vec<Duration>)> {
        let mut count = 0;
        let mut due = paced.map(|(first, _)| first);
        while Instant::now() < until {
            match (due, paced) {
                (Some(at), Some((_, pause))) => {
                    count += self.hear_until(at).await?;
                    self.next();
                    due = Some(at + pause);
                }
                _ => (self.sent.len()..WINDOW).for_each(|_| self.next()),
            }
            self.flush().await?;
            if paced.is_none() {
                count += self.hear().await?;
            }
        }
        while !self.sent.is_empty() {
            count += self.hear().await?;
        }
        Ok((count, self.waited))
    }

    fn next(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a device has a clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        self.at = now.max(self.at + 1);
        self.number = self.number % NUMBERS + 1;
        let (seconds, milliseconds, value) = (self.at / 1000, self.at % 1000, 62 + self.at % 31);
        let mut body = Vec::with_capacity(180);
        word(&self.topic, &mut body);
        body.extend(self.number.to_be_bytes());
        let pack = format!(
            r#"[{{"bn":"urn:yiyang:{}:","bt":{seconds}.{milliseconds:03},"n":"pulse","u":"beat/min","v":{value}}}]"#,
            self.serial
        );
        body.extend(pack.as_bytes());
        packet(0x32, &body, &mut self.out);
        self.sent.push_back(Instant::now());
    }

    async fn flush(&mut self) -> Result<()> {
        let out = std::mem::take(&mut self.out);
        self.stream.write_all(&out).await?;
        Ok(())
    }

    /// Waits for acknowledgements and takes what there is; a PUBACK is four bytes.
    async fn hear(&mut self) -> Result<u64> {
        let mut buffer = [0; 4 * WINDOW];
        let read = self.stream.read(&mut buffer).await?;
        ensure!(read > 0, "{}: hung up on", self.serial);
        let bytes = self.part + read;
        self.part = bytes % 4;
        let now = Instant::now();
        for _ in 0..bytes / 4 {
            let sent = self.sent.pop_front().context("an acknowledgement of nothing")?;
            // Enough to see how long one waits.
            if self.number.is_multiple_of(16) {
                self.waited.push(now - sent);
            }
        }
        Ok((bytes / 4) as u64)
    }

    async fn hear_until(&mut self, at: Instant) -> Result<u64> {
        let mut count = 0;
        loop {
            match tokio::time::timeout_at(at.into(), self.hear()).await {
                Ok(heard) => count += heard?,
                Err(_) => return Ok(count),
            }
        }
    }
}

/// `floor subscribe ADDRESS NAME SECRET`: takes everything at QoS 1 and does nothing with it; when nothing has come for two seconds,
/// says how many there were and in how many seconds from the first to the last.
pub fn subscribe(address: &str, name: &str, secret: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (count, took) = runtime.block_on(take(address.parse()?, name, secret))?;
    println!("{count} {:.3}", took.as_secs_f64());
    Ok(())
}

async fn take(address: SocketAddr, name: &str, secret: &str) -> Result<(u64, Duration)> {
    const QUIET: Duration = Duration::from_secs(2);
    const FIRST: Duration = Duration::from_secs(60);
    let mut stream = log_in(address, name, secret).await?;
    let (mut body, mut out) = (vec![0, 1], vec![]);
    word("yiyang/#", &mut body);
    body.push(1);
    packet(0x82, &body, &mut out);
    stream.write_all(&out).await?;
    println!("subscribed");
    let (mut buffer, mut count) = (Vec::with_capacity(1 << 20), 0_u64);
    let (mut first, mut last) = (None, Instant::now());
    loop {
        let patience = if first.is_some() { QUIET } else { FIRST };
        match tokio::time::timeout(patience, stream.read_buf(&mut buffer)).await {
            Ok(read) => ensure!(read? > 0, "the broker hung up"),
            Err(_) => break,
        }
        out.clear();
        let used = acknowledge(&buffer, &mut out, &mut count)?;
        buffer.drain(..used);
        if !out.is_empty() {
            last = Instant::now();
            first.get_or_insert(last);
            stream.write_all(&out).await?;
        }
    }
    Ok((count, first.map_or(Duration::ZERO, |first| last - first)))
}

/// Acknowledges all whole publications of a buffer; answers how many bytes they were.
fn acknowledge(buffer: &[u8], out: &mut Vec<u8>, count: &mut u64) -> Result<usize> {
    let mut at = 0;
    while let Some((length, head)) = length(&buffer[at..]) {
        let end = at + head + length;
        if end > buffer.len() {
            break;
        }
        if buffer[at] >> 4 == 3 {
            let topic = usize::from(u16::from_be_bytes([buffer[at + head], buffer[at + head + 1]]));
            let number = at + head + 2 + topic;
            out.extend([0x40, 2, buffer[number], buffer[number + 1]]);
            *count += 1;
        } else if buffer[at] >> 4 == 0 {
            bail!("no MQTT");
        }
        at = end;
    }
    Ok(at)
}

/// The length of a packet's body and of what stands before it, if it is there.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for n in 0..4 {
        let byte = *bytes.get(n + 1)?;
        value |= usize::from(byte & 127) << (7 * n);
        if byte & 128 == 0 {
            return Some((value, n + 2));
        }
    }
    None
}

/// `floor measurements FROM.db BATCH TO.db`: the rows of measurements, in the order and the batches in which they came, into
/// the same table of a new file. Says how many and how many seconds; the rows are in memory before the clock starts.
pub fn measurements(from: &str, batch: usize, to: &str) -> Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let table: String =
        source.query_row("select sql from sqlite_master where name = 'measurements'", [], |row| row.get(0))?;
    let sql =
        "select elder_id, kind, measured_at, device_id, value, received_at from measurements order by received_at";
    let mut statement = source.prepare(sql)?;
    let rows = statement.query_map([], |row| (0..6).map(|n| row.get(n)).collect::<rusqlite::Result<Vec<Value>>>())?;
    let rows: Vec<Vec<Value>> = rows.collect::<Result<_, _>>()?;
    let mut target = Connection::open(to)?;
    // As the product opens its own.
    target.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -4000; pragma wal_autocheckpoint = 8000",
    )?;
    target.execute_batch(&table)?;
    let start = Instant::now();
    for some in rows.chunks(batch) {
        let transaction = target.transaction()?;
        let mut insert = transaction.prepare_cached("insert into measurements values (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for row in some {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
        drop(insert);
        transaction.commit()?;
    }
    println!("{} {:.3}", rows.len(), start.elapsed().as_secs_f64());
    Ok(())
}
