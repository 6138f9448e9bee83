//! The rooms in which two browsers agree on a connection: offers, answers and addresses pass from one side to the other, in
//! memory only. A room has two seats, one for each side; whoever of a side enters last sits in it. Nothing is kept when the
//! room is closed, and picture and sound never come here.
//!
//! Several servers behind one address: requests under `/consultations/` must reach one and the same of them.

use super::model::Side;
use chrono::TimeDelta;
use kernel::{AccountId, Chance, ConsultationId, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use web::Error;

/// The longest message, in bytes: an offer with all that browsers of today write into it has less than half of it.
pub const LONGEST: usize = 16 << 10;
/// So many messages may wait for a side, and so many bytes.
const WAITING: usize = 128;
const WAITING_BYTES: usize = 256 << 10;
/// So many messages a side may send from entering to leaving.
const MOST: usize = 2000;
/// So many rooms are open at once.
const ROOMS: usize = 1000;
/// Whoever was not heard of for so long is not there any more.
const SILENT: TimeDelta = TimeDelta::seconds(60);

/// What passes from one browser to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Signal {
    /// The other side came in. Only the server says so.
    Here,
    /// The other side left. Only the server says so.
    Gone,
    /// A call begins, with the description of what the asking side sends.
    Offer {
        /// Number of the call.
        call: u32,
        /// The description.
        sdp: String,
    },
    /// The answer to it.
    Answer {
        /// Number of the call.
        call: u32,
        /// The description.
        sdp: String,
    },
    /// A way on which the sender can be reached.
    Candidate {
        /// Number of the call.
        call: u32,
        /// The way; blank at the end of them.
        candidate: String,
        /// Which part of the description it belongs to.
        mid: Option<String>,
        /// The same as a number.
        line: Option<u16>,
    },
    /// Please begin a new call.
    Again,
}

impl Signal {
    /// Reads what a browser sent.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is too long or no message of a browser.
    pub fn read(body: &[u8]) -> Result<Self, Error> {
        let refused = |text: &str| Error::refused("CN-13", text);
        if body.len() > LONGEST {
            return Err(refused("这条连接消息太长，没有转发"));
        }
        match serde_json::from_slice(body) {
            Ok(Self::Here | Self::Gone) | Err(_) => Err(refused("看不懂这条连接消息，请刷新页面后再进入")),
            Ok(signal) => Ok(signal),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Offer { sdp, .. } | Self::Answer { sdp, .. } => sdp.len(),
            Self::Candidate { candidate, .. } => candidate.len(),
            Self::Here | Self::Gone | Self::Again => 0,
        }
    }
}

/// A message with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Number, from 1 on for each stay in the room.
    pub n: u64,
    /// What it says.
    #[serde(flatten)]
    pub signal: Signal,
}

/// What a side is told when it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// What came since.
    pub messages: Vec<Message>,
    /// Whether the other side is there.
    pub here: bool,
}

struct Seat {
    account: AccountId,
    ticket: String,
    heard_at: Instant,
    inbox: VecDeque<Message>,
    next: u64,
    said: usize,
}

impl Seat {
    fn put(&mut self, signal: Signal) {
        self.inbox.push_back(Message { n: self.next, signal });
        self.next += 1;
    }

    fn full(&self, more: usize) -> bool {
        let bytes: usize = self.inbox.iter().map(|one| one.signal.bytes()).sum();
        self.inbox.len() >= WAITING || bytes + more > WAITING_BYTES
    }

    fn here(&self, now: Instant) -> bool {
        now - self.heard_at < SILENT
    }
}

#[derive(Default)]
struct Room {
    asking: Option<Seat>,
    consulting: Option<Seat>,
    news: Arc<Notify>,
}

impl Room {
    fn seat(&mut self, side: Side) -> &mut Option<Seat> {
        match side {
            Side::Asking => &mut self.asking,
            Side::Consulting => &mut self.consulting,
        }
    }

    fn used(&self, now: Instant) -> bool {
        [&self.asking, &self.consulting].into_iter().flatten().any(|seat| seat.here(now))
    }

    fn tell(&mut self, side: Side, signal: Signal) {
        if let Some(seat) = self.seat(side).as_mut().filter(|seat| !seat.full(0)) {
            seat.put(signal);
        }
        self.news.notify_waiters();
    }
}

const fn other(side: Side) -> Side {
    match side {
        Side::Asking => Side::Consulting,
        Side::Consulting => Side::Asking,
    }
}

/// Who speaks: of which side, with which account and ticket.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// Which room.
    pub room: ConsultationId,
    /// Which side.
    pub side: Side,
    /// Which account.
    pub account: AccountId,
    /// What the account was given when it came in.
    pub ticket: &'a str,
    /// When.
    pub now: Instant,
}

/// All rooms of this server.
#[derive(Default)]
pub struct Rooms {
    rooms: Mutex<HashMap<ConsultationId, Room>>,
    shut: AtomicBool,
}

impl Rooms {
    fn open(&self) -> MutexGuard<'_, HashMap<ConsultationId, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the seat of a side. Answers the ticket, and whether the other side is there.
    ///
    /// # Errors
    /// [`Error::Refused`] when too many rooms are open.
    pub fn enter(
        &self,
        room: ConsultationId,
        (side, account): (Side, AccountId),
        now: Instant,
        chance: &dyn Chance,
    ) -> Result<(String, bool), Error> {
        let mut rooms = self.open();
        if rooms.len() >= ROOMS && !rooms.contains_key(&room) {
            rooms.retain(|_, one| one.used(now));
        }
        if rooms.len() >= ROOMS && !rooms.contains_key(&room) {
            return Err(Error::refused("CN-13", "同时进行的视频太多，请稍后再进入，或用电话联系"));
        }
        let mut secret = [0; 16];
        chance.fill(&mut secret);
        let ticket: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let room = rooms.entry(room).or_default();
        let seat = Seat { account, ticket: ticket.clone(), heard_at: now, inbox: VecDeque::new(), next: 1, said: 0 };
        *room.seat(side) = Some(seat);
        let here = room.seat(other(side)).as_ref().is_some_and(|seat| seat.here(now));
        room.tell(other(side), Signal::Here);
        Ok((ticket, here))
    }

    fn with<T>(&self, voice: Voice<'_>, work: impl FnOnce(&mut Room) -> Result<T, Error>) -> Result<T, Error> {
        let mut rooms = self.open();
        let room = rooms.get_mut(&voice.room).ok_or_else(outside)?;
        let seat = room.seat(voice.side).as_mut().ok_or_else(outside)?;
        if seat.account != voice.account || seat.ticket != voice.ticket {
            return Err(outside());
        }
        seat.heard_at = voice.now;
        work(room)
    }

    /// Passes a message to the other side. What is said to an empty seat is not kept.
    ///
    /// # Errors
    /// [`Error::Refused`] for somebody who does not sit in the room, and for too many messages.
    pub fn say(&self, voice: Voice<'_>, signal: Signal) -> Result<(), Error> {
        let too_many = || Error::refused("CN-13", "连接消息太多，请刷新页面后再进入");
        self.with(voice, |room| {
            let own = room.seat(voice.side).as_mut().ok_or_else(outside)?;
            own.said += 1;
            if own.said > MOST {
                return Err(too_many());
            }
            match room.seat(other(voice.side)) {
                Some(seat) if seat.full(signal.bytes()) => return Err(too_many()),
                _ => room.tell(other(voice.side), signal),
            }
            Ok(())
        })
    }

    /// What came for a side after the message of that number; what is older is forgotten.
    ///
    /// # Errors
    /// [`Error::Refused`] for somebody who does not sit in the room.
    pub fn hear(&self, voice: Voice<'_>, after: u64) -> Result<Heard, Error> {
        self.with(voice, |room| {
            let here = room.seat(other(voice.side)).as_ref().is_some_and(|seat| seat.here(voice.now));
            let own = room.seat(voice.side).as_mut().ok_or_else(outside)?;
            own.inbox.retain(|one| one.n > after);
            Ok(Heard { messages: own.inbox.iter().cloned().collect(), here })
        })
    }

    /// What rings when there is news in a room. To be asked for before looking.
    #[must_use]
    pub fn bell(&self, room: ConsultationId) -> Arc<Notify> {
        self.open().get(&room).map(|room| room.news.clone()).unwrap_or_default()
    }

    /// Whether the server is about to stop, so that nobody waits any more.
    #[must_use]
    pub fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Relaxed)
    }

    /// Leaves the seat; the last one closes the room.
    ///
    /// # Errors
    /// [`Error::Refused`] for somebody who does not sit in the room.
    pub fn leave(&self, voice: Voice<'_>) -> Result<(), Error> {
        let empty = self.with(voice, |room| {
            *room.seat(voice.side) = None;
            room.tell(other(voice.side), Signal::Gone);
            Ok(room.seat(other(voice.side)).is_none())
        })?;
        if empty {
            self.close(voice.room);
        }
        Ok(())
    }

    /// Closes a room: the consultation is over, or put off.
    pub fn close(&self, room: ConsultationId) {
        if let Some(room) = self.open().remove(&room) {
            room.news.notify_waiters();
        }
    }

    /// Lets go of everybody who waits: the server is about to stop.
    pub fn shut(&self) {
        self.shut.store(true, Ordering::Relaxed);
        self.open().values().for_each(|room| room.news.notify_waiters());
    }
}

fn outside() -> Error {
    Error::refused("CN-12", "您已不在这个会诊室：可能已在别处进入，或会诊已结束。请刷新页面")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::Seeded;
    use uuid::Uuid;

    fn at(seconds: i64) -> Instant {
        kernel::time::parse_local("2026-11-02 09:00").expect("instant") + TimeDelta::seconds(seconds)
    }

    const ROOM: ConsultationId = ConsultationId(Uuid::from_u128(1));

    fn voice(side: Side, ticket: &str, second: i64) -> Voice<'_> {
        let account = AccountId(Uuid::from_u128(if side == Side::Asking { 1 } else { 2 }));
        Voice { room: ROOM, side, account, ticket, now: at(second) }
    }

    fn enter(rooms: &Rooms, side: Side, second: i64) -> (String, bool) {
        let account = voice(side, "", 0).account;
        rooms.enter(ROOM, (side, account), at(second), &Seeded::new(second as u64 + 5)).expect("entered")
    }

    fn offer(length: usize) -> Signal {
        Signal::Offer { call: 1, sdp: "x".repeat(length) }
    }

    #[test]
    fn what_one_side_says_the_other_hears_and_nobody_else() {
        let rooms = Rooms::default();
        let (asking, here) = enter(&rooms, Side::Asking, 0);
        assert!(!here);
        let (consulting, here) = enter(&rooms, Side::Consulting, 59);
        assert!(here, "heard of 59 s ago");
        rooms.say(voice(Side::Asking, &asking, 60), offer(3)).expect("said");
        let heard = rooms.hear(voice(Side::Consulting, &consulting, 61), 0).expect("heard");
        assert_eq!((heard.messages.len(), heard.messages[0].n, heard.here), (1, 1, true));
        assert_eq!(rooms.hear(voice(Side::Consulting, &consulting, 61), 1).expect("heard").messages, vec![]);
        let heard = rooms.hear(voice(Side::Asking, &asking, 62), 0).expect("heard");
        assert_eq!(heard.messages[0].signal, Signal::Here);
        // Another ticket, the ticket of the other side, another account: outside.
        assert!(rooms.hear(voice(Side::Asking, &consulting, 62), 0).is_err());
        assert!(rooms.hear(voice(Side::Asking, "", 62), 0).is_err());
        let stranger = AccountId(Uuid::from_u128(9));
        assert!(rooms.hear(Voice { account: stranger, ..voice(Side::Asking, &asking, 62) }, 0).is_err());
        let (anew, _) = enter(&rooms, Side::Asking, 63);
        assert!(rooms.hear(voice(Side::Asking, &asking, 63), 0).is_err(), "the seat was taken anew");
        rooms.leave(voice(Side::Consulting, &consulting, 64)).expect("left");
        let heard = rooms.hear(voice(Side::Asking, &anew, 64), 0).expect("heard");
        assert_eq!((heard.messages.last().map(|one| one.signal.clone()), heard.here), (Some(Signal::Gone), false));
        rooms.leave(voice(Side::Asking, &anew, 65)).expect("left");
        assert!(rooms.open().is_empty(), "nothing is kept");
    }

    #[test]
    fn whoever_is_silent_for_a_minute_is_not_there() {
        let rooms = Rooms::default();
        let (asking, _) = enter(&rooms, Side::Asking, 0);
        let (consulting, _) = enter(&rooms, Side::Consulting, 0);
        let here = |second| {
            rooms.hear(voice(Side::Asking, &asking, 0), 0).expect("heard");
            rooms.hear(voice(Side::Consulting, &consulting, second), 0).expect("heard").here
        };
        assert_eq!((here(59), here(60), here(61)), (true, false, false));
    }

    #[test]
    fn a_room_holds_so_much_and_no_more() {
        let rooms = Rooms::default();
        let (asking, _) = enter(&rooms, Side::Asking, 0);
        let (consulting, _) = enter(&rooms, Side::Consulting, 0);
        let say = |signal| rooms.say(voice(Side::Asking, &asking, 1), signal);
        for _ in 0..WAITING {
            say(Signal::Again).expect("there is room");
        }
        assert!(say(Signal::Again).expect_err("full").text().starts_with("CN-13"));
        let heard = rooms.hear(voice(Side::Consulting, &consulting, 2), 0).expect("heard");
        assert_eq!(heard.messages.len(), WAITING);
        rooms.hear(voice(Side::Consulting, &consulting, 2), WAITING as u64).expect("heard");
        for _ in 0..WAITING_BYTES / LONGEST {
            say(offer(LONGEST)).expect("there is room");
        }
        assert!(say(offer(1)).is_err());
        rooms.hear(voice(Side::Consulting, &consulting, 3), u64::MAX).expect("heard");
        let sent = (0..=MOST).map(|_| {
            rooms.hear(voice(Side::Consulting, &consulting, 3), u64::MAX).expect("heard");
            say(Signal::Again).is_ok()
        });
        assert!(sent.filter(|ok| *ok).count() < MOST);
    }

    #[test]
    fn what_is_no_message_of_a_browser_is_refused() {
        let read = |text: &str| Signal::read(text.as_bytes());
        assert_eq!(read(r#"{"kind":"again"}"#).expect("read"), Signal::Again);
        assert!(read(r#"{"kind":"candidate","call":1,"candidate":"c","mid":"0","line":0}"#).is_ok());
        for rubbish in ["", "null", "[]", "{}", r#"{"kind":"here"}"#, r#"{"kind":"gone"}"#, r#"{"kind":"offer"}"#] {
            assert!(read(rubbish).expect_err(rubbish).text().starts_with("CN-13"));
        }
        assert!(read(r#"{"kind":"offer","call":-1,"sdp":""}"#).is_err());
        assert!(read(r#"{"kind":"offer","call":1,"sdp":"","x":1}"#).is_err());
        let long = |n: usize| format!(r#"{{"kind":"offer","call":1,"sdp":"{}"}}"#, "x".repeat(n));
        let frame = long(0).len();
        assert!(read(&long(LONGEST - frame)).is_ok() && read(&long(LONGEST - frame + 1)).is_err());
    }
}
