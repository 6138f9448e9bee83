//! MQTT 3.1.1 and 5 as the gateway needs them: what comes from a device and what goes to it, over the codec of rumqttc. Pure.

use super::intake::Verdict;
use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes::v4;
use rumqttc::mqttbytes::{self, QoS};
use rumqttc::v5::mqttbytes::{self as bytes5, QoS as QoS5, v5};

/// The largest packet, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// A device of version 5 has so many unacknowledged packets at most.
const INFLIGHT: u16 = 1_000;

/// Which version a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.1.1.
    V4,
    /// 5.
    V5,
}

/// What comes from a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// It wants in.
    Connect {
        /// So long it may be silent, in seconds; 0: for ever.
        keep_alive: u16,
        /// User name and password.
        login: Option<(String, String)>,
    },
    /// A message.
    Publish {
        /// Where to.
        topic: Bytes,
        /// Its packet number; 0 with QoS 0.
        packet: u16,
        /// What it says.
        payload: Bytes,
    },
    /// It wants to hear of these topics.
    Subscribe(u16, Vec<String>),
    /// It no longer wants to.
    Unsubscribe(u16, usize),
    /// It is there.
    Ping,
    /// It goes.
    Disconnect,
}

/// Why the bytes are no MQTT that we take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not MQTT, or not as the standard has it.
    #[error("malformed: {0}")]
    Malformed(String),
    /// QoS 2, or a packet that a device does not send.
    #[error("not taken here: {0}")]
    NotHere(&'static str),
}

/// The version that the first packet asks for; none while too little of it is there.
///
/// # Errors
/// [`Broken`] when it is no CONNECT of a version that is spoken here.
pub fn version(buffer: &[u8]) -> Result<Option<Version>, Broken> {
    let Some(first) = buffer.first() else { return Ok(None) };
    if *first != 0x10 {
        return Err(Broken::NotHere("first packet is no CONNECT"));
    }
    let Some(length) = buffer[1..].iter().take(4).position(|byte| byte & 0x80 == 0) else {
        return if buffer.len() > 4 { Err(Broken::Malformed("length".into())) } else { Ok(None) };
    };
    let name = &buffer[2 + length..];
    if name.len() < 7 {
        return Ok(None);
    }
    match (&name[..6], name[6]) {
        (b"\0\x04MQTT", 4) => Ok(Some(Version::V4)),
        (b"\0\x04MQTT", 5) => Ok(Some(Version::V5)),
        _ => Err(Broken::NotHere("a version other than 3.1.1 and 5")),
    }
}

/// The next whole packet of the buffer; none while it is not whole.
///
/// # Errors
/// [`Broken`].
pub fn next(version: Version, buffer: &mut BytesMut) -> Result<Option<Incoming>, Broken> {
    match version {
        Version::V4 => match v4::Packet::read(buffer, LARGEST) {
            Ok(packet) => incoming4(packet).map(Some),
            Err(mqttbytes::Error::InsufficientBytes(_)) => Ok(None),
            Err(e) => Err(Broken::Malformed(e.to_string())),
        },
        // The codec does not know the shortest DISCONNECT of version 5.
        Version::V5 if buffer.starts_with(&[0xe0, 0]) => {
            bytes::Buf::advance(buffer, 2);
            Ok(Some(Incoming::Disconnect))
        }
        Version::V5 => match v5::Packet::read(buffer, Some(LARGEST as u32)) {
            Ok(packet) => incoming5(packet).map(Some),
            Err(bytes5::Error::InsufficientBytes(_)) => Ok(None),
            Err(e) => Err(Broken::Malformed(e.to_string())),
        },
    }
}

fn incoming4(packet: v4::Packet) -> Result<Incoming, Broken> {
    Ok(match packet {
        v4::Packet::Connect(c) => {
            Incoming::Connect { keep_alive: c.keep_alive, login: c.login.map(|l| (l.username, l.password)) }
        }
        v4::Packet::Publish(p) if p.qos == QoS::ExactlyOnce => return Err(Broken::NotHere("QoS 2")),
        v4::Packet::Publish(p) => Incoming::Publish { topic: p.topic.into(), packet: p.pkid, payload: p.payload },
        v4::Packet::Subscribe(s) => Incoming::Subscribe(s.pkid, s.filters.into_iter().map(|f| f.path).collect()),
        v4::Packet::Unsubscribe(u) => Incoming::Unsubscribe(u.pkid, u.topics.len()),
        v4::Packet::PingReq => Incoming::Ping,
        v4::Packet::Disconnect => Incoming::Disconnect,
        _ => return Err(Broken::NotHere("a packet that only servers send")),
    })
}

fn incoming5(packet: v5::Packet) -> Result<Incoming, Broken> {
    Ok(match packet {
        v5::Packet::Connect(c, _, login) => {
            Incoming::Connect { keep_alive: c.keep_alive, login: login.map(|l| (l.username, l.password)) }
        }
        v5::Packet::Publish(p) if p.qos == QoS5::ExactlyOnce => return Err(Broken::NotHere("QoS 2")),
        v5::Packet::Publish(p) => Incoming::Publish { topic: p.topic, packet: p.pkid, payload: p.payload },
        v5::Packet::Subscribe(s) => Incoming::Subscribe(s.pkid, s.filters.into_iter().map(|f| f.path).collect()),
        v5::Packet::Unsubscribe(u) => Incoming::Unsubscribe(u.pkid, u.filters.len()),
        v5::Packet::PingReq(_) => Incoming::Ping,
        v5::Packet::Disconnect(_) => Incoming::Disconnect,
        _ => return Err(Broken::NotHere("a packet that only servers send")),
    })
}

/// What goes to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// It is in, or not.
    Connected(bool),
    /// Its message is stored.
    Acknowledged(u16, Verdict),
    /// For each topic whether it will hear of it.
    Subscribed(u16, Vec<bool>),
    /// It no longer hears of so many.
    Unsubscribed(u16, usize),
    /// It was heard.
    Pong,
}

/// Writes a packet.
pub fn write(version: Version, packet: Outgoing, out: &mut BytesMut) {
    let written = match version {
        Version::V4 => outgoing4(packet).write(out, LARGEST).map(drop).map_err(|e| e.to_string()),
        Version::V5 => outgoing5(packet).write(out, None).map(drop).map_err(|e| e.to_string()),
    };
    if let Err(error) = written {
        tracing::error!(error, "packet not written");
    }
}

fn outgoing4(packet: Outgoing) -> v4::Packet {
    use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode as Code, PubAck, SubAck, SubscribeReasonCode, UnsubAck};
    match packet {
        Outgoing::Connected(true) => v4::Packet::ConnAck(ConnAck::new(Code::Success, false)),
        Outgoing::Connected(false) => v4::Packet::ConnAck(ConnAck::new(Code::BadUserNamePassword, false)),
        // Version 3.1.1 cannot say that a message was useless; not to acknowledge it would have it sent for ever.
        Outgoing::Acknowledged(packet, _) => v4::Packet::PubAck(PubAck::new(packet)),
        Outgoing::Subscribed(packet, topics) => {
            let code =
                |own| if own { SubscribeReasonCode::Success(QoS::AtLeastOnce) } else { SubscribeReasonCode::Failure };
            v4::Packet::SubAck(SubAck::new(packet, topics.into_iter().map(code).collect()))
        }
        Outgoing::Unsubscribed(packet, _) => v4::Packet::UnsubAck(UnsubAck::new(packet)),
        Outgoing::Pong => v4::Packet::PingResp,
    }
}

fn outgoing5(packet: Outgoing) -> v5::Packet {
    use rumqttc::v5::mqttbytes::v5::{
        ConnAck, ConnectReturnCode as Code, PingResp, PubAck, PubAckReason, SubAck, SubscribeReasonCode, UnsubAck,
        UnsubAckReason,
    };
    match packet {
        Outgoing::Connected(true) => {
            v5::Packet::ConnAck(ConnAck { session_present: false, code: Code::Success, properties: Some(terms()) })
        }
        Outgoing::Connected(false) => {
            v5::Packet::ConnAck(ConnAck { session_present: false, code: Code::BadUserNamePassword, properties: None })
        }
        Outgoing::Acknowledged(packet, verdict) => {
            let reason = match verdict {
                Verdict::Taken => PubAckReason::Success,
                Verdict::Useless => PubAckReason::PayloadFormatInvalid,
                Verdict::Forbidden => PubAckReason::NotAuthorized,
            };
            v5::Packet::PubAck(PubAck { pkid: packet, reason, properties: None })
        }
        Outgoing::Subscribed(packet, topics) => {
            let code = |own| {
                if own { SubscribeReasonCode::Success(QoS5::AtLeastOnce) } else { SubscribeReasonCode::NotAuthorized }
            };
            let return_codes = topics.into_iter().map(code).collect();
            v5::Packet::SubAck(SubAck { pkid: packet, return_codes, properties: None })
        }
        Outgoing::Unsubscribed(packet, count) => v5::Packet::UnsubAck(UnsubAck {
            pkid: packet,
            reasons: vec![UnsubAckReason::Success; count],
            properties: None,
        }),
        Outgoing::Pong => v5::Packet::PingResp(PingResp),
    }
}

/// What a device of version 5 is told when it comes in.
fn terms() -> v5::ConnAckProperties {
    v5::ConnAckProperties {
        session_expiry_interval: None,
        receive_max: Some(INFLIGHT),
        max_qos: Some(1),
        retain_available: Some(0),
        max_packet_size: Some(LARGEST as u32),
        assigned_client_identifier: None,
        topic_alias_max: None,
        reason_string: None,
        user_properties: vec![],
        wildcard_subscription_available: None,
        subscription_identifiers_available: None,
        shared_subscription_available: None,
        server_keep_alive: None,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_seen_in_the_first_bytes() {
        let connect = |level: u8| [&[0x10, 12, 0, 4][..], b"MQTT", &[level, 2, 0, 60, 0, 0]].concat();
        assert_eq!(version(&connect(4)), Ok(Some(Version::V4)));
        assert_eq!(version(&connect(5)), Ok(Some(Version::V5)));
        assert!(version(&connect(3)).is_err() && version(b"GET / HTTP/1.1").is_err());
        assert!((0..9).all(|n| version(&connect(5)[..n]) == Ok(None)));
        assert!(version(&[0x10, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    #[test]
    fn packets_come_out_one_by_one_and_rubbish_is_broken() {
        let mut buffer = BytesMut::new();
        let publish = v4::Packet::Publish(v4::Publish {
            pkid: 7,
            ..v4::Publish::new("yiyang/W-1/senml", QoS::AtLeastOnce, "[]")
        });
        publish.write(&mut buffer, LARGEST).expect("written");
        v4::Packet::PingReq.write(&mut buffer, LARGEST).expect("written");
        let whole = buffer.clone();
        let mut half = BytesMut::from(&whole[..5]);
        assert_eq!(next(Version::V4, &mut half), Ok(None));
        let first = next(Version::V4, &mut buffer).expect("read");
        assert!(matches!(first, Some(Incoming::Publish { packet: 7, .. })), "{first:?}");
        assert_eq!(next(Version::V4, &mut buffer), Ok(Some(Incoming::Ping)));
        assert_eq!(next(Version::V4, &mut buffer), Ok(None));
        assert!(next(Version::V5, &mut BytesMut::from(&[0xf7, 3, 1, 2, 3][..])).is_err());
        assert_eq!(next(Version::V5, &mut BytesMut::from(&[0xe0, 0][..])), Ok(Some(Incoming::Disconnect)));
    }
}
