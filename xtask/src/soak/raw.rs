//! A device that does not mind what it sends: MQTT 3.1.1 by hand.

use anyhow::{Context, Result, ensure};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection.
pub struct Raw {
    stream: TcpStream,
    packet: u16,
}

fn short(text: &str, out: &mut Vec<u8>) -> Result<()> {
    out.extend(u16::try_from(text.len())?.to_be_bytes());
    out.extend(text.as_bytes());
    Ok(())
}

/// A packet with its length in front, seven bits a byte.
pub fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (vec![first], body.len());
    loop {
        let more = rest > 127;
        out.push((rest % 128) as u8 | if more { 128 } else { 0 });
        rest /= 128;
        if !more {
            break;
        }
    }
    out.extend(body);
    out
}

impl Raw {
    /// Logs in; answers whether the server lets it.
    pub fn connect(at: SocketAddr, serial: &str, secret: &str) -> Result<Option<Self>> {
        let mut stream = TcpStream::connect(at)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut body = vec![];
        short("MQTT", &mut body)?;
        body.extend([4, 0b1100_0010, 0, 0]);
        [serial, serial, secret].iter().try_for_each(|word| short(word, &mut body))?;
        stream.write_all(&packet(0x10, &body))?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).context("no CONNACK")?;
        Ok((answer == [0x20, 2, 0, 0]).then_some(Self { stream, packet: 0 }))
    }

    /// Publishes; answers whether it is acknowledged, false when the server hangs up.
    pub fn publish(&mut self, topic: &str, payload: &[u8], again: bool) -> Result<bool> {
        self.packet += 1;
        let mut body = vec![];
        short(topic, &mut body)?;
        body.extend(self.packet.to_be_bytes());
        body.extend(payload);
        self.stream.write_all(&packet(if again { 0x3a } else { 0x32 }, &body))?;
        let mut answer = [0; 4];
        match self.stream.read_exact(&mut answer) {
            Ok(()) => {
                let expected = [0x40, 2, (self.packet >> 8) as u8, self.packet as u8];
                ensure!(answer == expected, "{answer:?} is no acknowledgement of {}", self.packet);
                Ok(true)
            }
            Err(e) if matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Sends bytes as they are; answers whether the server hangs up then.
    pub fn hangs_up_after(&mut self, bytes: &[u8]) -> Result<bool> {
        self.stream.write_all(bytes)?;
        match self.stream.read(&mut [0; 1]) {
            Ok(read) => Ok(read == 0),
            Err(e) => Ok(e.kind() == ErrorKind::ConnectionReset),
        }
    }
}
