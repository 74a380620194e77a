//! A minimal HTTP/1.1 client: client libraries refuse to send most of these requests.

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::request::Attack;

/// Largest response.
const MAX_ANSWER: usize = 512 * 1024;
/// Largest response head.
const MAX_HEAD: usize = 256 * 1024;

/// A connection for many requests.
pub(super) struct Connection(BufReader<TcpStream>);

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) stays_open: bool,
}

impl Connection {
    pub(super) async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(16 * 1024, stream))
    }

    pub(super) async fn exchange(&mut self, attack: &Attack) -> Result<Answer, Error> {
        // The server may answer, and close, before it has read everything.
        let sent = self.0.write_all(&attack.bytes).await;
        let answer = self.answer(attack.is_head()).await;
        answer.map(|answer| Answer { stays_open: answer.stays_open && sent.is_ok(), ..answer })
    }

    async fn answer(&mut self, to_head: bool) -> Result<Answer, Error> {
        let bad = |what: String| Error::new(ErrorKind::InvalidData, what);
        let (mut status, mut length, mut chunked, mut closes, mut head) = (0, None, false, false, 0);
        loop {
            let mut line = Vec::new();
            if self.0.read_until(b'\n', &mut line).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            head += line.len();
            let line = std::str::from_utf8(&line).map_err(|_| bad("a head that is not text".to_owned()))?.trim_end();
            if head > MAX_HEAD {
                return Err(bad("the head is too long".to_owned()));
            }
            if status == 0 {
                let code = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
                status = code.and_then(|code| code.parse().ok()).ok_or_else(|| bad(format!("status line {line:?}")))?;
            } else if let Some((name, value)) = line.split_once(':') {
                let value = value.trim();
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse::<usize>().ok(),
                    "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                    "connection" => closes = value.eq_ignore_ascii_case("close"),
                    _ => {}
                }
            } else {
                break;
            }
        }
        let bodiless = to_head || matches!(status, 204 | 304);
        match length {
            _ if bodiless => {}
            Some(length) if length > MAX_ANSWER => return Err(bad(format!("{length} bytes of body"))),
            Some(length) => _ = tokio::io::copy(&mut (&mut self.0).take(length as u64), &mut tokio::io::sink()).await?,
            None if chunked => self.chunks().await?,
            None => closes = true,
        }
        Ok(Answer { status, stays_open: !closes })
    }

    async fn chunks(&mut self) -> Result<(), Error> {
        let mut total = 0;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await?;
            let size =
                usize::from_str_radix(line.trim(), 16).map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
            total += size;
            if total > MAX_ANSWER {
                return Err(Error::new(ErrorKind::InvalidData, "the body is too long"));
            }
            tokio::io::copy(&mut (&mut self.0).take(size as u64 + 2), &mut tokio::io::sink()).await?;
            if size == 0 {
                return Ok(());
            }
        }
    }
}
